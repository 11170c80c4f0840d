//! People, the organization and the app of GitHub Actions, as they stand inside other documents.

use serde_json::{Value, json};

use crate::api::view::{View, node_id};
use crate::world::{ACTIONS_APP_ID, ORGANIZATION, ORGANIZATION_ID, Person, PersonIndex};

fn account(view: &View<'_>, login: &str, id: i64, kind: &str) -> Value {
    // A bot's login ends in brackets, which an address does not hold as they are.
    let path = login.replace('[', "%5B").replace(']', "%5D");
    let url = format!("{}/users/{path}", view.api);
    let html = match login.strip_suffix("[bot]") {
        Some(app) => format!("https://github.com/apps/{app}"),
        None => format!("https://github.com/{login}"),
    };
    json!({
        "login": login,
        "id": id,
        "node_id": node_id("U", id),
        "avatar_url": format!("https://avatars.githubusercontent.com/u/{id}?v=4"),
        "gravatar_id": "",
        "url": url,
        "html_url": html,
        "followers_url": format!("{url}/followers"),
        "following_url": format!("{url}/following{{/other_user}}"),
        "gists_url": format!("{url}/gists{{/gist_id}}"),
        "starred_url": format!("{url}/starred{{/owner}}{{/repo}}"),
        "subscriptions_url": format!("{url}/subscriptions"),
        "organizations_url": format!("{url}/orgs"),
        "repos_url": format!("{url}/repos"),
        "events_url": format!("{url}/events{{/privacy}}"),
        "received_events_url": format!("{url}/received_events"),
        "type": kind,
        "site_admin": false,
    })
}

/// GitHub's simple user; null where the world has nobody.
pub(crate) fn simple(view: &View<'_>, person: PersonIndex) -> Value {
    let Some(person) = view.person(person) else {
        return Value::Null;
    };
    account(view, &person.login, person.id, kind(person))
}

/// `User` or `Bot`.
pub(crate) fn kind(person: &Person) -> &'static str {
    if person.is_bot { "Bot" } else { "User" }
}

/// The organization as an owner.
pub(crate) fn organization(view: &View<'_>) -> Value {
    account(view, ORGANIZATION, ORGANIZATION_ID, "Organization")
}

/// Name and address in a commit.
pub(crate) fn signature(view: &View<'_>, person: PersonIndex) -> Value {
    let Some(person) = view.person(person) else {
        return Value::Null;
    };
    // Brackets are no part of an address by the letter of RFC 5322.
    let login = person.login.trim_end_matches("[bot]");
    json!({
        "name": person.name,
        "email": format!("{}+{login}@users.noreply.github.com", person.id),
    })
}

/// The app that writes the check runs of GitHub Actions.
pub(crate) fn actions_app(view: &View<'_>) -> Value {
    json!({
        "id": ACTIONS_APP_ID,
        "client_id": "Iv1.05c79e9ad1f6bdfa",
        "slug": "github-actions",
        "node_id": node_id("A", ACTIONS_APP_ID),
        "owner": account(view, "github", 9919, "Organization"),
        "name": "GitHub Actions",
        "description": "Automate your workflow from idea to production",
        "external_url": "https://help.github.com/en/actions",
        "html_url": "https://github.com/apps/github-actions",
        "created_at": "2018-07-30T09:30:17Z",
        "updated_at": "2024-04-10T20:33:16Z",
        "permissions": {"actions": "write", "checks": "write", "contents": "write", "metadata": "read"},
        "events": ["check_run", "check_suite", "push", "pull_request", "workflow_run"],
    })
}

//! The organization, and the App that is installed in it.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::api::answer::Answer;
use crate::api::credential::Application;
use crate::api::person;
use crate::api::request::Request;
use crate::api::view::{View, node_id, written};
use crate::world::{ORGANIZATION, ORGANIZATION_ID};

/// `/orgs/{org}`.
pub(crate) fn show(view: &View<'_>) -> Answer {
    let url = format!("{}/orgs/{ORGANIZATION}", view.api);
    let n_public = view.repositories().filter(|place| !place.repository.is_private).count();
    let n_private = view.repositories().count() - n_public;
    Answer::json(json!({
        "login": ORGANIZATION,
        "id": ORGANIZATION_ID,
        "node_id": node_id("O", ORGANIZATION_ID),
        "url": url,
        "repos_url": format!("{url}/repos"),
        "events_url": format!("{url}/events"),
        "hooks_url": format!("{url}/hooks"),
        "issues_url": format!("{url}/issues"),
        "members_url": format!("{url}/members{{/member}}"),
        "public_members_url": format!("{url}/public_members{{/member}}"),
        "avatar_url": format!("https://avatars.githubusercontent.com/u/{ORGANIZATION_ID}?v=4"),
        "description": null,
        "name": ORGANIZATION,
        "is_verified": false,
        "has_organization_projects": false,
        "has_repository_projects": false,
        "public_repos": n_public,
        "total_private_repos": n_private,
        "owned_private_repos": n_private,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "html_url": format!("https://github.com/{ORGANIZATION}"),
        "type": "Organization",
        "created_at": written(view.world.from),
        "updated_at": written(view.world.from),
        "archived_at": null,
    }))
}

/// What an App may read.
pub(crate) fn permissions() -> Value {
    json!({
        "actions": "read",
        "administration": "read",
        "checks": "read",
        "contents": "read",
        "deployments": "read",
        "issues": "read",
        "metadata": "read",
        "pull_requests": "read",
        "secret_scanning_alerts": "read",
        "security_events": "read",
        "vulnerability_alerts": "read",
    })
}

fn installation(view: &View<'_>, application: &Application) -> Value {
    let id = application.installation_id;
    json!({
        "id": id,
        "account": person::organization(view),
        "repository_selection": "all",
        "access_tokens_url": format!("{}/app/installations/{id}/access_tokens", view.api),
        "repositories_url": format!("{}/installation/repositories", view.api),
        "html_url": format!("https://github.com/organizations/{ORGANIZATION}/settings/installations/{id}"),
        "app_id": application.id,
        "app_slug": "plumbline",
        "target_id": ORGANIZATION_ID,
        "target_type": "Organization",
        "permissions": permissions(),
        "events": [],
        "created_at": written(view.world.from),
        "updated_at": written(view.world.from),
        "single_file_name": null,
        "suspended_by": null,
        "suspended_at": null,
    })
}

/// What an App asks about itself, with its own signature instead of a token.
pub(crate) fn application(
    view: &View<'_>,
    request: &Request,
    application: &Application,
    rest: &[&str],
) -> Option<Answer> {
    let id = application.installation_id.to_string();
    match rest {
        ["app"] => Some(Answer::json(json!({
            "id": application.id,
            "slug": "plumbline",
            "node_id": node_id("A", application.id),
            "owner": person::organization(view),
            "name": "plumbline",
            "description": null,
            "external_url": format!("https://github.com/{ORGANIZATION}"),
            "html_url": "https://github.com/apps/plumbline",
            "created_at": written(view.world.from),
            "updated_at": written(view.world.from),
            "permissions": permissions(),
            "events": [],
            "installations_count": 1,
        }))),
        ["app", "installations"] => Some(Answer::list(view, request, &[()], |()| installation(view, application))),
        ["app", "installations", wanted] if *wanted == id => Some(Answer::json(installation(view, application))),
        ["repos", owner, name, "installation"] => {
            let place = view.place(owner, name).filter(|place| place.fork.is_none());
            place.map(|_| Answer::json(installation(view, application)))
        }
        ["orgs", owner, "installation"] if owner.eq_ignore_ascii_case(ORGANIZATION) => {
            Some(Answer::json(installation(view, application)))
        }
        _ => None,
    }
}

/// A fresh installation token, for one hour of the world.
pub(crate) fn access_token(view: &View<'_>, token: &str) -> Answer {
    let mut answer = Answer::json(json!({
        "token": token,
        "expires_at": written(view.now + TimeDelta::hours(1)),
        "permissions": permissions(),
        "repository_selection": "all",
    }));
    answer.status = 201;
    answer
}

//! Branches and classic branch protection.

use serde_json::{Value, json};

use crate::api::answer::Answer;
use crate::api::request::Request;
use crate::api::view::{Place, View};
use crate::api::{commits, rulesets};
use crate::world::ACTIONS_APP_ID;
use crate::world::finding::value_at;

/// The contexts that classic protection of the default branch requires, where it stands.
fn required(view: &View<'_>, place: Place<'_>, branch: &str) -> Option<Vec<String>> {
    let protection = place.repository.protection.as_ref()?;
    let (first, _) = protection.required_checks.first()?;
    let holds = branch == "main" && place.fork.is_none() && *first <= view.now;
    if holds {
        value_at(&protection.required_checks, view.now)
    } else {
        None
    }
}

fn is_protected(view: &View<'_>, place: Place<'_>, branch: &str) -> bool {
    required(view, place, branch).is_some() || !rulesets::active(view, place, branch).is_empty()
}

/// `branches`.
pub(crate) fn list(view: &View<'_>, request: &Request, place: Place<'_>) -> Answer {
    let mut branches = place.branches(view);
    if place.fork.is_some() {
        branches.retain(|(branch, _)| branch.name == "main");
    }
    branches.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
    branches.retain(|(branch, _)| {
        let is_protected = is_protected(view, place, &branch.name);
        request
            .get("protected")
            .is_none_or(|wanted| (wanted == "true") == is_protected)
    });
    Answer::list(view, request, &branches, |(branch, head)| {
        let sha = place.sha(*head);
        json!({
            "name": branch.name,
            "commit": {"sha": sha, "url": format!("{}/commits/{sha}", place.url(view))},
            "protected": is_protected(view, place, &branch.name),
        })
    })
}

/// `branches/{branch}`.
pub(crate) fn show(view: &View<'_>, place: Place<'_>, name: &str) -> Option<Answer> {
    let (branch, head) = place
        .branches(view)
        .into_iter()
        .find(|(branch, _)| branch.name == name)?;
    let url = format!("{}/branches/{name}", place.url(view));
    let required = required(view, place, name);
    let contexts = required.clone().unwrap_or_default();
    Some(Answer::json(json!({
        "name": branch.name,
        "commit": commits::document(view, place, place.commit(head)?),
        "_links": {"self": url, "html": format!("{}/tree/{name}", place.html(view))},
        "protected": is_protected(view, place, name),
        "protection": {
            "enabled": required.is_some(),
            "required_status_checks": {
                "enforcement_level": if required.is_some() { "non_admins" } else { "off" },
                "contexts": contexts,
                "checks": checks(&contexts),
            },
        },
        "protection_url": format!("{url}/protection"),
    })))
}

fn checks(contexts: &[String]) -> Vec<Value> {
    contexts
        .iter()
        .map(|context| json!({"context": context, "app_id": ACTIONS_APP_ID}))
        .collect()
}

/// `branches/{branch}/protection` and its `required_status_checks`: what holds now, without history.
pub(crate) fn protection(view: &View<'_>, place: Place<'_>, name: &str, rest: &[&str]) -> Option<Answer> {
    place
        .branches(view)
        .into_iter()
        .find(|(branch, _)| branch.name == name)?;
    let missing = || Some(Answer::refusal(404, "Branch not protected"));
    let (Some(contexts), Some(protection)) = (required(view, place, name), &place.repository.protection) else {
        return missing();
    };
    let url = format!("{}/branches/{name}/protection", place.url(view));
    let status_checks = json!({
        "url": format!("{url}/required_status_checks"),
        "strict": false,
        "contexts": contexts,
        "contexts_url": format!("{url}/required_status_checks/contexts"),
        "checks": checks(&contexts),
    });
    match rest {
        [] => {}
        ["required_status_checks"] => return Some(Answer::json(status_checks)),
        _ => return None,
    }
    let switch = |is_on: bool| json!({"enabled": is_on});
    Some(Answer::json(json!({
        "url": url,
        "required_status_checks": status_checks,
        "enforce_admins": {
            "url": format!("{url}/enforce_admins"),
            "enabled": !protection.exempts_administrators,
        },
        "required_pull_request_reviews": {
            "url": format!("{url}/required_pull_request_reviews"),
            "dismiss_stale_reviews": false,
            "require_code_owner_reviews": false,
            "require_last_push_approval": false,
            "required_approving_review_count": protection.required_approvals,
        },
        "required_signatures": {"url": format!("{url}/required_signatures"), "enabled": false},
        "required_linear_history": switch(true),
        "allow_force_pushes": switch(false),
        "allow_deletions": switch(false),
        "block_creations": switch(false),
        "required_conversation_resolution": switch(false),
        "lock_branch": switch(false),
        "allow_fork_syncing": switch(false),
    })))
}

//! The ruleset of the default branch, its history, and the rules that hold for a branch.

use serde_json::{Value, json};

use crate::api::answer::Answer;
use crate::api::person;
use crate::api::request::Request;
use crate::api::view::{Place, View, node_id, written};
use crate::world::ACTIONS_APP_ID;
use crate::world::repository::{Ruleset, RulesetVersion};

/// The versions that were saved by now, the oldest first; none where there is no ruleset.
fn saved<'a>(view: &View<'_>, place: Place<'a>) -> Option<(&'a Ruleset, &'a [RulesetVersion])> {
    let ruleset = place.repository.ruleset.as_ref().filter(|_| place.fork.is_none())?;
    let n_saved = ruleset
        .versions
        .iter()
        .filter(|version| version.updated_at <= view.now)
        .count();
    let versions = ruleset.versions.get(..n_saved)?;
    (!versions.is_empty()).then_some((ruleset, versions))
}

fn rules(version: &RulesetVersion) -> Vec<Value> {
    let checks: Vec<Value> = version
        .required_checks
        .iter()
        .map(|context| json!({"context": context, "integration_id": ACTIONS_APP_ID}))
        .collect();
    vec![
        json!({"type": "deletion"}),
        json!({"type": "non_fast_forward"}),
        json!({"type": "required_linear_history"}),
        json!({
            "type": "pull_request",
            "parameters": {
                "required_approving_review_count": version.required_approvals,
                "dismiss_stale_reviews_on_push": false,
                "require_code_owner_review": version.requires_code_owner,
                "require_last_push_approval": false,
                "required_review_thread_resolution": false,
                "allowed_merge_methods": ["squash"],
            },
        }),
        json!({
            "type": "required_status_checks",
            "parameters": {
                "strict_required_status_checks_policy": false,
                "do_not_enforce_on_create": false,
                "required_status_checks": checks,
            },
        }),
    ]
}

/// The rules that hold for a branch; a ruleset that only evaluates, or is disabled, has none.
pub(crate) fn active(view: &View<'_>, place: Place<'_>, branch: &str) -> Vec<Value> {
    let Some((ruleset, [.., version])) = saved(view, place) else {
        return Vec::new();
    };
    if branch != "main" || version.enforcement != "active" {
        return Vec::new();
    }
    let mut rules = rules(version);
    for rule in &mut rules {
        if let Value::Object(fields) = rule {
            fields.insert("ruleset_source_type".to_owned(), json!("Repository"));
            fields.insert("ruleset_source".to_owned(), json!(place.full_name(view)));
            fields.insert("ruleset_id".to_owned(), json!(ruleset.id));
        }
    }
    rules
}

/// `rules/branches/{branch}`.
pub(crate) fn of_branch(view: &View<'_>, request: &Request, place: Place<'_>, branch: &str) -> Answer {
    Answer::list(view, request, &active(view, place, branch), Value::clone)
}

fn document(
    view: &View<'_>,
    place: Place<'_>,
    ruleset: &Ruleset,
    versions: &[RulesetVersion],
    is_whole: bool,
) -> Option<Value> {
    let (first, last) = (versions.first()?, versions.last()?);
    let url = format!("{}/rulesets/{}", place.url(view), ruleset.id);
    let mut document = json!({
        "id": ruleset.id,
        "name": ruleset.name,
        "target": "branch",
        "source_type": "Repository",
        "source": place.full_name(view),
        "enforcement": last.enforcement,
        "node_id": node_id("RRS", ruleset.id),
        "_links": {
            "self": {"href": url},
            "html": {"href": format!("{}/rules/{}", place.html(view), ruleset.id)},
        },
        "created_at": written(first.updated_at),
        "updated_at": written(last.updated_at),
    });
    if let (Value::Object(fields), true) = (&mut document, is_whole) {
        fields.insert(
            "conditions".to_owned(),
            json!({"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}),
        );
        fields.insert("rules".to_owned(), json!(rules(last)));
        fields.insert("bypass_actors".to_owned(), json!([]));
        fields.insert("current_user_can_bypass".to_owned(), json!("never"));
    }
    Some(document)
}

/// `rulesets`.
pub(crate) fn list(view: &View<'_>, request: &Request, place: Place<'_>) -> Answer {
    let rulesets: Vec<_> = saved(view, place).into_iter().collect();
    Answer::list(view, request, &rulesets, |(ruleset, versions)| {
        json!(document(view, place, ruleset, versions, false))
    })
}

/// `rulesets/{id}`, its `history`, and one version of it.
pub(crate) fn show(view: &View<'_>, request: &Request, place: Place<'_>, id: &str, rest: &[&str]) -> Option<Answer> {
    let (ruleset, versions) = saved(view, place).filter(|(ruleset, _)| ruleset.id.to_string() == id)?;
    let version_document = |version: &RulesetVersion| {
        let actor = view.person(version.actor);
        json!({
            "version_id": version.id,
            "actor": {"id": actor.map(|actor| actor.id), "type": actor.map(person::kind)},
            "updated_at": written(version.updated_at),
        })
    };
    match rest {
        [] => Some(Answer::json(document(view, place, ruleset, versions, true)?)),
        ["history"] => {
            let newest: Vec<&RulesetVersion> = versions.iter().rev().collect();
            Some(Answer::list(view, request, &newest, |version| {
                version_document(version)
            }))
        }
        ["history", version] => {
            let position = versions.iter().position(|held| held.id.to_string() == *version)?;
            let until = versions.get(..=position)?;
            let mut shown = version_document(until.last()?);
            if let Value::Object(fields) = &mut shown {
                fields.insert("state".to_owned(), document(view, place, ruleset, until, true)?);
            }
            Some(Answer::json(shown))
        }
        _ => None,
    }
}

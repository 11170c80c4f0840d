//! What the Actions of a repository may do, which never changes in a world.

use serde_json::json;

use crate::api::answer::Answer;
use crate::api::view::{Place, View};

/// `actions/permissions` and what is below it, `actions/cache/retention-limit`, `actions/oidc/customization/sub`.
pub(crate) fn show(view: &View<'_>, place: Place<'_>, rest: &[&str]) -> Option<Answer> {
    let maximum_days = if place.repository.is_private { 400 } else { 90 };
    let document = match rest {
        ["permissions"] => json!({
            "enabled": true,
            "allowed_actions": "selected",
            "selected_actions_url": format!("{}/actions/permissions/selected-actions", place.url(view)),
            "sha_pinning_required": true,
        }),
        ["permissions", "selected-actions"] => json!({
            "github_owned_allowed": true,
            "verified_allowed": false,
            "patterns_allowed": ["aquasecurity/trivy-action@*", "gitleaks/gitleaks-action@*"],
        }),
        ["permissions", "workflow"] => json!({
            "default_workflow_permissions": "read",
            "can_approve_pull_request_reviews": false,
        }),
        ["permissions", "artifact-and-log-retention"] => json!({"days": 90, "maximum_allowed_days": maximum_days}),
        ["cache", "retention-limit"] => json!({"max_cache_retention_days": place.repository.cache_retention_days}),
        ["cache", "storage-limit"] => json!({"max_cache_size_gb": 10}),
        ["oidc", "customization", "sub"] => json!({"use_default": true}),
        _ => return None,
    };
    Some(Answer::json(document))
}

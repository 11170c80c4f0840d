//! What a step declares.

use domain::workflow::WorkflowStep;

use super::reader::{Found, text_of, timeout};
use crate::repository_file::pin::used;
use crate::repository_file::text::{MAX_TEXT, cut, is_secret_name, without_secrets};
use crate::yaml::value::Value;

/// The first line of `run` is cut here, in characters.
const MAX_RUN: usize = 200;
/// Inputs are left out above this, in bytes of JSON: aliases can repeat a step without end.
const MAX_INPUTS: usize = 4 * 1024;

/// Actions, or all of an owner's or a repository's (`…/`), whose inputs are evidence. Inputs of others may hold
/// anything.
const EVIDENCE: &[&str] = &[
    "actions/attest",
    "actions/attest-build-provenance",
    "actions/cache",
    "actions/cache/",
    "actions/checkout",
    "actions/dependency-review-action",
    "actions/setup-python",
    "actions/upload-artifact",
    "anchore/sbom-action",
    "aquasecurity/trivy-action",
    "aws-actions/configure-aws-credentials",
    "docker/build-push-action",
    "github/codeql-action/",
];

pub(super) fn read(
    job_id: &str,
    job_position: i32,
    position: i32,
    value: Value<'_>,
    found: &mut Found,
) -> WorkflowStep {
    if !value.is_mapping() {
        found.warn("step_no_mapping", || format!("line {}", value.line()));
    }
    let used = value.get("uses").and_then(Value::text).map(|uses| used(&uses));
    let run = value.get("run").and_then(Value::text);
    let is_evidence = used.as_ref().is_some_and(|used| {
        let name = used.name.to_ascii_lowercase();
        let is = |action: &&str| name == **action || (action.ends_with('/') && name.starts_with(*action));
        EVIDENCE.iter().any(is)
    });
    let inputs = value.get("with").filter(|_| is_evidence);
    let (timeout_minutes, timeout_expression) = timeout(value);
    WorkflowStep {
        job_position,
        job_id: cut(job_id, MAX_TEXT),
        position,
        line: value.line(),
        step_id: text_of(value, "id"),
        name: text_of(value, "name"),
        condition: text_of(value, "if"),
        uses: used.as_ref().map(|used| cut(&used.name, MAX_TEXT)),
        uses_ref: used
            .as_ref()
            .and_then(|used| Some(cut(used.reference.as_ref()?, MAX_TEXT))),
        is_pinned: used.as_ref().map(|used| used.is_pinned),
        run: run.map(|run| first_line(&run)),
        inputs: inputs.and_then(|inputs| inputs.json(MAX_INPUTS, is_secret_name)),
        continue_on_error: text_of(value, "continue-on-error"),
        timeout_minutes,
        timeout_expression,
    }
}

/// The first line that says something.
fn first_line(run: &str) -> String {
    let line = run
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    cut(&without_secrets(line), MAX_RUN)
}

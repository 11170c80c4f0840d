//! What a job declares.

use domain::workflow::WorkflowJob;

use super::matrix::{self, Legs};
use super::reader::{Found, concurrency, permissions, text_of, texts_of, timeout};
use crate::repository_file::pin::used;
use crate::repository_file::text::{MAX_JSON, MAX_TEXT, cut, is_secret_name};
use crate::yaml::document::shown;
use crate::yaml::value::Value;

pub(super) fn read(id: &str, position: i32, value: Value<'_>, found: &mut Found) -> WorkflowJob {
    if !value.is_mapping() {
        found.warn("job_no_mapping", || format!("`{}`, line {}", shown(id), value.line()));
    }
    if value.get("steps").is_some_and(|steps| !steps.is_sequence()) {
        found.warn("steps_no_list", || format!("`{}`, line {}", shown(id), value.line()));
    }
    let strategy = value.get("strategy");
    let declared = strategy.and_then(|strategy| strategy.get("matrix"));
    let legs = declared.map_or(Legs::One, |declared| matrix::expand(declared, found));
    let used = value.get("uses").and_then(Value::text).map(|uses| used(&uses));
    let (concurrency_group, cancel_in_progress) = concurrency(value, found);
    let (timeout_minutes, timeout_expression) = timeout(value);
    let in_strategy = |name: &str| strategy.and_then(|strategy| text_of(strategy, name));
    WorkflowJob {
        position,
        line: value.line(),
        job_id: cut(id, MAX_TEXT),
        name: text_of(value, "name"),
        needs: texts_of(value, "needs"),
        runs_on: runs_on(value),
        condition: text_of(value, "if"),
        timeout_minutes,
        timeout_expression,
        permissions: permissions(value, found),
        concurrency_group,
        cancel_in_progress,
        matrix: declared.and_then(json_or_text),
        n_legs: legs.n(),
        legs: legs.json(MAX_JSON),
        python_versions: legs.python_versions(),
        fail_fast: in_strategy("fail-fast"),
        max_parallel: in_strategy("max-parallel"),
        continue_on_error: text_of(value, "continue-on-error"),
        environment: environment(value),
        uses: used.as_ref().map(|used| cut(&used.name, MAX_TEXT)),
        uses_ref: used
            .as_ref()
            .and_then(|used| Some(cut(used.reference.as_ref()?, MAX_TEXT))),
        is_pinned: used.as_ref().map(|used| used.is_pinned),
        inputs: value
            .get("with")
            .and_then(|inputs| inputs.json(MAX_JSON, is_secret_name)),
        secrets: secrets(value),
        n_steps: value
            .get("steps")
            .map_or(0, |steps| i64::try_from(steps.elements().count()).unwrap_or(i64::MAX)),
        is_whole: !value.is_cut(),
    }
}

/// A container as JSON; a scalar, which is an expression then, as text.
fn json_or_text(value: Value<'_>) -> Option<String> {
    match value.text() {
        Some(text) => Some(cut(&text, MAX_TEXT)),
        None => value.json(MAX_JSON, is_secret_name),
    }
}

fn runs_on(value: Value<'_>) -> Option<String> {
    let runner = value.get("runs-on")?;
    if runner.is_mapping() {
        return runner.json(MAX_JSON, is_secret_name);
    }
    texts_of(value, "runs-on")
}

fn environment(value: Value<'_>) -> Option<String> {
    let environment = value.get("environment")?;
    if environment.is_mapping() {
        return text_of(environment, "name");
    }
    environment.text().map(|name| cut(&name, MAX_TEXT))
}

/// Names of secrets, never what they are set to.
fn secrets(value: Value<'_>) -> Option<String> {
    let secrets = value.get("secrets")?;
    if !secrets.is_mapping() {
        return (secrets.text()? == "inherit").then(|| "inherit".to_owned());
    }
    let mut names: Vec<_> = secrets.members().map(|(name, _)| name).collect();
    names.sort_unstable();
    Some(cut(&names.join(","), MAX_TEXT))
}

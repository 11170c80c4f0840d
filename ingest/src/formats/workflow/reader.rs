//! Reads one workflow file to rows: each job with its steps, and behind them the file.
//!
//! Never fails on what the bytes hold. A file that breaks off gives what stands before the break.

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use domain::source::{SourceStatus, Warnings};
use domain::workflow::Workflow;

use super::{job, step};
use crate::document::{Outline, Row};
use crate::repository_file::text::{self, MAX_JSON, MAX_TEXT, cut};
use crate::yaml::document::{Document, MAX_BYTES, shown};
use crate::yaml::value::{Scalar, Value, push_text};

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "workflow/1";

/// Jobs of one file; GitHub runs no more than 256 of a matrix.
const MAX_JOBS: usize = 1_000;
/// Steps of one file: aliases can repeat them without end.
const MAX_STEPS: usize = 20_000;

/// What narrows an event. Inputs, outputs and secrets of calls do not.
const FILTERS: &[&str] = &[
    "branches",
    "branches-ignore",
    "paths",
    "paths-ignore",
    "tags",
    "tags-ignore",
    "types",
    "workflows",
];

/// Reads a workflow file and gives out its rows. Fails only where `input` is lost or `emit` fails.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row) -> io::Result<()>) -> io::Result<Outline> {
    let file = match text::read(input, MAX_BYTES)? {
        Ok(file) => file,
        Err(reason) => return Ok(text::refused(reason, Warnings::default())),
    };
    let document = Document::read(&file.content);
    let mut found = Found {
        warnings: file.warnings,
        problem: None,
    };
    for (code, warning) in document.warnings.iter() {
        for _ in 0..warning.n {
            found.warn(code, || warning.first.clone());
        }
    }
    let mut broken = file.damage.or_else(|| document.broken.clone());
    let root = document.root().filter(|root| root.is_mapping());
    let (on, jobs) = (
        root.and_then(|root| root.get("on")),
        root.and_then(|root| root.get("jobs")),
    );
    let Some(root) = root.filter(|_| on.is_some() || jobs.is_some()) else {
        let reason = broken.unwrap_or_else(|| "not a workflow: no mapping with `on` or `jobs`".to_owned());
        return Ok(text::refused(reason, found.warnings));
    };
    let mut n_jobs: i64 = 0;
    let mut n_steps: usize = 0;
    match jobs {
        Some(jobs) if jobs.is_mapping() => {
            for (position, (id, value)) in jobs.members().enumerate() {
                let steps = value.get("steps").map_or(0, |steps| steps.elements().count());
                if position >= MAX_JOBS || n_steps + steps > MAX_STEPS {
                    let more = format!("rows: more than {MAX_JOBS} jobs or {MAX_STEPS} steps");
                    broken.get_or_insert(more);
                    break;
                }
                let position = i32::try_from(position).unwrap_or(i32::MAX);
                emit(Row::WorkflowJob(Box::new(job::read(id, position, value, &mut found))))?;
                n_jobs += 1;
                for (place, step) in value.get("steps").into_iter().flat_map(Value::elements).enumerate() {
                    let place = i32::try_from(place).unwrap_or(i32::MAX);
                    emit(Row::WorkflowStep(Box::new(step::read(
                        id, position, place, step, &mut found,
                    ))))?;
                    n_steps += 1;
                }
            }
        }
        Some(_) => found.warn("jobs_no_mapping", || "`jobs`".to_owned()),
        None => found.warn("no_jobs", || "`jobs` is not there".to_owned()),
    }
    let mut workflow = file_row(root, on, &mut found);
    workflow.n_jobs = n_jobs;
    workflow.is_whole = broken.is_none() && found.problem.is_none();
    workflow.problem = broken.clone().or(found.problem);
    emit(Row::Workflow(Box::new(workflow)))?;
    Ok(Outline {
        dialect: None,
        status: if broken.is_some() {
            SourceStatus::Partial
        } else {
            SourceStatus::Complete
        },
        reason: broken,
        n_rows: n_jobs + i64::try_from(n_steps).unwrap_or(i64::MAX) + 1,
        warnings: found.warnings,
    })
}

/// What is not as it should be, and the first of it.
#[derive(Debug)]
pub(super) struct Found {
    warnings: Warnings,
    problem: Option<String>,
}

impl Found {
    #[cfg(test)]
    pub(super) fn new(warnings: Warnings) -> Self {
        Self {
            warnings,
            problem: None,
        }
    }

    #[cfg(test)]
    pub(super) fn codes(&self) -> Vec<&'static str> {
        self.warnings.iter().map(|(code, _)| code).collect()
    }

    /// Counts what could not be read, or what GitHub refuses.
    pub(super) fn warn(&mut self, code: &'static str, first: impl FnOnce() -> String) {
        let first = first();
        if self.problem.is_none() {
            self.problem = Some(format!("{code}: {first}"));
        }
        self.warnings.add(code, || first);
    }
}

fn file_row(root: Value<'_>, on: Option<Value<'_>>, found: &mut Found) -> Workflow {
    let mut events: BTreeMap<String, Option<Value<'_>>> = BTreeMap::new();
    match on {
        None => found.warn("no_triggers", || "`on` is not there".to_owned()),
        Some(on) if on.is_mapping() => {
            events.extend(on.members().map(|(event, filter)| (event.to_owned(), Some(filter))));
        }
        Some(on) if on.is_sequence() => {
            events.extend(on.elements().filter_map(Value::text).map(|event| (event, None)));
        }
        Some(on) => events.extend(on.text().map(|event| (event, None))),
    }
    let names: Vec<&str> = events.keys().map(String::as_str).collect();
    let (concurrency_group, cancel_in_progress) = concurrency(root, found);
    Workflow {
        name: text_of(root, "name"),
        triggers: cut(&names.join(","), MAX_TEXT),
        trigger_filters: filters(&events),
        permissions: permissions(root, found),
        concurrency_group,
        cancel_in_progress,
        is_reusable: events.contains_key("workflow_call"),
        n_jobs: 0,
        is_whole: true,
        problem: None,
    }
}

/// What narrows the events, as JSON; nothing where it is too long.
fn filters(events: &BTreeMap<String, Option<Value<'_>>>) -> Option<String> {
    let mut json = "{".to_owned();
    for (event, filter) in events {
        if json.len() > 1 {
            json.push(',');
        }
        push_text(&mut json, event);
        json.push(':');
        match filter {
            // Crons, each with its zone.
            Some(filter) if filter.is_sequence() => json.push_str(&filter.json(MAX_JSON, text::is_secret_name)?),
            Some(filter) if filter.is_mapping() => {
                let start = json.len();
                for name in FILTERS {
                    let Some(value) = filter.get(name) else { continue };
                    json.push(if json.len() == start { '{' } else { ',' });
                    push_text(&mut json, name);
                    json.push(':');
                    json.push_str(&value.json(MAX_JSON, text::is_secret_name)?);
                }
                json.push_str(if json.len() == start { "null" } else { "}" });
            }
            _ => json.push_str("null"),
        }
        if json.len() > MAX_JSON {
            return None;
        }
    }
    json.push('}');
    Some(json)
}

/// Group and `cancel-in-progress` of a file or a job.
pub(super) fn concurrency(of: Value<'_>, found: &mut Found) -> (Option<String>, Option<String>) {
    let Some(concurrency) = of.get("concurrency") else {
        return (None, None);
    };
    if concurrency.is_mapping() {
        return (
            text_of(concurrency, "group"),
            text_of(concurrency, "cancel-in-progress"),
        );
    }
    if concurrency.text().is_none() {
        found.warn("concurrency_unreadable", || format!("line {}", concurrency.line()));
    }
    (concurrency.text().map(|group| cut(&group, MAX_TEXT)), None)
}

/// Permissions of a file or a job; null where none are declared.
pub(super) fn permissions(of: Value<'_>, found: &mut Found) -> Option<String> {
    let permissions = of.get("permissions")?;
    let line = permissions.line();
    if permissions.is_mapping() {
        let mut scopes = BTreeMap::new();
        for (scope, level) in permissions.members() {
            match level.text() {
                Some(level) => drop(scopes.insert(scope, level)),
                None => found.warn("permissions_unreadable", || format!("`{}`, line {line}", shown(scope))),
            }
        }
        if scopes.is_empty() {
            return Some("none".to_owned());
        }
        let scopes: Vec<_> = scopes
            .iter()
            .map(|(scope, level)| format!("{scope}: {level}"))
            .collect();
        return Some(cut(&scopes.join(", "), MAX_TEXT));
    }
    let text = permissions.text();
    if text.is_none() {
        found.warn("permissions_unreadable", || format!("line {line}"));
    }
    text.map(|text| cut(&text, MAX_TEXT))
}

/// A member that is a text, cut.
pub(super) fn text_of(of: Value<'_>, name: &str) -> Option<String> {
    of.get(name)?.text().map(|text| cut(&text, MAX_TEXT))
}

/// One text or several, joined by commas.
pub(super) fn texts_of(of: Value<'_>, name: &str) -> Option<String> {
    let value = of.get(name)?;
    if value.is_sequence() {
        let texts: Vec<_> = value.elements().filter_map(Value::text).collect();
        return Some(cut(&texts.join(","), MAX_TEXT));
    }
    value.text().map(|text| cut(&text, MAX_TEXT))
}

/// `timeout-minutes`: a whole number, or what else it is.
pub(super) fn timeout(of: Value<'_>) -> (Option<i64>, Option<String>) {
    let Some(timeout) = of.get("timeout-minutes") else {
        return (None, None);
    };
    match timeout.scalar() {
        Some(Scalar::Number(number)) if number.is_i64() => (number.as_i64(), None),
        _ => (None, timeout.text().map(|text| cut(&text, MAX_TEXT))),
    }
}

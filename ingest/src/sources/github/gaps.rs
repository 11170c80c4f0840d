//! Gaps: what could not be had, as documents of our own, so that a loss is evidence like any other.

use domain::clock::{format_timestamp, parse_timestamp};
use domain::collection::Gap;
use domain::source::SourceContext;
use lake::tables::gaps;
use serde::{Deserialize, Serialize};

use super::objects::fields::{needed, parse};
use super::objects::kinds::{GAP, ObjectKind, Reading};
use crate::report::Rows;
use crate::sources::item::Document;

/// JSON with fixed order of keys.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GapDocument {
    resource: String,
    subject: String,
    run_id: Option<i64>,
    run_attempt: Option<i32>,
    from_at: Option<String>,
    to_at: Option<String>,
    is_open: bool,
    reason: String,
    detail: Option<String>,
    observed_at: String,
}

/// The document of a gap of GitHub.
pub(crate) fn document(gap: &Gap) -> Document {
    document_of(GAP, gap)
}

/// The document of a gap of a source, as its kind.
pub(crate) fn document_of(kind: ObjectKind, gap: &Gap) -> Document {
    let written = GapDocument {
        resource: gap.resource.clone(),
        subject: gap.subject.clone(),
        run_id: gap.run_id,
        run_attempt: gap.run_attempt,
        from_at: gap.from_at.map(format_timestamp),
        to_at: gap.to_at.map(format_timestamp),
        is_open: gap.is_open,
        reason: gap.reason.clone(),
        detail: gap.detail.clone(),
        observed_at: format_timestamp(gap.observed_at),
    };
    Document {
        format: kind.format,
        parser: kind.parser,
        bytes: serde_json::to_vec(&written).unwrap_or_default(),
        shown: format!("gaps/{}/{}", gap.resource, gap.subject),
        context: SourceContext {
            repository: gap.repository.clone(),
            run_id: gap.run_id,
            run_attempt: gap.run_attempt,
            workflow: None,
            job: None,
            artifact: None,
        },
        completed_at: gap.observed_at,
    }
}

/// Its row.
pub(crate) fn read(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let document: GapDocument = parse(object)?;
    let time = |text: Option<String>| text.and_then(|text| parse_timestamp(&text).ok());
    let row = Gap {
        repository: reading.context.repository.clone(),
        resource: document.resource,
        subject: document.subject,
        run_id: document.run_id,
        run_attempt: document.run_attempt,
        from_at: time(document.from_at),
        to_at: time(document.to_at),
        is_open: document.is_open,
        reason: document.reason,
        detail: document.detail,
        observed_at: needed(time(Some(document.observed_at)), "observed_at")?,
    };
    Ok(vec![reading.rows(&gaps::TABLE, vec![row])?])
}

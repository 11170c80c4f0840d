//! Quarantines with their clocks (reading of CI/CL-001 §13).

use domain::clock::Timestamp;
use serde::Serialize;

use crate::truth::{as_text, as_text_or_null};

/// One stay of a test in quarantine.
#[derive(Debug, Clone, Serialize)]
pub struct Quarantine {
    /// `classname` of the test.
    pub class_name: String,
    /// Its name.
    pub name: String,
    /// `property`, `name`, `list`, `issue`.
    pub tagged_by: &'static str,
    /// When this stay began: with the first run on main that carried the tag, the commit of the list, the issue.
    #[serde(serialize_with = "as_text")]
    pub tagged_at: Timestamp,
    /// When its clock started: earlier than `tagged_at` where it continues that of a stay before.
    #[serde(serialize_with = "as_text")]
    pub started_at: Timestamp,
    /// When it has to be out.
    #[serde(serialize_with = "as_text")]
    pub due_at: Timestamp,
    /// Number of the ticket; null: none.
    pub ticket: Option<i64>,
    /// When the ticket was closed.
    #[serde(serialize_with = "as_text_or_null")]
    pub ticket_closed_at: Option<Timestamp>,
    /// Somebody extended it, with reason and approver.
    pub is_extended: bool,
    /// When it left: with the first run on main after the last that carried the tag, the commit of the list, the
    /// closing of the issue.
    #[serde(serialize_with = "as_text_or_null")]
    pub released_at: Option<Timestamp>,
    /// Clean executions on main between the last failure and the release (or now).
    pub n_clean: i64,
    /// `active`, `overdue`, `released_proven`, `released_unproven`.
    pub state: &'static str,
    /// It stayed past its due date.
    pub is_breached: bool,
    #[serde(skip)]
    pub(crate) test: usize,
}

//! Risks that were accepted (reading of CI/CL-001 §21): the clock of the finding runs on all the same.

use domain::clock::Timestamp;
use serde::Serialize;

use crate::truth::as_text;

/// A finding that somebody asked to accept for a while, and somebody else did.
#[derive(Debug, Clone, Serialize)]
pub struct Acceptance {
    /// What it is, as in its episode.
    pub item: String,
    /// Number of its code scanning alert.
    pub alert: i64,
    /// Who asked, by login.
    pub requested_by: &'static str,
    /// Who accepted it, by login.
    pub approved_by: &'static str,
    /// From when on.
    #[serde(serialize_with = "as_text")]
    pub accepted_at: Timestamp,
    /// When it ends.
    #[serde(serialize_with = "as_text")]
    pub expires_at: Timestamp,
}

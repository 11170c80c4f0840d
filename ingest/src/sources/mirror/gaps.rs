//! What could not be had of a mirror, told once for as long as it lasts.

use std::collections::HashMap;

use domain::clock::Timestamp;
use domain::collection::Gap;

use super::documents;
use super::failure::Failure;
use super::place::Location;
use crate::sources::github::gaps::document_of;
use crate::sources::item::{Item, Origin};

/// Gaps of one bucket, by resource; each is about the whole of the location.
#[derive(Debug)]
pub(crate) struct Gaps<'a> {
    location: &'a Location,
    /// Reasons of gaps that are open, by resource.
    open: HashMap<String, String>,
    noted: Vec<Gap>,
}

impl<'a> Gaps<'a> {
    /// Begins with those that the lake holds.
    pub(crate) fn new(location: &'a Location, open: HashMap<String, String>) -> Self {
        Self {
            location,
            open,
            noted: Vec::new(),
        }
    }

    /// Notes what S3 did not answer, unless the same is open already.
    pub(crate) fn failed(&mut self, resource: &str, failure: &Failure, at: Timestamp) {
        self.lost(resource, failure.reason(), failure.to_string(), at);
    }

    /// Notes a loss, unless the same is open already.
    pub(crate) fn lost(&mut self, resource: &str, reason: &str, detail: String, at: Timestamp) {
        if self.open.get(resource).is_none_or(|held| held != reason) {
            self.open.insert(resource.to_owned(), reason.to_owned());
            self.note(resource, true, reason, Some(detail), at);
        }
    }

    /// Notes that something was had: it closes the gap, if there was one.
    pub(crate) fn had(&mut self, resource: &str, at: Timestamp) {
        if self.open.remove(resource).is_some() {
            self.note(resource, false, "recovered", None, at);
        }
    }

    fn note(&mut self, resource: &str, is_open: bool, reason: &str, detail: Option<String>, at: Timestamp) {
        let subject = self.location.to_string();
        tracing::info!(subject, resource, reason, "gap");
        self.noted.push(Gap {
            repository: self.location.scope.clone(),
            resource: resource.to_owned(),
            subject,
            run_id: None,
            run_attempt: None,
            from_at: None,
            to_at: None,
            is_open,
            reason: reason.to_owned(),
            detail,
            observed_at: at,
        });
    }

    /// What was noted, as an item, and as it is told.
    pub(crate) fn take(&mut self) -> (Vec<Item>, Vec<Gap>) {
        let noted = std::mem::take(&mut self.noted);
        let documents = noted.iter().map(|gap| document_of(documents::GAP, gap)).collect();
        let item = Item {
            shown: "gaps".to_owned(),
            origin: Origin::Documents(documents),
        };
        (if noted.is_empty() { vec![] } else { vec![item] }, noted)
    }
}

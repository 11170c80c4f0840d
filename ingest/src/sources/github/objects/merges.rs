//! What was listed of a pull request after its merge: its reviews, and the files that it changes.
//!
//! Texts of reviews and patches are left out before anything lands: nothing is told from them.

use domain::change::{PullRequestFile, PullRequestReview};
use domain::clock::parse_timestamp;
use lake::tables::{pull_request_files, pull_request_reviews};
use serde::{Deserialize, Serialize};

use super::fields::{Login, login, needed, parse};
use super::kinds::Reading;
use crate::report::Rows;

/// Files of one pull request that GitHub lists at most.
pub(crate) const FILES_MAX: usize = 3_000;

/// A list, with the pull request that its entries do not name.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MergeListDocument<E> {
    pub(crate) number: i64,
    pub(crate) merged_at: String,
    pub(crate) entries: Vec<E>,
}

/// A review, of what is served.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct ReviewEntry {
    id: i64,
    user: Option<Login>,
    state: String,
    commit_id: Option<String>,
    /// As served; a review that is still written has none.
    submitted_at: Option<String>,
}

/// A file, of what is served.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct FileEntry {
    pub(crate) filename: String,
    pub(crate) previous_filename: Option<String>,
    status: Option<String>,
}

fn position(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX)
}

/// Entries in their order, or one that says that there is none.
fn or_none<E>(entries: Vec<E>) -> impl Iterator<Item = (i32, Option<E>)> {
    let mut entries: Vec<Option<E>> = entries.into_iter().map(Some).collect();
    if entries.is_empty() {
        entries.push(None);
    }
    entries
        .into_iter()
        .enumerate()
        .map(|(index, entry)| (position(index), entry))
}

/// Rows of a list of reviews.
pub(super) fn reviews(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let document: MergeListDocument<ReviewEntry> = parse(object)?;
    let merged_at = needed(parse_timestamp(&document.merged_at).ok(), "merged_at")?;
    let row = |(position, entry): (i32, Option<ReviewEntry>)| {
        let submitted_at = entry.as_ref().and_then(|entry| entry.submitted_at.as_deref());
        PullRequestReview {
            repository: reading.context.repository.clone(),
            number: document.number,
            merged_at,
            position,
            review_id: entry.as_ref().map(|entry| entry.id),
            state: entry.as_ref().map(|entry| entry.state.clone()),
            commit_sha: entry.as_ref().and_then(|entry| entry.commit_id.clone()),
            submitted_at: submitted_at.and_then(|text| parse_timestamp(text).ok()),
            author: entry.and_then(|entry| login(entry.user)),
        }
    };
    let rows = or_none(document.entries).map(row).collect();
    Ok(vec![reading.rows(&pull_request_reviews::TABLE, rows)?])
}

/// Rows of a list of files.
pub(super) fn files(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let document: MergeListDocument<FileEntry> = parse(object)?;
    let merged_at = needed(parse_timestamp(&document.merged_at).ok(), "merged_at")?;
    let is_whole = document.entries.len() < FILES_MAX;
    let row = |(position, entry): (i32, Option<FileEntry>)| PullRequestFile {
        repository: reading.context.repository.clone(),
        number: document.number,
        merged_at,
        position,
        is_whole,
        status: entry.as_ref().and_then(|entry| entry.status.clone()),
        previous_path: entry.as_ref().and_then(|entry| entry.previous_filename.clone()),
        path: entry.map(|entry| entry.filename),
    };
    let rows = or_none(document.entries).map(row).collect();
    Ok(vec![reading.rows(&pull_request_files::TABLE, rows)?])
}

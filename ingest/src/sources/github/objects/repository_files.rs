//! What was listed of a commit: files that are read, each with its blob and the digest of its bytes.

use domain::clock::parse_timestamp;
use domain::repository_file::{ListedScope, RepositoryFile};
use lake::tables::repository_files;
use serde::{Deserialize, Serialize};

use super::fields::{needed, parse};
use super::kinds::Reading;
use crate::report::Rows;

/// The list, without the files that are not read.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RepositoryFilesDocument {
    pub(crate) commit: String,
    pub(crate) scope: String,
    pub(crate) seen_at: String,
    pub(crate) is_whole: bool,
    pub(crate) files: Vec<ListedFile>,
}

/// A file of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListedFile {
    pub(crate) path: String,
    pub(crate) blob: String,
    pub(crate) size_bytes: Option<i64>,
    /// Null: the file is too large to be read.
    pub(crate) sha256: Option<String>,
}

/// Rows of a list: one for each file, or one that says that there is none.
pub(super) fn read(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let document: RepositoryFilesDocument = parse(object)?;
    let scope = ListedScope::parse(&document.scope);
    let scope = scope.ok_or_else(|| format!("`{}` is no scope", document.scope))?;
    let seen_at = needed(parse_timestamp(&document.seen_at).ok(), "seen_at")?;
    let row = |(position, file): (usize, Option<ListedFile>)| RepositoryFile {
        repository: reading.context.repository.clone(),
        commit_sha: document.commit.clone(),
        scope,
        seen_at,
        position: i32::try_from(position).unwrap_or(i32::MAX),
        is_whole: document.is_whole,
        path: file.as_ref().map(|file| file.path.clone()),
        blob_sha: file.as_ref().map(|file| file.blob.clone()),
        size_bytes: file.as_ref().and_then(|file| file.size_bytes),
        file_sha256: file.and_then(|file| file.sha256),
    };
    let mut files: Vec<Option<ListedFile>> = document.files.into_iter().map(Some).collect();
    if files.is_empty() {
        files.push(None);
    }
    let rows = files.into_iter().enumerate().map(row).collect();
    Ok(vec![reading.rows(&repository_files::TABLE, rows)?])
}

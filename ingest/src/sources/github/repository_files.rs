//! Files of the repository itself: workflows of every commit that a run names, and of heads of the default branch also
//! code owners, Dockerfiles and hooks; code owners alone of commits that merged pull requests were based on.
//!
//! A commit costs one request, for the list; a file another one, once for each blob and not for each commit.

use std::collections::{BTreeMap, HashMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::clock::{Timestamp, format_timestamp};
use domain::identity::Sha256Digest;
use domain::repository_file::ListedScope;
use futures::StreamExt as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::failure::Failure;
use super::objects::changes::CommitObject;
use super::objects::kinds;
use super::objects::repository_files::{ListedFile, RepositoryFilesDocument};
use super::repository::{AT_ONCE, RepositoryPull, Subject};
use super::settle::Seen;
use crate::error::Result;
use crate::formats::registry::{self, Format, Recognised};
use crate::sources::item::Document;

/// Where GitHub reads workflows.
const WORKFLOWS: &str = ".github/workflows";
/// Files above this are listed and not read: none that is read by hand comes near it.
const FILE_BYTES_MAX: i64 = 1 << 20;
/// Files of one tree that are read.
const FILES_MAX: usize = 1_000;

/// What of a repository's files is in, or on its way.
#[derive(Debug, Default, Clone)]
pub(crate) struct FilesKnown {
    /// Commits whose list is in, by scope.
    pub(crate) listed: HashSet<(String, &'static str)>,
    /// Digest of the bytes of each blob.
    pub(crate) blobs: HashMap<String, String>,
}

/// A commit whose workflows are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedCommit {
    sha: String,
    at: Timestamp,
    pub(super) run_id: i64,
}

impl NamedCommit {
    /// Its files as something that is owed; with its run, so that they are asked for again with it.
    pub(super) fn subject(&self) -> Subject {
        Subject {
            resource: "workflow_files",
            what: format!("commit {}", self.sha),
            run: Some((self.run_id, None)),
            span: (Some(self.at), Some(self.at)),
        }
    }
}

/// An entry of `contents` or of a tree.
#[derive(Debug, Deserialize)]
struct Entry {
    r#type: String,
    path: String,
    sha: String,
    size: Option<i64>,
}

/// A tree as served.
#[derive(Debug, Deserialize)]
struct TreeObject {
    tree: Vec<Entry>,
    truncated: Option<bool>,
}

/// What was listed of a commit.
struct List<'l> {
    commit: &'l str,
    scope: ListedScope,
    at: Timestamp,
    is_whole: bool,
    entries: Vec<Entry>,
}

/// A blob as served.
#[derive(Debug, Deserialize)]
struct BlobObject {
    encoding: String,
    content: String,
}

/// What a file is that is read from a repository, by its path alone: what only looks like evidence is none.
fn format_of(path: &str) -> Option<Format> {
    match registry::recognise_named(path, &[])? {
        Recognised::Format(format) => Some(format),
        _ => None,
    }
}

/// Whether GitHub, Docker or pre-commit would take a file of the tree for what its name says.
fn is_effective(path: &str, format: Format) -> bool {
    match format.name {
        "codeowners" => matches!(path, "CODEOWNERS" | ".github/CODEOWNERS" | "docs/CODEOWNERS"),
        "workflow" => path.starts_with(WORKFLOWS),
        "makefile" | "pre_commit" => !path.contains('/'),
        _ => true,
    }
}

impl RepositoryPull<'_> {
    /// Head commits of runs whose workflows are not in yet, oldest first.
    pub(super) fn named_commits(&self, runs: &[Seen]) -> Vec<NamedCommit> {
        let mut commits: BTreeMap<&str, (Timestamp, i64)> = BTreeMap::new();
        for run in runs.iter().map(|seen| &seen.run) {
            let Some(sha) = run.head_sha.as_deref() else { continue };
            // What GitHub itself makes up, as `dynamic/…`, has no file.
            if run.path.as_deref().is_some_and(|path| !path.starts_with(WORKFLOWS)) {
                continue;
            }
            let named = (run.created_at.unwrap_or(self.now), run.id);
            let first = commits.entry(sha).or_insert(named);
            *first = named.min(*first);
        }
        let files = self.files();
        let scope = ListedScope::Workflows.as_str();
        let is_new = |sha: &str| !files.listed.contains(&(sha.to_owned(), scope));
        let mut commits: Vec<NamedCommit> = commits
            .into_iter()
            .filter(|(sha, _)| is_new(sha))
            .map(|(sha, (at, run_id))| NamedCommit {
                sha: sha.to_owned(),
                at,
                run_id,
            })
            .collect();
        commits.sort_by(|a, b| (a.at, &a.sha).cmp(&(b.at, &b.sha)));
        commits
    }

    /// Whether a commit's list is in, or on its way.
    pub(super) fn is_listed(&self, commit: &NamedCommit) -> bool {
        let listed = (commit.sha.clone(), ListedScope::Workflows.as_str());
        self.files().listed.contains(&listed)
    }

    /// Lists of workflows of commits, and the files that are new in them, go to `documents`.
    pub(super) async fn workflow_files(&self, commits: &[NamedCommit], documents: &mut Vec<Document>) -> Result<()> {
        let listed: Vec<_> = futures::stream::iter(commits)
            .map(|commit| self.workflow_entries(commit))
            .buffered(AT_ONCE)
            .collect()
            .await;
        for (commit, entries) in commits.iter().zip(listed) {
            let mut subject = commit.subject();
            match entries {
                Ok(entries) => {
                    let list = List {
                        commit: &commit.sha,
                        scope: ListedScope::Workflows,
                        at: commit.at,
                        is_whole: true,
                        entries,
                    };
                    self.listed(&subject, list, documents).await?;
                }
                Err(failure) => {
                    if matches!(failure, Failure::Status { status: 404, .. }) {
                        // A commit of a fork that is gone does not come back with its run.
                        subject.run = None;
                    }
                    self.failed(&subject, &failure)?;
                }
            }
        }
        Ok(())
    }

    async fn workflow_entries(&self, commit: &NamedCommit) -> Result<Vec<Entry>, Failure> {
        let path = format!("/repos/{}/contents/{WORKFLOWS}?ref={}", self.repository, commit.sha);
        form(self.client.object(&path).await?.get())
    }

    /// Files of the head of the default branch, where it is another one than was listed last, go to `documents`.
    pub(super) async fn head_files(&self, documents: &mut Vec<Document>) -> Result<()> {
        let branch: String = url::form_urlencoded::byte_serialize(self.default_branch.as_bytes()).collect();
        let subject = Subject::of("repository_files", self.default_branch.as_str());
        let commit: CommitObject = match self.formed(&format!("commits/{branch}")).await {
            Ok(commit) => commit,
            // A repository without a commit.
            Err(Failure::Status { status: 409, .. }) => return Ok(()),
            Err(failure) => return self.failed(&subject, &failure),
        };
        let listed = (commit.sha.clone(), ListedScope::Tree.as_str());
        if self.files().listed.contains(&listed) {
            return Ok(());
        }
        let tree: TreeObject = match self.formed(&format!("git/trees/{}?recursive=1", commit.sha)).await {
            Ok(tree) => tree,
            Err(failure) => return self.failed(&subject, &failure),
        };
        let list = List {
            commit: &commit.sha,
            scope: ListedScope::Tree,
            at: commit.committed_at().unwrap_or(self.now).min(self.now),
            is_whole: !tree.truncated.unwrap_or_default(),
            entries: tree.tree,
        };
        self.listed(&subject, list, documents).await
    }

    /// Code owners of a commit that merged pull requests were based on, where they are not in yet, go to `documents`.
    pub(super) async fn code_owners(&self, base: &str, at: Timestamp, documents: &mut Vec<Document>) -> Result<()> {
        let scope = ListedScope::CodeOwners;
        if self.files().listed.contains(&(base.to_owned(), scope.as_str())) {
            return Ok(());
        }
        let mut subject = Subject::of("code_owners", format!("commit {base}"));
        subject.span = (Some(at), Some(at));
        let tree: TreeObject = match self.formed(&format!("git/trees/{base}?recursive=1")).await {
            Ok(tree) => tree,
            Err(failure) => return self.failed(&subject, &failure),
        };
        let list = List {
            commit: base,
            scope,
            at,
            is_whole: !tree.truncated.unwrap_or_default(),
            entries: tree.tree,
        };
        self.listed(&subject, list, documents).await
    }

    /// The files of a list that are read and not in yet, and the list. Where a file cannot be had there is no list, so
    /// that the commit is asked for again.
    async fn listed(&self, subject: &Subject, list: List<'_>, documents: &mut Vec<Document>) -> Result<()> {
        let List {
            commit,
            scope,
            at,
            mut is_whole,
            entries,
        } = list;
        let mut files = Vec::new();
        for entry in entries {
            let Some(format) = format_of(&entry.path) else { continue };
            let is_asked = scope != ListedScope::CodeOwners || format.name == "codeowners";
            if is_asked && matches!(entry.r#type.as_str(), "file" | "blob") && is_effective(&entry.path, format) {
                files.push((entry, format));
            }
        }
        files.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
        if files.len() > FILES_MAX {
            is_whole = false;
            files.truncate(FILES_MAX);
        }
        let mut lines = Vec::new();
        for (entry, format) in files {
            let known = self.files().blobs.get(&entry.sha).cloned();
            let sha256 = match known {
                Some(sha256) => Some(sha256),
                None if entry.size.is_some_and(|size| size > FILE_BYTES_MAX) => None,
                None => match self.blob(&entry.sha).await {
                    Ok(bytes) => {
                        let sha256 = Sha256Digest::of(&bytes).to_string();
                        self.files().blobs.insert(entry.sha.clone(), sha256.clone());
                        documents.push(self.file(format, bytes, entry.path.clone(), at));
                        Some(sha256)
                    }
                    Err(failure) => {
                        return self.failed(subject, &failure);
                    }
                },
            };
            lines.push(ListedFile {
                path: entry.path,
                blob: entry.sha,
                size_bytes: entry.size,
                sha256,
            });
        }
        let list = RepositoryFilesDocument {
            commit: commit.to_owned(),
            scope: scope.as_str().to_owned(),
            seen_at: format_timestamp(at),
            is_whole,
            files: lines,
        };
        if let Ok(written) = serde_json::value::to_raw_value(&list) {
            let shown = format!("{} of {commit}", scope.as_str());
            documents.push(self.document(kinds::REPOSITORY_FILES, &written, shown, None, at));
            self.files().listed.insert((commit.to_owned(), scope.as_str()));
        }
        if is_whole {
            self.had(subject.resource, &subject.what);
        } else {
            self.lost(subject, "incomplete", Some("not every file was listed".to_owned()));
        }
        Ok(())
    }

    /// A file as it lies in the repository: a payload like any other.
    fn file(&self, format: Format, bytes: Vec<u8>, path: String, at: Timestamp) -> Document {
        Document {
            format: format.name,
            parser: format.parser,
            bytes,
            shown: path,
            context: self.own_context(),
            completed_at: at,
        }
    }

    /// An object of the repository, as what it is.
    async fn formed<T: DeserializeOwned>(&self, below: &str) -> Result<T, Failure> {
        let path = format!("/repos/{}/{below}", self.repository);
        form(self.client.object(&path).await?.get())
    }

    async fn blob(&self, sha: &str) -> Result<Vec<u8>, Failure> {
        let blob: BlobObject = self.formed(&format!("git/blobs/{sha}")).await?;
        if blob.encoding != "base64" {
            return Err(Failure::Form(format!("a blob in `{}`", blob.encoding)));
        }
        let content: String = blob.content.split_ascii_whitespace().collect();
        STANDARD
            .decode(content)
            .map_err(|error| Failure::Form(error.to_string()))
    }
}

fn form<T: DeserializeOwned>(object: &str) -> Result<T, Failure> {
    serde_json::from_str(object).map_err(|error| Failure::Form(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_that_take_effect_are_read() {
        for (path, expected) in [
            (".github/workflows/ci.yml", Some("workflow")),
            ("sub/.github/workflows/ci.yml", None),
            (".github/CODEOWNERS", Some("codeowners")),
            ("CODEOWNERS", Some("codeowners")),
            ("docs/CODEOWNERS", Some("codeowners")),
            ("sub/CODEOWNERS", None),
            ("services/app/Dockerfile", Some("dockerfile")),
            (".pre-commit-config.yaml", Some("pre_commit")),
            ("sub/.pre-commit-config.yaml", None),
            ("Makefile", Some("makefile")),
            ("sub/Makefile", None),
            ("junit.xml", None),
            ("trivy.json", None),
            ("trivy.sarif", None),
            ("README.md", None),
        ] {
            let found = format_of(path).filter(|format| is_effective(path, *format));
            assert_eq!(found.map(|format| format.name), expected, "{path}");
        }
    }
}

//! Which files a commit has: what evidence is read from a repository itself (CI/CL-001 §3, §5, §10 to §12, §18, §20).

use crate::clock::Timestamp;
use crate::identity::RepositoryName;

/// What was listed of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListedScope {
    /// The folder of workflows, of every commit that a run names.
    Workflows,
    /// The whole tree, of heads of the default branch.
    Tree,
    /// Code owners alone, of the base of merged pull requests that touch guarded folders.
    CodeOwners,
}

impl ListedScope {
    /// The word in the column `scope`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Workflows => "workflows",
            Self::Tree => "tree",
            Self::CodeOwners => "code_owners",
        }
    }

    /// Reads that word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Workflows, Self::Tree, Self::CodeOwners]
            .into_iter()
            .find(|scope| scope.as_str() == word)
    }
}

/// One file of a commit. Natural key: repository, `commit_sha`, scope, position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryFile {
    /// `owner/name`.
    pub repository: RepositoryName,
    /// The commit.
    pub commit_sha: String,
    /// What was listed of it.
    pub scope: ListedScope,
    /// When its first run was created, of a head of the default branch the committer's time, of a base when the pull
    /// request was merged: its event time.
    pub seen_at: Timestamp,
    /// Place in the list, from 0; a commit without a file that is read is one row at 0.
    pub position: i32,
    /// The whole list was had, so that a file that is not in it is not there.
    pub is_whole: bool,
    /// Path; null: there is no file that is read.
    pub path: Option<String>,
    /// Its blob in git.
    pub blob_sha: Option<String>,
    /// Size of the blob.
    pub size_bytes: Option<i64>,
    /// Digest of its bytes, by which its rows are found.
    pub file_sha256: Option<String>,
}

//! Caches of GitHub Actions (CI/CL-001 §11).

use crate::clock::Timestamp;
use crate::identity::RepositoryName;

/// One observation of a cache. Natural key: repository, `cache_id`, `last_accessed_at`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    /// `owner/name`.
    pub repository: RepositoryName,
    /// GitHub's id.
    pub cache_id: i64,
    /// Who may restore it: a branch, or a pull request.
    pub reference: String,
    /// Its key.
    pub key: String,
    /// Digest of its paths and its compression.
    pub version: Option<String>,
    /// Size.
    pub size_bytes: i64,
    /// When it was saved: its event time.
    pub created_at: Timestamp,
    /// When it was last saved or restored.
    pub last_accessed_at: Timestamp,
}

/// What a repository held of caches when it was asked. Natural key: repository, `observed_at`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheListing {
    /// `owner/name`.
    pub repository: RepositoryName,
    /// When it was asked, by the source's own clock: its event time.
    pub observed_at: Timestamp,
    /// Caches that were listed.
    pub n_caches: i64,
    /// Their size.
    pub size_bytes: i64,
    /// Caches by GitHub's own account, which is minutes old.
    pub n_active: Option<i64>,
    /// Their size by that account.
    pub active_bytes: Option<i64>,
    /// For how long a cache is kept that nobody restores; null: it could not be read.
    pub retention_days: Option<i64>,
    /// Last access of the cache that nobody has accessed for the longest time.
    pub least_recent_at: Option<Timestamp>,
    /// Its id.
    pub least_recent_id: Option<i64>,
    /// Last access of the cache that was accessed last.
    pub most_recent_at: Option<Timestamp>,
}

//! Hooks that run before a commit (CI/CL-001 §18).

/// A hook of `.pre-commit-config.yaml`. Natural key: its payload, `position`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreCommitHook {
    /// Place among the hooks, from 0.
    pub position: i32,
    /// Line of the file, from 1.
    pub line: i64,
    /// Where it comes from: an address, `local` or `meta`.
    pub hook_repository: String,
    /// `rev`.
    pub rev: Option<String>,
    /// `rev` is a whole commit; of `local` and `meta` true, since they change with the repository and the tool alone.
    pub is_pinned: bool,
    /// `rev` may be the name of a branch: neither a commit nor of a version's form.
    pub is_moving: bool,
    /// Its id.
    pub hook_id: String,
    /// The stages that it runs in, where it says, joined by commas.
    pub stages: Option<String>,
}

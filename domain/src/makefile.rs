//! What `make` does where developers ask for it (CI/CL-001 §18).

/// A command of a target of a Makefile. Natural key: its payload, `position`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MakefileCommand {
    /// Place among the commands, from 0.
    pub position: i32,
    /// Line of the file, from 1.
    pub line: i64,
    /// The target.
    pub target: String,
    /// What the target needs, by spaces; empty: nothing.
    pub prerequisites: String,
    /// The command with the file's own variables put in; null: the rule has none.
    pub command: Option<String>,
    /// Its failure fails nothing.
    pub ignores_errors: bool,
}

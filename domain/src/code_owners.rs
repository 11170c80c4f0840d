//! Who must review what (CI/CL-001 §10).

/// A rule of a CODEOWNERS file; of those that match a path, the last one counts. Natural key: its payload, `position`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeOwnersRule {
    /// Place among the rules, from 0.
    pub position: i32,
    /// Line of the file, from 1.
    pub line: i64,
    /// The pattern as written.
    pub pattern: String,
    /// `@user`, `@organization/team` and addresses of mail, in their order, joined by spaces; empty: nobody owns it.
    pub owners: String,
    /// How many they are.
    pub n_owners: i32,
}

//! `sboms`: bills of materials, with what each describes and who made it.

use domain::sbom::{Sbom, SubjectKind};

use super::report::{self, Reported};
use super::rows::{self, Cell, Column, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Reported<Sbom>>] = &[
    report::repository(),
    report::run_id(),
    report::run_attempt(),
    report::workflow(),
    report::job(),
    report::artifact(),
    report::report(),
    required("format", ColumnType::Word, "`cyclonedx`, `spdx`", |row, _| {
        row.row.format.as_str().into()
    }),
    optional(
        "spec_version",
        ColumnType::Word,
        "version of the format, as `2.3`",
        |row, _| row.row.spec_version.as_ref().into(),
    ),
    optional(
        "name",
        ColumnType::Word,
        "name of the document; null in CycloneDX",
        |row, _| row.row.name.as_ref().into(),
    ),
    optional(
        "namespace",
        ColumnType::Text,
        "`documentNamespace`, the id of the element `SpdxDocument`, or `serialNumber`",
        |row, _| row.row.namespace.as_ref().into(),
    ),
    optional(
        "creators",
        ColumnType::Word,
        "who made it, a line each in the words of SPDX: `Tool: syft-1.6.0`",
        |row, _| list(&row.row.creators, "\n"),
    ),
    optional(
        "tools",
        ColumnType::Word,
        "the tools among them without version, in lower case, by commas",
        |row, _| list(&row.row.tools, ","),
    ),
    optional("created_at", ColumnType::Time, "the document's own clock", |row, _| {
        row.row.created_at.into()
    }),
    required(
        "n_subjects",
        ColumnType::Long,
        "things that it describes; the columns tell of the first",
        |row, _| row.row.n_subjects.into(),
    ),
    optional(
        "subject_name",
        ColumnType::Word,
        "name of what it describes, else of the document",
        |row, _| row.row.subject.name.as_ref().into(),
    ),
    optional("subject_version", ColumnType::Word, "its version", |row, _| {
        row.row.subject.version.as_ref().into()
    }),
    optional(
        "subject_kind",
        ColumnType::Word,
        "`image`, `directory`, `file`, `package`, `repository`, `other`; null where nothing tells",
        |row, _| row.row.subject.kind.map(SubjectKind::as_str).into(),
    ),
    optional("subject_purl", ColumnType::Word, "its package URL", |row, _| {
        row.row.subject.purl.as_ref().into()
    }),
    optional(
        "subject_sha256",
        ColumnType::Word,
        "every SHA-256 that is stated of it, in order, by commas",
        |row, _| list(&row.row.subject.sha256, ","),
    ),
    required("n_packages", ColumnType::Long, "rows of `packages`", |row, _| {
        row.row.n_packages.into()
    }),
    required(
        "is_complete",
        ColumnType::Boolean,
        "the document was read to its end, and no member of it stands twice",
        |row, _| row.row.is_complete.into(),
    ),
    report::completed_at(),
    rows::known_at(),
    report::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// A list as one text; an empty one is null.
fn list(items: &[String], separator: &str) -> Cell<'static> {
    (!items.is_empty()).then(|| items.join(separator)).into()
}

/// The table.
pub static TABLE: RowTable<Reported<Sbom>> = RowTable::new(
    TableSpec {
        name: "sboms",
        doc: "one software bill of materials",
        columns: &SPECS,
        key: &[
            "repository",
            "run_id",
            "run_attempt",
            "workflow",
            "job",
            "artifact",
            "source_sha256",
        ],
        event_time: "completed_at",
        sort: &[
            "repository",
            "completed_at",
            "run_id",
            "run_attempt",
            "workflow",
            "job",
            "artifact",
            "source_sha256",
        ],
        statistics: &["repository", "run_id", "completed_at", "known_at"],
        target_rows: 200_000,
    },
    COLUMNS,
);

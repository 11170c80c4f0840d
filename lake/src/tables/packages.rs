//! `packages`: what bills of materials list, with the licence of each.

use domain::sbom::{LicenseBasis, Package};

use super::report::{self, Reported};
use super::rows::{self, Column, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Reported<Package>>] = &[
    report::repository(),
    report::run_id(),
    report::run_attempt(),
    report::workflow(),
    report::job(),
    report::artifact(),
    report::report(),
    required(
        "position",
        ColumnType::Integer,
        "position in the document, from 0",
        |row, _| row.row.position.into(),
    ),
    optional(
        "reference",
        ColumnType::Text,
        "`SPDXID`, `spdxId` or `bom-ref`",
        |row, _| row.row.reference.as_ref().into(),
    ),
    required("name", ColumnType::Word, "its name; empty where absent", |row, _| {
        (&row.row.name).into()
    }),
    optional("version", ColumnType::Word, "its version, as written", |row, _| {
        row.row.version.as_ref().into()
    }),
    optional(
        "purpose",
        ColumnType::Word,
        "`type` or `primaryPackagePurpose`, in lower case: `library`, `container`",
        |row, _| row.row.purpose.as_ref().into(),
    ),
    optional("purl", ColumnType::Word, "package URL as written", |row, _| {
        row.row.purl.as_ref().into()
    }),
    optional("ecosystem", ColumnType::Word, "type of the package URL", |row, _| {
        row.row.ecosystem.as_ref().into()
    }),
    optional(
        "license_declared",
        ColumnType::Word,
        "what the package's maker says, as written; also `NONE`, `NOASSERTION`",
        |row, _| row.row.license.declared.as_ref().into(),
    ),
    optional(
        "license_concluded",
        ColumnType::Word,
        "what the document's maker says, as written; also `NONE`, `NOASSERTION`",
        |row, _| row.row.license.concluded.as_ref().into(),
    ),
    required(
        "license_status",
        ColumnType::Word,
        "`valid` SPDX expression, `invalid` one, `none`, `no_assertion`, `absent`",
        |row, _| row.row.license.status.as_str().into(),
    ),
    optional(
        "license_basis",
        ColumnType::Word,
        "`concluded`, else `declared`: whose word `license` is",
        |row, _| row.row.license.basis.map(LicenseBasis::as_str).into(),
    ),
    optional(
        "license",
        ColumnType::Word,
        "the SPDX expression that counts, with ids as SPDX spells them; null where it is not valid",
        |row, _| row.row.license.expression.as_ref().into(),
    ),
    optional(
        "license_choices",
        ColumnType::Word,
        "the same as alternatives ` | ` of licences that are needed together ` & `; null also of more than 64",
        |row, _| row.row.license.choices.as_ref().into(),
    ),
    required(
        "is_root",
        ColumnType::Boolean,
        "it is what the document describes, and none of its parts",
        |row, _| row.row.is_root.into(),
    ),
    optional("supplier", ColumnType::Word, "who distributes it", |row, _| {
        row.row.supplier.as_ref().into()
    }),
    optional("sha256", ColumnType::Text, "its SHA-256", |row, _| {
        row.row.sha256.as_ref().into()
    }),
    report::completed_at(),
    rows::known_at(),
    report::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Reported<Package>> = RowTable::new(
    TableSpec {
        name: "packages",
        doc: "one package of one bill of materials",
        columns: &SPECS,
        key: &[
            "repository",
            "run_id",
            "run_attempt",
            "workflow",
            "job",
            "artifact",
            "source_sha256",
            "position",
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
            "position",
        ],
        statistics: &["repository", "run_id", "completed_at", "known_at"],
        target_rows: 500_000,
    },
    COLUMNS,
);

//! `deployments`: one observation of one deployment.

use domain::deployment::Deployment;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<Deployment>>] = &[
    required("repository", ColumnType::Text, "`owner/name`", |seen, _| {
        (&seen.row.repository).into()
    }),
    required("deployment_id", ColumnType::Long, "GitHub's id", |seen, _| {
        seen.row.deployment_id.into()
    }),
    required("commit_sha", ColumnType::Text, "what is deployed", |seen, _| {
        (&seen.row.commit_sha).into()
    }),
    required(
        "reference",
        ColumnType::Text,
        "branch, tag or commit that was asked for",
        |seen, _| (&seen.row.reference).into(),
    ),
    required(
        "task",
        ColumnType::Text,
        "`deploy`, or what else the deployer calls it",
        |seen, _| (&seen.row.task).into(),
    ),
    required("environment", ColumnType::Text, "where to", |seen, _| {
        (&seen.row.environment).into()
    }),
    optional(
        "is_production",
        ColumnType::Boolean,
        "users work with that environment, as the deployer says",
        |seen, _| seen.row.is_production.into(),
    ),
    optional(
        "description",
        ColumnType::Text,
        "what the deployer says of it",
        |seen, _| seen.row.description.as_ref().into(),
    ),
    optional("creator", ColumnType::Text, "login of who asked for it", |seen, _| {
        seen.row.creator.as_ref().into()
    }),
    required(
        "created_at",
        ColumnType::Time,
        "when it was asked for: its event time",
        |seen, _| seen.row.created_at.into(),
    ),
    required("updated_at", ColumnType::Time, "when it last changed", |seen, _| {
        seen.row.updated_at.into()
    }),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<Deployment>> = RowTable::new(
    TableSpec {
        name: "deployments",
        doc: "one observation of one deployment; what became of it is in `deployment_statuses`",
        columns: &SPECS,
        key: &["repository", "deployment_id", "source_sha256"],
        event_time: "created_at",
        sort: &["repository", "created_at", "deployment_id", "source_sha256"],
        statistics: &["repository", "deployment_id", "created_at", "known_at"],
        target_rows: 500_000,
    },
    COLUMNS,
);

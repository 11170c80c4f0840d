//! `deployment_statuses`: what became of a deployment.

use domain::deployment::DeploymentStatus;

use super::rows::{self, Column, Observed, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Observed<DeploymentStatus>>] = &[
    required("repository", ColumnType::Text, "`owner/name`", |seen, _| {
        (&seen.row.repository).into()
    }),
    required("deployment_id", ColumnType::Long, "the deployment", |seen, _| {
        seen.row.deployment_id.into()
    }),
    required("status_id", ColumnType::Long, "GitHub's id", |seen, _| {
        seen.row.status_id.into()
    }),
    required(
        "state",
        ColumnType::Text,
        "`waiting`, `queued`, `pending`, `in_progress`, `success`, `failure`, `error`, `inactive`",
        |seen, _| (&seen.row.state).into(),
    ),
    optional(
        "environment",
        ColumnType::Text,
        "where to, as the status says",
        |seen, _| seen.row.environment.as_ref().into(),
    ),
    optional("description", ColumnType::Text, "what it says", |seen, _| {
        seen.row.description.as_ref().into()
    }),
    optional("creator", ColumnType::Text, "login of who set it", |seen, _| {
        seen.row.creator.as_ref().into()
    }),
    required(
        "created_at",
        ColumnType::Time,
        "when it was set: its event time",
        |seen, _| seen.row.created_at.into(),
    ),
    rows::known_at(),
    rows::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Observed<DeploymentStatus>> = RowTable::new(
    TableSpec {
        name: "deployment_statuses",
        doc: "one status of one deployment",
        columns: &SPECS,
        key: &["repository", "status_id", "source_sha256"],
        event_time: "created_at",
        sort: &[
            "repository",
            "created_at",
            "deployment_id",
            "status_id",
            "source_sha256",
        ],
        statistics: &["repository", "deployment_id", "created_at", "known_at"],
        target_rows: 500_000,
    },
    COLUMNS,
);

//! What every row of a report carries beside what the report says: the columns in front of and behind its own.

use std::sync::Arc;

use domain::clock::Timestamp;
use domain::identity::Sha256Digest;
use domain::source::SourceContext;

use super::rows::{Column, optional, required};
use super::spec::ColumnType;

/// The report that rows belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What the report belongs to.
    pub context: SourceContext,
    /// Its path in the directory or artifact.
    pub path: String,
    /// Its digest as written.
    pub sha256: Sha256Digest,
    /// When CI completed what left it behind: the event time.
    pub completed_at: Timestamp,
}

/// A row of a report.
#[derive(Debug, Clone)]
pub struct Reported<R> {
    /// What was said.
    pub row: R,
    /// Where.
    pub report: Arc<Report>,
}

pub(crate) const fn repository<R>() -> Column<Reported<R>> {
    required("repository", ColumnType::Word, "`owner/name`", |row, _| {
        (&row.report.context.repository).into()
    })
}

pub(crate) const fn run_id<R>() -> Column<Reported<R>> {
    required("run_id", ColumnType::Long, "the run", |row, _| {
        row.report.context.run_id.into()
    })
}

pub(crate) const fn run_attempt<R>() -> Column<Reported<R>> {
    required("run_attempt", ColumnType::Integer, "its attempt", |row, _| {
        row.report.context.run_attempt.into()
    })
}

pub(crate) const fn run_id_if_any<R>() -> Column<Reported<R>> {
    optional(
        "run_id",
        ColumnType::Long,
        "the run that left the file behind; null: it was read from the repository",
        |row, _| row.report.context.run_id.into(),
    )
}

pub(crate) const fn run_attempt_if_any<R>() -> Column<Reported<R>> {
    optional("run_attempt", ColumnType::Integer, "its attempt", |row, _| {
        row.report.context.run_attempt.into()
    })
}

pub(crate) const fn workflow<R>() -> Column<Reported<R>> {
    optional("workflow", ColumnType::Word, "the workflow", |row, _| {
        row.report.context.workflow.as_ref().into()
    })
}

pub(crate) const fn job<R>() -> Column<Reported<R>> {
    optional("job", ColumnType::Word, "the job", |row, _| {
        row.report.context.job.as_ref().into()
    })
}

pub(crate) const fn artifact<R>() -> Column<Reported<R>> {
    optional(
        "artifact",
        ColumnType::Word,
        "the artifact that held the report",
        |row, _| row.report.context.artifact.as_ref().into(),
    )
}

pub(crate) const fn report<R>() -> Column<Reported<R>> {
    required(
        "report",
        ColumnType::Word,
        "path of the report in the directory or artifact",
        |row, _| (&row.report.path).into(),
    )
}

pub(crate) const fn file<R>() -> Column<Reported<R>> {
    required(
        "path",
        ColumnType::Word,
        "path of the file in the repository, directory or artifact",
        |row, _| (&row.report.path).into(),
    )
}

pub(crate) const fn completed_at<R>() -> Column<Reported<R>> {
    required(
        "completed_at",
        ColumnType::Time,
        "when CI completed the job or run: the event time",
        |row, _| row.report.completed_at.into(),
    )
}

pub(crate) const fn source_sha256<R>() -> Column<Reported<R>> {
    required("source_sha256", ColumnType::Word, "digest of the report", |row, _| {
        row.report.sha256.to_string().into()
    })
}

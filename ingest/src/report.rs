//! One payload to rows: the same function for what just landed and for what a cut-off batch left behind.

use std::cell::RefCell;
use std::io::BufRead;
use std::sync::Arc;

use arrow::array::RecordBatch;
use domain::clock::{Timestamp, parse_timestamp};
use domain::identity::{RepositoryName, Sha256Digest};
use domain::source::{Source, SourceContext, SourceStatus, Warnings};
use lake::intent::PlannedSource;
use lake::tables::report::{Report, Reported};
use lake::tables::rows::{Observed, RowTable};
use lake::tables::spec::{Stamp, TableSpec};
use lake::tables::test_results::{self, ReportStamp, TestResultsBuilder};
use lake::tables::{
    attestations, codeowners, coverage, coverage_files, dockerfile_images, findings, makefile_commands, packages,
    pre_commit_hooks, runs, sboms, scans, workflow_jobs, workflow_steps, workflows,
};

use crate::coverage::row::{Reader, Row};
use crate::document;
use crate::formats::{junit, registry};
use crate::run_document;
use crate::scanner;
use crate::sources::github::objects::kinds::{self, Reading};

/// Rows that go into the lake at once.
const BATCH_ROWS: usize = 16 * 1024;
/// The same of rows that are held as they are before they become a batch.
const PARCEL_ROWS: usize = 4 * 1024;

/// What a payload gives: rows of a table.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) table: &'static TableSpec,
    pub(crate) batch: RecordBatch,
}

/// What a planned source says in the types of the domain.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) sha256: Sha256Digest,
    pub(crate) landed_sha256: Sha256Digest,
    pub(crate) context: SourceContext,
    pub(crate) completed_at: Timestamp,
    planned: PlannedSource,
}

impl Plan {
    /// Reads a line of an intent.
    pub(crate) fn read(planned: &PlannedSource) -> Result<Self, String> {
        fn reason(error: impl std::fmt::Display) -> String {
            error.to_string()
        }
        Ok(Self {
            sha256: Sha256Digest::parse(&planned.sha256).map_err(reason)?,
            landed_sha256: Sha256Digest::parse(&planned.landed_sha256).map_err(reason)?,
            context: SourceContext {
                repository: RepositoryName::parse(&planned.repository).map_err(reason)?,
                run_id: planned.run_id,
                run_attempt: planned.run_attempt,
                workflow: planned.workflow.clone(),
                job: planned.job.clone(),
                artifact: planned.artifact.clone(),
            },
            completed_at: parse_timestamp(&planned.completed_at).map_err(reason)?,
            planned: planned.clone(),
        })
    }

    /// Whether this program's parsers are those that the plan was made for.
    pub(crate) fn is_readable(&self) -> bool {
        let parser = self.planned.parser.as_str();
        self.planned.refusal.is_some()
            || parser == run_document::PARSER
            || kinds::of_sources().any(|kind| kind.parser == parser)
            || registry::ALL.iter().any(|format| format.parser == parser)
    }

    fn source(&self, status: SourceStatus, reason: Option<String>, n_rows: i64) -> Source {
        Source {
            sha256: self.sha256,
            landed_sha256: self.landed_sha256,
            context: self.context.clone(),
            path: self.planned.path.clone(),
            format: self.planned.format.clone(),
            parser: self.planned.parser.clone(),
            dialect: None,
            status,
            reason,
            size_bytes: self.planned.size_bytes,
            n_rows,
            warnings: Warnings::default(),
            completed_at: self.completed_at,
        }
    }

    /// Parses the payload; the rows go to `emit`, what became of it comes back.
    pub(crate) fn parse(
        &self,
        payload: &mut dyn BufRead,
        stamp: Stamp,
        emit: &mut dyn FnMut(Rows) -> std::io::Result<()>,
    ) -> std::io::Result<Source> {
        let mut source = if let Some(reason) = &self.planned.refusal {
            self.source(SourceStatus::Refused, Some(reason.clone()), 0)
        } else if self.planned.format == registry::JUNIT.name {
            self.parse_junit(payload, stamp, emit)?
        } else if let Some(read) = registry::reader_of_scans(&self.planned.format) {
            self.parse_scans(read, payload, stamp, emit)?
        } else if let Some(read) = registry::reader_of_coverage(&self.planned.format) {
            self.parse_coverage(read, payload, stamp, emit)?
        } else if let Some(read) = registry::reader_of_documents(&self.planned.format) {
            self.parse_document(read, payload, stamp, emit)?
        } else {
            let mut bytes = Vec::new();
            payload.read_to_end(&mut bytes)?;
            let reading = Reading {
                stamp,
                sha256: self.sha256,
                context: &self.context,
                warnings: RefCell::default(),
            };
            if let Some(read) = kinds::read(&self.planned.format, &bytes, &reading) {
                return self.parsed_object(read, reading.warnings.into_inner(), emit);
            }
            match run_document::read(&bytes) {
                Ok(run) => {
                    let row = Observed {
                        row: run,
                        source_sha256: self.sha256,
                    };
                    let batch = runs::TABLE.batch(stamp, std::iter::once(&row));
                    emit(Rows {
                        table: &runs::TABLE.spec,
                        batch: batch.map_err(std::io::Error::other)?,
                    })?;
                    self.source(SourceStatus::Complete, None, 1)
                }
                Err(reason) => self.source(SourceStatus::Refused, Some(reason), 0),
            }
        };
        if let (Some(damage), SourceStatus::Complete | SourceStatus::Partial) = (&self.planned.damage, source.status) {
            source.status = SourceStatus::Partial;
            source.reason = Some(format!("archive: {damage}"));
        }
        self.count_redactions(&mut source);
        Ok(source)
    }

    /// The ledger line of an object, whose rows go to `emit`.
    fn parsed_object(
        &self,
        read: Result<Vec<Rows>, String>,
        warnings: Warnings,
        emit: &mut dyn FnMut(Rows) -> std::io::Result<()>,
    ) -> std::io::Result<Source> {
        let mut source = match read {
            Ok(rows) => {
                let n_rows: usize = rows.iter().map(|rows| rows.batch.num_rows()).sum();
                rows.into_iter().try_for_each(emit)?;
                self.source(SourceStatus::Complete, None, i64::try_from(n_rows).unwrap_or_default())
            }
            Err(reason) => self.source(SourceStatus::Refused, Some(reason), 0),
        };
        source.warnings = warnings;
        self.count_redactions(&mut source);
        Ok(source)
    }

    fn count_redactions(&self, source: &mut Source) {
        for _ in 0..self.planned.n_redactions {
            source.warnings.add("secret_redacted", || "before it landed".to_owned());
        }
    }

    fn parse_junit(
        &self,
        payload: &mut dyn BufRead,
        stamp: Stamp,
        emit: &mut dyn FnMut(Rows) -> std::io::Result<()>,
    ) -> std::io::Result<Source> {
        let mut rows = TestResultsBuilder::new(ReportStamp {
            stamp,
            context: self.context.clone(),
            path: self.planned.path.clone(),
            sha256: self.sha256,
        });
        let mut flush = |rows: &mut TestResultsBuilder| {
            emit(Rows {
                table: &test_results::TABLE,
                batch: rows.take().map_err(std::io::Error::other)?,
            })
        };
        let outline = junit::read(payload, &mut |result| {
            rows.push(result, self.completed_at);
            if rows.len() == BATCH_ROWS {
                flush(&mut rows)?;
            }
            Ok(())
        })?;
        if !rows.is_empty() {
            flush(&mut rows)?;
        }
        Ok(Source {
            dialect: outline.dialect.map(str::to_owned),
            warnings: outline.warnings,
            ..self.source(outline.status, outline.reason, outline.n_rows)
        })
    }

    fn parse_scans(
        &self,
        read: scanner::Read,
        payload: &mut dyn BufRead,
        stamp: Stamp,
        emit: &mut dyn FnMut(Rows) -> std::io::Result<()>,
    ) -> std::io::Result<Source> {
        let mut findings = Parcel::new(&findings::TABLE, stamp, self.report());
        let mut scans = Parcel::new(&scans::TABLE, stamp, self.report());
        let outline = read(payload, &mut |row| match row {
            scanner::Row::Finding(finding) => findings.push(finding.clone(), emit),
            scanner::Row::Scan(scan) => scans.push(scan.clone(), emit),
        })?;
        findings.flush(emit)?;
        scans.flush(emit)?;
        Ok(Source {
            dialect: outline.dialect,
            warnings: outline.warnings,
            ..self.source(outline.status, outline.reason, outline.n_rows)
        })
    }

    fn parse_coverage(
        &self,
        read: Reader,
        payload: &mut dyn BufRead,
        stamp: Stamp,
        emit: &mut dyn FnMut(Rows) -> std::io::Result<()>,
    ) -> std::io::Result<Source> {
        let mut files = Parcel::new(&coverage_files::TABLE, stamp, self.report());
        let mut reports = Parcel::new(&coverage::TABLE, stamp, self.report());
        let outline = read(payload, &mut |row| match row {
            Row::File(file) => files.push(file.clone(), emit),
            Row::Report(report) => reports.push(report.clone(), emit),
        })?;
        files.flush(emit)?;
        reports.flush(emit)?;
        Ok(Source {
            warnings: outline.warnings,
            ..self.source(outline.status, outline.reason, outline.n_rows)
        })
    }

    fn parse_document(
        &self,
        read: document::Read,
        payload: &mut dyn BufRead,
        stamp: Stamp,
        emit: &mut dyn FnMut(Rows) -> std::io::Result<()>,
    ) -> std::io::Result<Source> {
        let mut attestations = Parcel::new(&attestations::TABLE, stamp, self.report());
        let mut packages = Parcel::new(&packages::TABLE, stamp, self.report());
        let mut sboms = Parcel::new(&sboms::TABLE, stamp, self.report());
        let mut code_owners = Parcel::new(&codeowners::TABLE, stamp, self.report());
        let mut commands = Parcel::new(&makefile_commands::TABLE, stamp, self.report());
        let mut images = Parcel::new(&dockerfile_images::TABLE, stamp, self.report());
        let mut hooks = Parcel::new(&pre_commit_hooks::TABLE, stamp, self.report());
        let mut workflows = Parcel::new(&workflows::TABLE, stamp, self.report());
        let mut jobs = Parcel::new(&workflow_jobs::TABLE, stamp, self.report());
        let mut steps = Parcel::new(&workflow_steps::TABLE, stamp, self.report());
        let outline = read(payload, &mut |row| match row {
            document::Row::Attestation(attestation) => attestations.push(*attestation, emit),
            document::Row::Package(package) => packages.push(*package, emit),
            document::Row::Sbom(sbom) => sboms.push(*sbom, emit),
            document::Row::CodeOwnersRule(row) => code_owners.push(row, emit),
            document::Row::DockerfileImage(row) => images.push(*row, emit),
            document::Row::MakefileCommand(row) => commands.push(*row, emit),
            document::Row::PreCommitHook(row) => hooks.push(row, emit),
            document::Row::Workflow(row) => workflows.push(*row, emit),
            document::Row::WorkflowJob(row) => jobs.push(*row, emit),
            document::Row::WorkflowStep(row) => steps.push(*row, emit),
        })?;
        attestations.flush(emit)?;
        packages.flush(emit)?;
        sboms.flush(emit)?;
        code_owners.flush(emit)?;
        images.flush(emit)?;
        commands.flush(emit)?;
        hooks.flush(emit)?;
        workflows.flush(emit)?;
        jobs.flush(emit)?;
        steps.flush(emit)?;
        Ok(Source {
            dialect: outline.dialect,
            warnings: outline.warnings,
            ..self.source(outline.status, outline.reason, outline.n_rows)
        })
    }

    fn report(&self) -> Arc<Report> {
        Arc::new(Report {
            context: self.context.clone(),
            path: self.planned.path.clone(),
            sha256: self.sha256,
            completed_at: self.completed_at,
        })
    }
}

/// Rows of one report on their way into a table.
struct Parcel<R: 'static> {
    table: &'static RowTable<Reported<R>>,
    stamp: Stamp,
    report: Arc<Report>,
    rows: Vec<Reported<R>>,
}

impl<R> Parcel<R> {
    fn new(table: &'static RowTable<Reported<R>>, stamp: Stamp, report: Arc<Report>) -> Self {
        Self {
            table,
            stamp,
            report,
            rows: Vec::new(),
        }
    }

    fn push(&mut self, row: R, emit: &mut dyn FnMut(Rows) -> std::io::Result<()>) -> std::io::Result<()> {
        self.rows.push(Reported {
            row,
            report: Arc::clone(&self.report),
        });
        if self.rows.len() == PARCEL_ROWS {
            self.flush(emit)?;
        }
        Ok(())
    }

    fn flush(&mut self, emit: &mut dyn FnMut(Rows) -> std::io::Result<()>) -> std::io::Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let batch = self.table.batch(self.stamp, self.rows.iter());
        self.rows.clear();
        emit(Rows {
            table: &self.table.spec,
            batch: batch.map_err(std::io::Error::other)?,
        })
    }
}

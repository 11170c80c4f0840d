//! What an ingest did, for whoever asked for it.

use domain::source::{Source, SourceStatus};
use lake::intent::PlannedSource;

use crate::formats::registry;

/// What an ingest did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Payloads that were read to their end.
    pub complete: u64,
    /// Runs, jobs and other objects that are no reports.
    pub objects: u64,
    /// Payloads that break off; what stood before is in. Path and reason.
    pub partial: Vec<(String, String)>,
    /// Payloads that were not read. Path and reason.
    pub refused: Vec<(String, String)>,
    /// Payloads that were in already.
    pub known: u64,
    /// Files of no format that Plumbline reads.
    pub other: Vec<String>,
    /// Symbolic links and devices.
    pub not_followed: Vec<String>,
    /// Rows added to `test_results`.
    pub test_results: u64,
    /// Rows added to `scans` and `findings`.
    pub scan_rows: u64,
    /// Rows added to `coverage` and `coverage_files`.
    pub coverage_rows: u64,
    /// Places that were mended or lost.
    pub warnings: u64,
    /// Credentials that were taken out before landing.
    pub redactions: u64,
    /// Publications made.
    pub publications: Vec<u64>,
}

impl Tally {
    /// Adds what another one did.
    pub(crate) fn join(&mut self, other: Self) {
        self.complete += other.complete;
        self.objects += other.objects;
        self.partial.extend(other.partial);
        self.refused.extend(other.refused);
        self.known += other.known;
        self.other.extend(other.other);
        self.not_followed.extend(other.not_followed);
        self.test_results += other.test_results;
        self.scan_rows += other.scan_rows;
        self.coverage_rows += other.coverage_rows;
        self.warnings += other.warnings;
        self.redactions += other.redactions;
        self.publications.extend(other.publications);
    }

    /// Adds payloads with what became of each.
    pub(crate) fn add(&mut self, planned: &[PlannedSource], sources: &[Source]) {
        for (planned, source) in planned.iter().zip(sources) {
            self.redactions += u64::try_from(planned.n_redactions).unwrap_or_default();
            self.warnings += u64::try_from(source.warnings.total()).unwrap_or_default();
            let is_object =
                source.format == "run" || source.format.starts_with("github_") || source.format.starts_with("mirror_");
            self.objects += u64::from(is_object && source.status == SourceStatus::Complete);
            let n_rows = u64::try_from(source.n_rows).unwrap_or_default();
            match source.format.as_str() {
                "junit" => self.test_results += n_rows,
                format if registry::reader_of_scans(format).is_some() => self.scan_rows += n_rows,
                format if registry::reader_of_coverage(format).is_some() => self.coverage_rows += n_rows,
                _ => {}
            }
            let told = || (source.path.clone(), source.reason.clone().unwrap_or_default());
            match source.status {
                SourceStatus::Complete if is_object => {}
                SourceStatus::Complete => self.complete += 1,
                SourceStatus::Partial => self.partial.push(told()),
                SourceStatus::Refused => self.refused.push(told()),
            }
        }
    }
}

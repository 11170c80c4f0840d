//! What an attempt leaves behind: jobs, test results, scans, and the ledger of it all.

use std::sync::Arc;

use chrono::Duration;
use domain::clock::Timestamp;
use domain::finding::{Finding, FindingClass, FindingIdentity, IdentityBasis};
use domain::identity::Sha256Digest;
use domain::job::{Job, Step};
use domain::quarantine::QuarantineEntry;
use domain::scan::{Completeness, Scan};
use domain::severity::assess;
use domain::source::{Source, SourceContext, SourceStatus, Warnings};
use domain::test_result::{Outcome, RetryEvidence, TestResult};
use lake::tables::report::{Report, Reported};
use lake::tables::rows::Observed;
use lake::tables::test_results;
use lake::writer::Batch;

use super::{Attempt, Day};
use crate::{Random, SEED, Test};

const STEPS: &[&str] = &["Set up job", "Checkout", "Restore cache", "Run", "Complete job"];
const VULNERABILITIES: u64 = 60;

impl<'a> Day<'a> {
    pub(super) fn job(
        &mut self,
        attempt: Attempt<'_>,
        position: i64,
        check: &str,
        conclusion: &str,
        (started_at, ended_at): (Timestamp, Timestamp),
    ) {
        let source_sha256 = self.source("github_job", Some(attempt), ended_at);
        let job_id = attempt.run_id * 32 + i64::from(attempt.number - 1) * 16 + position;
        self.jobs.push(Observed {
            row: Job {
                repository: self.place.name.clone(),
                job_id,
                run_id: attempt.run_id,
                run_attempt: attempt.number,
                name: check.to_owned(),
                workflow: Some("ci".to_owned()),
                head_branch: Some(attempt.branch.to_owned()),
                head_sha: attempt.head.to_owned(),
                status: "completed".to_owned(),
                conclusion: Some(conclusion.to_owned()),
                created_at: attempt.created_at,
                started_at: Some(started_at),
                completed_at: Some(ended_at),
                runner_id: Some(1 + position),
                runner_name: Some(format!("runner-{position}")),
                runner_group: Some("default".to_owned()),
                labels: Some("[\"ubuntu-24.04\"]".to_owned()),
            },
            source_sha256,
        });
        for (number, step) in (1..).zip(STEPS) {
            let is_last_of_red = conclusion != "success" && *step == "Run";
            self.steps.push(Observed {
                row: Step {
                    repository: self.place.name.clone(),
                    job_id,
                    number,
                    run_id: attempt.run_id,
                    run_attempt: attempt.number,
                    name: (*step).to_owned(),
                    status: "completed".to_owned(),
                    conclusion: Some(if is_last_of_red { "failure" } else { "success" }.to_owned()),
                    created_at: attempt.created_at,
                    started_at: Some(started_at),
                    completed_at: Some(ended_at),
                },
                source_sha256,
            });
        }
    }

    /// Executes every test; says whether one failed to the end. Of the flaky ones some pass when they are tried again
    /// in the same report, some only in the next attempt.
    pub(super) fn tests(
        &mut self,
        batch: &mut Batch,
        attempt: Attempt<'_>,
        completed_at: Timestamp,
    ) -> anyhow::Result<bool> {
        let sha256 = self.source("junit", Some(attempt), completed_at);
        let mut rows = test_results::TestResultsBuilder::new(test_results::ReportStamp {
            stamp: batch.stamp(),
            context: self.context(Some(attempt), Some("unit-tests")),
            path: "reports/pytest.xml".to_owned(),
            sha256,
        });
        let place = self.place;
        let is_event = self.random.below(400) == 0;
        let mut has_failed = false;
        for (index, test) in place.suite.tests.iter().enumerate() {
            let is_flaky = index % 60 == 7;
            let draw = self.random.below(100_000);
            let fails = if is_event {
                draw < 95_000
            } else {
                draw < if is_flaky { 2_000 } else { 2 }
            };
            let is_retried = is_flaky && !draw.is_multiple_of(4);
            if fails && is_retried && !test.is_skipped {
                let first = self.result(test, index, Outcome::Failed, 0);
                rows.push(
                    &TestResult {
                        retry_evidence: RetryEvidence::RerunElement,
                        ..first
                    },
                    completed_at,
                );
                let second = self.result(test, index, Outcome::Passed, 1);
                rows.push(
                    &TestResult {
                        retry_evidence: RetryEvidence::RerunElement,
                        ..second
                    },
                    completed_at,
                );
                continue;
            }
            let outcome = match (test.is_skipped, fails) {
                (true, _) => Outcome::Skipped,
                (_, true) => Outcome::Failed,
                (_, false) => Outcome::Passed,
            };
            has_failed |= outcome == Outcome::Failed;
            let result = self.result(test, index, outcome, 0);
            rows.push(&result, completed_at);
        }
        self.n_results += rows.len();
        batch.write(&test_results::TABLE, &rows.take()?)?;
        Ok(has_failed)
    }

    fn result(&mut self, test: &'a Test, index: usize, outcome: Outcome, execution: i32) -> TestResult<'a> {
        let is_failed = outcome == Outcome::Failed;
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds of a test")]
        let duration_ms = (self.random.log_normal(test.median_seconds, 0.3) * 1000.0) as i64;
        TestResult {
            suite: "pytest",
            class_name: &self.place.suite.python[test.class],
            name: &test.name,
            file: None,
            execution,
            outcome,
            retry_evidence: RetryEvidence::None,
            duration_ms: Some(duration_ms),
            failure_type: is_failed.then_some("AssertionError"),
            message: is_failed.then_some("AssertionError: assert 402 == 200"),
            reported_at: None,
            is_quarantined: self.place.is_quarantined(index, self.days_left),
            ticket: None,
        }
    }

    /// A vulnerability is there for up to ten days in fifty.
    pub(super) fn scan(&mut self, attempt: Attempt<'_>, ended_at: Timestamp) {
        let sha256 = self.source("sarif", Some(attempt), ended_at);
        let report = Arc::new(Report {
            context: self.context(Some(attempt), Some("trivy")),
            path: "trivy.sarif".to_owned(),
            sha256,
            completed_at: ended_at,
        });
        let there: Vec<u64> = (0..VULNERABILITIES)
            .filter(|number| {
                let mut random = Random(SEED ^ (self.place.number.unsigned_abs() << 40) ^ number);
                let (phase, length) = (random.below(50), random.below(10));
                (self.days_left.unsigned_abs() + phase) % 50 < length
            })
            .collect();
        let n = i64::try_from(there.len()).unwrap_or_default();
        self.scans.push(Reported {
            row: Scan {
                scan: 0,
                tool: "Trivy".to_owned(),
                tool_family: "trivy".to_owned(),
                tool_version: Some("0.67.0".to_owned()),
                rules_sha256: None,
                category: Some("trivy".to_owned()),
                image: None,
                started_at: None,
                ended_at: None,
                execution_successful: Some(true),
                exit_code: None,
                completeness: Completeness::Complete,
                reason: None,
                is_truncated: false,
                n_results: Some(n),
                n_findings: n,
                revision: Some(attempt.head.to_owned()),
                branch: Some("main".to_owned()),
            },
            report: Arc::clone(&report),
        });
        for (result, number) in (0..).zip(there) {
            let (package, vulnerability) = (
                format!("package-{}", number % 17),
                format!("CVE-2026-{:04}", 1000 + number),
            );
            let score = ["9.8", "7.5", "5.3", "3.1"][usize::try_from(number % 4).unwrap_or_default()];
            self.findings.push(Reported {
                row: Finding {
                    scan: 0,
                    result,
                    identity: FindingIdentity {
                        class: FindingClass::Sca,
                        basis: IdentityBasis::Package,
                        parts: vec![package.clone(), vulnerability.clone()],
                    },
                    occurrence: 0,
                    tool_family: "trivy".to_owned(),
                    rule_id: vulnerability.clone(),
                    rule_name: None,
                    message: Some(format!("{package} 1.{number}")),
                    assessment: assess(false, Some(score), None, "warning"),
                    level: "warning".to_owned(),
                    security_severity: Some(score.to_owned()),
                    tool_severity: None,
                    path: Some("poetry.lock".to_owned()),
                    start_line: Some(1),
                    end_line: None,
                    logical_location: None,
                    package: Some(package),
                    purl: None,
                    installed_version: Some(format!("1.{number}")),
                    vulnerability_id: Some(vulnerability),
                    vulnerability_ids: None,
                    commit_sha: None,
                    fingerprints: None,
                    baseline_state: None,
                    suppression: None,
                    suppression_kind: None,
                    suppression_justification: None,
                },
                report: Arc::clone(&report),
            });
        }
    }

    /// The list of quarantined tests as a commit leaves it.
    pub(super) fn quarantine_list(&mut self, commit: &str) {
        let committed_at = self.first + Duration::hours(22);
        let source_sha256 = self.source("github_quarantine", None, committed_at);
        let place = self.place;
        let tests = place.suite.tests.iter().enumerate();
        let listed = tests.filter(|(index, _)| place.is_quarantined(*index, self.days_left));
        let listed: Vec<_> = listed
            .map(|(_, test)| Some(format!("{}::{}", place.suite.python[test.class], test.name)))
            .collect();
        let listed = if listed.is_empty() { vec![None] } else { listed };
        for (position, test) in (0..).zip(listed) {
            self.entries.push(Observed {
                row: QuarantineEntry {
                    repository: place.name.clone(),
                    commit_sha: commit.to_owned(),
                    committed_at,
                    position,
                    is_whole: true,
                    ticket: test.is_some().then(|| format!("https://tickets.example/{position}")),
                    owner: test.is_some().then(|| "qa".to_owned()),
                    test,
                    reason: None,
                    extended_until: None,
                    approved_by: None,
                },
                source_sha256,
            });
        }
    }

    /// Adds a payload to the ledger; returns its digest.
    pub(super) fn source(
        &mut self,
        format: &str,
        attempt: Option<Attempt<'_>>,
        completed_at: Timestamp,
    ) -> Sha256Digest {
        let number = self.sources.len();
        let sha256 = Sha256Digest::of(format!("{} {} {number}", self.place.name.as_str(), self.days_left).as_bytes());
        self.sources.push(Source {
            sha256,
            landed_sha256: sha256,
            context: self.context(attempt, None),
            path: format!("{format}-{number}"),
            format: format.to_owned(),
            parser: format!("{format}/1"),
            dialect: None,
            status: SourceStatus::Complete,
            reason: None,
            size_bytes: 4_000,
            n_rows: 1,
            warnings: Warnings::default(),
            completed_at,
        });
        sha256
    }

    fn context(&self, attempt: Option<Attempt<'_>>, job: Option<&str>) -> SourceContext {
        SourceContext {
            repository: self.place.name.clone(),
            run_id: attempt.map(|attempt| attempt.run_id),
            run_attempt: attempt.map(|attempt| attempt.number),
            workflow: attempt.map(|_| "ci".to_owned()),
            job: job.map(str::to_owned),
            artifact: job.map(|job| format!("{job}-reports")),
        }
    }
}

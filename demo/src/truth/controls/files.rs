//! Controls about what files of the repository declare: permissions (CI/CL-001 §3), triggers (§5), checkouts (§9), limits
//! of time (§12), hooks (§18), Dockerfiles (§20).

use std::collections::BTreeMap;

use domain::control::ControlStatus;

use crate::truth::controls::jobs::{DeclaredJob, EndedJob};
use crate::truth::controls::verdicts::{Scope, Verdicts};
use crate::truth::workflows::WorkflowFile;
use crate::world::run::{Conclusion, Event, JobKind};

/// Files of the first commit, which no change touches afterwards.
#[derive(Debug, Default)]
pub(crate) struct FileLog {
    dockerfiles: BTreeMap<String, Base>,
    has_hooks: bool,
    measures_coverage: bool,
    compares_contracts: bool,
}

/// How a Dockerfile names its base image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Base {
    Digest,
    Latest,
}

impl FileLog {
    /// A file is written. Where there are hooks, they are all four of them.
    pub(crate) fn written(&mut self, path: &str, text: &str) {
        if path.ends_with("/Dockerfile") {
            let base = if text.contains("@sha256:") {
                Base::Digest
            } else {
                Base::Latest
            };
            self.dockerfiles.insert(path.to_owned(), base);
        }
        self.has_hooks |= path == ".pre-commit-config.yaml";
        if path == "Makefile" {
            self.measures_coverage = text.contains("--cov");
            // Contracts are linted everywhere.
            self.compares_contracts = text.contains("openapi-diff");
        }
    }

    pub(crate) fn settle(&self, workflows: &[WorkflowFile], verdicts: &mut Verdicts) {
        for (path, base) in &self.dockerfiles {
            let status = passes(*base == Base::Digest);
            verdicts.put("cicl-20.2", path, status);
            verdicts.put("cicl-20.3", path, status);
        }
        verdicts.put_where_none("cicl-20.2", ControlStatus::NotApplicable);
        verdicts.put_where_none("cicl-20.3", ControlStatus::NotApplicable);
        verdicts.put_repository("cicl-18.1", passes(self.has_hooks));
        verdicts.put_repository("cicl-18.2", passes(self.measures_coverage));
        verdicts.put_repository("cicl-18.3", passes(self.compares_contracts));
        let is_dispatched = workflows.iter().any(|file| {
            let has = |event: &str| file.triggers.contains(&event);
            (has("pull_request") || has("push")) && has("workflow_dispatch")
        });
        verdicts.put_repository("cicl-05.4", passes(is_dispatched));
    }
}

fn passes(is_kept: bool) -> ControlStatus {
    if is_kept {
        ControlStatus::Pass
    } else {
        ControlStatus::Fail
    }
}

/// The limit that holds for jobs of a kind, where one does.
fn limit(kind: JobKind) -> Option<(&'static str, &'static str)> {
    match kind {
        JobKind::Lint | JobKind::Types | JobKind::UnitTests => Some(("cicl-12.1", "lint_unit_timeout")),
        JobKind::Build | JobKind::Trivy | JobKind::Gitleaks | JobKind::IacScan => {
            Some(("cicl-12.2", "build_scan_timeout"))
        }
        JobKind::CodeQl => Some(("cicl-12.3", "codeql_timeout")),
        _ => None,
    }
}

/// A job keeps a limit that its file declares; one that was stopped under it has kept it.
fn is_in_time(job: &EndedJob, declared: &DeclaredJob, max_minutes: f64) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "minutes and seconds of a job")]
    let (limit, minutes) = (
        declared.timeout_minutes.map(|minutes| minutes as f64),
        job.seconds as f64 / 60.0,
    );
    let is_stopped = matches!(job.conclusion, Conclusion::TimedOut | Conclusion::Cancelled);
    limit.is_some_and(|limit| limit <= max_minutes) && (is_stopped || minutes <= max_minutes)
}

/// What the workflow files of their commits declare of the jobs that executed, by name.
pub(crate) fn declared_jobs(ended: &[EndedJob], scope: &Scope<'_>, verdicts: &mut Verdicts) {
    let mut kept: BTreeMap<(&'static str, &str), bool> = BTreeMap::new();
    let executed = ended
        .iter()
        .filter(|job| scope.window.contains(&job.at) && job.conclusion != Conclusion::Skipped);
    let (mut has_any, mut n_undeclared) = (false, 0);
    for job in executed {
        has_any = true;
        let (name, _) = job.parts();
        let Some(declared) = &job.declared else {
            n_undeclared += 1;
            continue;
        };
        if matches!(job.event, Event::PullRequest | Event::Push) {
            // Where an expression decides, nobody knows.
            let status = match declared.cancels_always {
                Some(true) => ControlStatus::Pass,
                Some(false) => ControlStatus::NoEvidence,
                None => ControlStatus::Fail,
            };
            verdicts.put("cicl-05.6", &format!("workflow {}", declared.path), status);
        }
        *kept.entry(("cicl-03.5", name)).or_insert(true) &= !declared.writes_all;
        *kept.entry(("cicl-09.1.1", name)).or_insert(true) &= declared.fetches_history;
        if let Some((control, rule)) = limit(job.kind) {
            *kept.entry((control, name)).or_insert(true) &= is_in_time(job, declared, scope.number(rule));
        }
    }
    debug_assert_eq!(n_undeclared, 0, "every job is one of a workflow file");
    for ((control, name), is_kept) in kept {
        verdicts.put(control, &format!("job {name}"), passes(is_kept));
    }
    for control in ["cicl-03.5", "cicl-09.1.1"] {
        verdicts.put_where_none(control, ControlStatus::NoEvidence);
    }
    let otherwise = if has_any {
        ControlStatus::NotApplicable
    } else {
        ControlStatus::NoEvidence
    };
    for control in ["cicl-05.6", "cicl-12.1", "cicl-12.2", "cicl-12.3"] {
        verdicts.put_where_none(control, otherwise);
    }
}

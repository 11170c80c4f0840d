//! Findings: disclosed, introduced, moved, mended, back again; what scans see of them, and what GitHub makes of that.

use std::sync::Arc;

use chrono::TimeDelta;
use domain::clock::Timestamp;

use crate::chance::Chance;
use crate::simulation::plan::{ADMINISTRATOR, Profile};
use crate::simulation::repository::{Act, Draft, RepositorySimulation, Theme};
use crate::truth::outcomes::kind_word;
use crate::truth::sla::{EndedScan, Seen};
use crate::world::PersonIndex;
use crate::world::finding::{
    Alert, AlertChange, AlertKind, Analysis, Finding, Scan, ScanState, Severity, Tool, value_at,
};
use crate::world::repository::Taxonomy;

/// Something that happens to a finding, by its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// From now on scans can see it.
    Appear(usize),
    /// Somebody opens a pull request that mends it.
    Mend(usize),
    /// A secret is revoked.
    Revoke(usize),
    /// Somebody puts its alert away without mending anything.
    Dismiss(usize),
    /// Somebody puts its alert away for so many days, and another agrees.
    Accept {
        finding: usize,
        requester: PersonIndex,
        days: i64,
    },
    /// What was accepted then is so no more.
    Lapse { finding: usize, since: Timestamp },
}

/// Since when scans can see each finding; null: not now.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    visible_from: Vec<Option<Timestamp>>,
    /// An image shares the package with the file system: mended together.
    twins: Vec<Option<usize>>,
    /// The first finding that is the same item.
    first: Vec<usize>,
}

/// The severities of a finding: the first, and what an advisory made of it later.
type Severities = &'static [(i64, Severity)];

/// Draws what will be found in a repository over its time.
pub(crate) fn plan(simulation: &mut RepositorySimulation) {
    let profile = simulation.profile;
    let (from, end) = (simulation.from, simulation.end);
    let mut chance = Chance::of(simulation.seed, &[&profile.name, &"findings"]);
    let mut at = from - TimeDelta::days(3);
    let mut nth = 0_i64;
    while at < end {
        at += chance.seconds(86_400, 9 * 86_400);
        nth += 1;
        add(simulation, &mut chance, at, nth);
    }
}

fn add(simulation: &mut RepositorySimulation, chance: &mut Chance, at: Timestamp, nth: i64) {
    // CodeQL states the severity with the rule: every finding of it has that one.
    const RULES: [(&str, Severity); 4] = [
        ("py/sql-injection", Severity::Critical),
        ("py/path-injection", Severity::High),
        ("py/weak-cryptographic-algorithm", Severity::High),
        ("py/clear-text-logging", Severity::Medium),
    ];
    const PACKAGES: [&str; 6] = ["urllib3", "jinja2", "cryptography", "requests", "pyyaml", "lxml"];
    const CHECKS: [&str; 3] = ["CKV_AWS_18", "CKV_AWS_21", "CKV_AWS_145"];
    const HIGH: Severities = &[(0, Severity::High)];
    const CRITICAL: Severities = &[(0, Severity::Critical)];
    const RAISED: Severities = &[(0, Severity::High), (30, Severity::Critical)];
    const MEDIUM: Severities = &[(0, Severity::Medium)];
    let profile = simulation.profile;
    let kind = chance.between(0, 20);
    let severities = match chance.between(0, 10) {
        0..3 => CRITICAL,
        3..7 => HIGH,
        7 => RAISED,
        _ => MEDIUM,
    };
    let severities: Vec<(Timestamp, Severity)> = severities
        .iter()
        .map(|(hours, severity)| (at + TimeDelta::hours(*hours), *severity))
        .collect();
    let module = crate::simulation::contents::MODULES[chance.index(crate::simulation::contents::MODULES.len())];
    let path: Arc<str> = Arc::from(crate::simulation::contents::source_path(profile, module));
    let line = chance.between(5, 180);
    let finding = |tool, rule: String, path: Arc<str>| Finding {
        tool,
        rule,
        package: None,
        versions: vec![],
        resource: None,
        places: vec![(at, path, line)],
        severities: severities.clone(),
        commit: None,
    };
    match kind {
        0..4 => {
            let (rule, severity) = RULES[chance.index(RULES.len())];
            let mut sast = finding(Tool::CodeQl, rule.to_owned(), Arc::clone(&path));
            sast.severities = vec![(at, severity)];
            // Code above it changes: the line moves, the finding stays.
            sast.places.push((at + TimeDelta::hours(20), path, line + 7));
            let index = simulation.watch_for(sast, None);
            simulation.schedule(at, Act::Security(Step::Appear(index)));
        }
        4..16 => {
            let lock: Arc<str> = Arc::from(crate::simulation::contents::lock(profile, 0).0);
            let year = at.format("%Y");
            let number = 10_000 + nth * 37 + i64::try_from(simulation.index).unwrap_or(0) * 1_009;
            let package = PACKAGES[chance.index(PACKAGES.len())].to_owned();
            let mut vulnerability = finding(Tool::TrivyFs, format!("CVE-{year}-{number}"), lock);
            vulnerability.package = Some(package);
            // A bump that does not mend it: the same finding.
            vulnerability.versions = vec![
                (at, "1.2.0".to_owned()),
                (at + TimeDelta::hours(15), "1.3.0".to_owned()),
            ];
            let twin = (profile.taxonomy == Taxonomy::Service && chance.happens(0.4)).then(|| Finding {
                tool: Tool::TrivyImage,
                places: vec![(at, Arc::from(format!("neurocipher/{}", profile.name)), 1)],
                ..vulnerability.clone()
            });
            let index = simulation.watch_for(vulnerability, None);
            if let Some(twin) = twin {
                let other = simulation.watch_for(twin, Some(index));
                simulation.schedule(at, Act::Security(Step::Appear(other)));
            }
            simulation.schedule(at, Act::Security(Step::Appear(index)));
        }
        16..18 => {
            let mut misconfiguration = finding(
                Tool::Checkov,
                CHECKS[chance.index(CHECKS.len())].to_owned(),
                Arc::from("iac/main.tf"),
            );
            misconfiguration.resource = Some("aws_s3_bucket.evidence".to_owned());
            // Checkov gives no severity of its own; what is not mapped counts as high.
            misconfiguration.severities = vec![(at, Severity::High)];
            let index = simulation.watch_for(misconfiguration, None);
            simulation.schedule(at, Act::Security(Step::Appear(index)));
        }
        _ if profile.is_careless => {
            let rule = if profile.name == "match-engine" {
                "generic-api-key"
            } else {
                "aws-access-token"
            };
            let mut secret = finding(Tool::Gitleaks, rule.to_owned(), path);
            secret.severities = vec![(at, Severity::Critical)];
            let index = simulation.watch_for(secret, None);
            simulation.schedule(at, Act::Security(Step::Appear(index)));
        }
        _ => {}
    }
}

/// How long people of a repository take to mend something.
fn patience(profile: &Profile, severity: Severity, chance: &mut Chance) -> TimeDelta {
    let hours = match (severity, profile.is_careless) {
        (Severity::Critical, false) => (1, 20),
        (Severity::Critical, true) => (3, 60),
        (_, false) => (4, 64),
        (_, true) => (12, 130),
    };
    chance.seconds(hours.0 * 3_600, hours.1 * 3_600)
}

impl RepositorySimulation {
    fn watch_for(&mut self, finding: Finding, twin: Option<usize>) -> usize {
        self.repository.findings.push(finding);
        self.watch.visible_from.push(None);
        self.watch.twins.push(twin);
        let finding = self.repository.findings.len() - 1;
        self.watch.first.push(self.first_alike(finding));
        finding
    }

    /// The findings that a scan by `tool` sees at `at`.
    pub(crate) fn visible(&self, tool: Tool, at: Timestamp) -> Vec<usize> {
        let seen = |index: &usize| {
            self.repository.findings[*index].tool == tool
                && self.watch.visible_from[*index].is_some_and(|from| from <= at)
        };
        (0..self.repository.findings.len()).filter(seen).collect()
    }

    pub(crate) fn secure(&mut self, step: Step) {
        match step {
            Step::Appear(finding) => {
                let main = self.main_head();
                let of = &mut self.repository.findings[finding];
                of.commit = (of.tool == Tool::Gitleaks).then_some(main);
                let (tool, severity) = (of.tool, value_at(&of.severities, self.now).unwrap_or(Severity::Medium));
                self.watch.visible_from[finding] = Some(self.now);
                if tool == Tool::Gitleaks {
                    if self.chance.happens(0.6) {
                        let span = patience(self.profile, severity, &mut self.chance);
                        self.schedule_in(span, Act::Security(Step::Revoke(finding)));
                    }
                    return;
                }
                if self.watch.twins[finding].is_none() && severity >= Severity::High {
                    let span = patience(self.profile, severity, &mut self.chance) + TimeDelta::hours(2);
                    let waits = self.plan_acceptance(finding, severity);
                    self.schedule_in(span + waits, Act::Security(Step::Mend(finding)));
                    if self.profile.is_careless && self.chance.happens(0.15) {
                        self.schedule_in(span / 2, Act::Security(Step::Dismiss(finding)));
                    }
                }
            }
            Step::Accept {
                finding,
                requester,
                days,
            } => self.accept(finding, requester, days),
            Step::Lapse { finding, since } => self.lapse(finding, since),
            Step::Mend(finding) => self.open(Draft {
                theme: Theme::Dependencies,
                is_urgent: true,
                breaks: None,
                fixes: Some(finding),
            }),
            Step::Revoke(finding) => {
                let by = self.member();
                let change = AlertChange::Resolved {
                    by,
                    resolution: "revoked",
                };
                self.change_alert(AlertKind::SecretScanning, finding, change);
            }
            Step::Dismiss(finding) => {
                let change = AlertChange::Dismissed {
                    by: ADMINISTRATOR,
                    reason: "won't fix",
                    comment: "not reachable from outside".to_owned(),
                    approved_by: None,
                };
                self.change_alert(AlertKind::CodeScanning, finding, change);
            }
        }
    }

    /// A merge mends a finding, and what shares its package.
    pub(crate) fn mend(&mut self, finding: usize) {
        for index in 0..self.repository.findings.len() {
            if index == finding || self.watch.twins[index] == Some(finding) {
                self.watch.visible_from[index] = None;
                self.change_alert(AlertKind::Dependabot, index, AlertChange::Fixed);
            }
        }
        // Some come back: the fix is reverted by the next lock file, or the code is copied.
        if self.chance.happens(0.12) {
            let days = if self.chance.happens(0.5) { 3 } else { 12 };
            self.schedule_in(TimeDelta::days(days), Act::Security(Step::Appear(finding)));
        }
    }

    /// A scan ended: its analysis reaches GitHub, and on the default branch clocks start and stop.
    pub(crate) fn scan_ended(&mut self, run: usize, job_id: i64, is_default: bool, scan: Scan) {
        let of = &self.repository.runs[run];
        let reference = match self.run_states[run].pull_request {
            Some(pull_request) => format!("refs/pull/{}/merge", self.repository.pull_requests[pull_request].number),
            None => format!("refs/heads/{}", of.head_branch),
        };
        let is_complete = scan.state == ScanState::Complete;
        if is_default {
            let seen: Vec<Seen> = scan
                .findings
                .iter()
                .filter_map(|index| {
                    let finding = &self.repository.findings[*index];
                    Some(Seen {
                        of: self.watch.first[*index],
                        item: self.item(*index),
                        severity: value_at(&finding.severities, scan.completed_at)?,
                    })
                })
                .collect();
            let pushes = &self.repository.branches[0].pushes;
            self.truth.sla.scan_ended(EndedScan {
                at: scan.completed_at,
                tool: scan.tool,
                position: pushes
                    .iter()
                    .rposition(|push| push.1 == scan.commit)
                    .unwrap_or_default(),
                is_complete,
                seen,
            });
            self.update_alerts(&scan);
        }
        if matches!(scan.state, ScanState::Complete | ScanState::Failed) {
            let id = self.id("analysis");
            self.repository.analyses.push(Analysis {
                id,
                job_id,
                reference,
                created_at: scan.completed_at + TimeDelta::seconds(20),
                error: if is_complete {
                    ""
                } else {
                    "unexpected error during analysis"
                },
                scan,
            });
        }
    }

    /// What a finding is to the clock: of a CVE its package, in whatever file or image; of a misconfiguration its
    /// resource, at whatever line.
    pub(crate) fn item(&self, finding: usize) -> String {
        let finding = &self.repository.findings[finding];
        if let Some(package) = &finding.package {
            return format!("{} {package}", finding.rule);
        }
        let (path, line) = finding.places.first().map_or(("", 0), |place| (&*place.1, place.2));
        if let Some(resource) = &finding.resource {
            return format!("{} {} {resource} {path}", finding.tool.driver(), finding.rule);
        }
        format!("{} {} {path}:{line}", finding.tool.driver(), finding.rule)
    }

    /// The first finding that is the same item: code has an identity of its own, all else is what it is called.
    fn first_alike(&self, finding: usize) -> usize {
        if self.repository.findings[finding].tool == Tool::CodeQl {
            return finding;
        }
        let item = self.item(finding);
        (0..finding).find(|other| self.item(*other) == item).unwrap_or(finding)
    }

    fn update_alerts(&mut self, scan: &Scan) {
        let kind = if scan.tool == Tool::Gitleaks {
            AlertKind::SecretScanning
        } else {
            AlertKind::CodeScanning
        };
        for finding in &scan.findings {
            self.change_alert(kind, *finding, AlertChange::Opened);
            if scan.tool == Tool::TrivyFs {
                self.change_alert(AlertKind::Dependabot, *finding, AlertChange::Opened);
            }
        }
        if scan.state == ScanState::Complete && kind == AlertKind::CodeScanning {
            for finding in 0..self.repository.findings.len() {
                if self.repository.findings[finding].tool == scan.tool && !scan.findings.contains(&finding) {
                    self.change_alert(kind, finding, AlertChange::Fixed);
                }
            }
        }
    }

    /// Gives an alert its next state, where that is another than it has. An alert opens by being seen only.
    fn change_alert(&mut self, kind: AlertKind, finding: usize, change: AlertChange) {
        let now = self.now + TimeDelta::seconds(30);
        let known = self
            .repository
            .alerts
            .iter_mut()
            .find(|alert| alert.kind == kind && alert.finding == finding);
        if let Some(alert) = known {
            let last = alert.changes.last().map(|(_, change)| change);
            let is_put_away = matches!(last, Some(AlertChange::Dismissed { .. } | AlertChange::Resolved { .. }));
            if last == Some(&change) || (is_put_away && change == AlertChange::Opened) {
                return;
            }
            alert.changes.push((now, change.clone()));
        } else if change == AlertChange::Opened {
            let of_kind = self.repository.alerts.iter().filter(|alert| alert.kind == kind).count();
            self.repository.alerts.push(Alert {
                kind,
                number: i64::try_from(of_kind + 1).unwrap_or(i64::MAX),
                finding,
                changes: vec![(now, change.clone())],
            });
            *self.truth.counts.alerts.entry(kind_word(kind)).or_default() += 1;
        } else {
            return;
        }
        // The clock of a secret stops when GitHub has it resolved.
        if matches!(
            change,
            AlertChange::Resolved {
                resolution: "revoked",
                ..
            }
        ) {
            self.truth.sla.revoked(self.watch.first[finding], now);
        }
        if kind == AlertKind::SecretScanning {
            self.note_secret(finding, now, &change);
        }
        self.record_alert(kind, finding, now, &change);
    }

    /// Writes down where the alert of a finding stands from `at` on.
    pub(crate) fn record_alert(&mut self, kind: AlertKind, finding: usize, at: Timestamp, change: &AlertChange) {
        let severities = &self.repository.findings[finding].severities;
        self.truth.alerts.changed((kind, finding), severities, at, change);
    }
}

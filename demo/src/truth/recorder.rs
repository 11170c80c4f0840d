//! What is written down of one repository, and the numbers over it once time has ended.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::clock::Timestamp;
use domain::kpi::{Comparison, KpiVerdict, Number, Target, judge};
use domain::policy::Policy;

use crate::truth::acceptances::Acceptance;
use crate::truth::controls::log::{ControlLog, Told};
use crate::truth::controls::verdicts::Scope;
use crate::truth::durations::{DurationCounts, DurationLog, Gate};
use crate::truth::flaky::{FlakyCounts, FlakyLog};
use crate::truth::outages::{FrozenDeployment, OutageLog};
use crate::truth::outcomes::{AlertLog, OutcomeLog};
use crate::truth::quarantines::Quarantine;
use crate::truth::sla::{Episode, SlaLog};
use crate::truth::workflows::WorkflowFile;
use crate::truth::{Counts, Kpi, Night, RepositoryTruth, Required, Trap, quantile};
use crate::world::repository::Suite;

/// What is written down of one repository.
#[derive(Debug)]
pub(crate) struct Recorder {
    repository: String,
    end: Timestamp,
    pub(crate) counts: Counts,
    pub(crate) alerts: AlertLog,
    pub(crate) outcomes: OutcomeLog,
    pub(crate) required: Vec<Required>,
    pub(crate) durations: DurationLog,
    pub(crate) gates: Vec<Gate>,
    pub(crate) flaky: FlakyLog,
    pub(crate) outages: OutageLog,
    pub(crate) frozen_deployments: Vec<FrozenDeployment>,
    pub(crate) quarantines: Vec<Quarantine>,
    pub(crate) sla: SlaLog,
    pub(crate) acceptances: Vec<Acceptance>,
    pub(crate) nights: Vec<Night>,
    pub(crate) workflows: Vec<WorkflowFile>,
    pub(crate) controls: ControlLog,
    pub(crate) traps: Vec<Trap>,
}

/// The limits and windows of the numbers, from the policy.
#[derive(Debug)]
pub(crate) struct Limits {
    window: TimeDelta,
    flaky_window: TimeDelta,
    duration_seconds: f64,
    flaky_percent: f64,
    fix_main_seconds: f64,
    median_n_min: i64,
    sla_percent: f64,
}

impl Limits {
    /// Reads them at `instant`.
    #[expect(clippy::cast_possible_truncation, reason = "whole numbers of days and counts")]
    pub(crate) fn of(policy: &Policy, instant: Timestamp) -> Self {
        let value = |name: &str| policy.at(name, instant).map_or(0.0, |rule| rule.value);
        Self {
            window: TimeDelta::days(30),
            flaky_window: TimeDelta::days(value("flaky_window") as i64),
            duration_seconds: value("ci_duration_max") * 60.0,
            flaky_percent: value("flaky_rate_max"),
            fix_main_seconds: value("fix_main_max") * 3600.0,
            median_n_min: value("median_n_min") as i64,
            sla_percent: value("sla_met_min"),
        }
    }
}

/// What one repository, or all of them, brings to the numbers.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    durations: DurationCounts,
    flaky: FlakyCounts,
    fix_seconds: Vec<f64>,
    n_rerun_alone: i64,
    n_open: i64,
    oldest_open_seconds: f64,
    n_judged: i64,
    /// Due in the window by severity: met, late, breached, and those of them fixed in time.
    due: BTreeMap<&'static str, [i64; 3]>,
    /// Due before the window and still open, by severity.
    open_breaches: BTreeMap<&'static str, i64>,
    n_scan_gaps: i64,
}

impl Recorder {
    pub(crate) fn new(repository: String, end: Timestamp) -> Self {
        Self {
            repository,
            end,
            counts: Counts::default(),
            alerts: AlertLog::default(),
            outcomes: OutcomeLog::default(),
            required: vec![],
            durations: DurationLog::default(),
            gates: vec![],
            flaky: FlakyLog::default(),
            outages: OutageLog::default(),
            frozen_deployments: vec![],
            quarantines: vec![],
            sla: SlaLog::default(),
            acceptances: vec![],
            nights: vec![],
            workflows: vec![],
            controls: ControlLog::default(),
            traps: vec![],
        }
    }

    /// The set of required checks that held at `at`.
    pub(crate) fn required_at(&self, at: Timestamp) -> Vec<String> {
        self.required
            .iter()
            .rev()
            .find(|required| required.valid_from <= at)
            .map(|required| required.checks.clone())
            .unwrap_or_default()
    }

    pub(crate) fn trap(&mut self, number: u8, title: &'static str, place: String) {
        // Many places show the same thing; a dozen are enough for a reader.
        if self.traps.iter().filter(|trap| trap.number == number).count() < 12 {
            self.traps.push(Trap {
                number,
                title,
                repository: self.repository.clone(),
                place,
            });
        }
    }

    /// Settles what is open, and sums what the numbers need.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of outages")]
    pub(crate) fn settle(
        mut self,
        suite: &Suite,
        limits: &Limits,
        scope: &Scope<'_>,
    ) -> (RepositoryTruth, Sums, Vec<Trap>) {
        let gap_max = TimeDelta::hours(36);
        self.durations.settle(24);
        let sla = self.sla.settle(self.end, gap_max);
        let verdicts = self.flaky.verdicts(suite);
        let told = Told {
            required: &self.required,
            outages: &self.outages,
            quarantines: &self.quarantines,
            sla: &sla,
            suite,
            workflows: &self.workflows,
        };
        let controls = self.controls.settle(&self.repository, &told, scope);
        let from = self.end - limits.window;
        let mut sums = Sums {
            durations: self.durations.counts(from, self.end),
            flaky: self.flaky.counts(&verdicts, self.end - limits.flaky_window, self.end),
            n_judged: i64::try_from(self.outages.n_judged(from, self.end)).unwrap_or(i64::MAX),
            ..Sums::default()
        };
        for outage in &self.outages.outages {
            match outage.closed_at {
                Some(closed_at) if closed_at < from => {}
                Some(_) if outage.is_rerun_alone => sums.n_rerun_alone += 1,
                Some(closed_at) => {
                    sums.fix_seconds
                        .push((closed_at - outage.opened_at).num_milliseconds() as f64 / 1000.0);
                }
                None => {
                    sums.n_open += 1;
                    sums.oldest_open_seconds = sums
                        .oldest_open_seconds
                        .max((self.end - outage.opened_at).num_milliseconds() as f64 / 1000.0);
                }
            }
        }
        for episode in &sla.episodes {
            if episode.due_at < from && episode.fixed_at.is_none() {
                *sums.open_breaches.entry(episode.severity).or_default() += 1;
            }
            if !is_due(episode, from, self.end) {
                continue;
            }
            let due = sums.due.entry(episode.severity).or_default();
            match episode.state {
                "met" => due[0] += 1,
                "late" => due[1] += 1,
                _ => due[2] += 1,
            }
        }
        let touching = sla.gaps.iter().filter(|gap| gap.to.is_none_or(|to| to > from));
        sums.n_scan_gaps = i64::try_from(touching.count()).unwrap_or(i64::MAX);
        let truth = RepositoryTruth {
            repository: self.repository,
            counts: self.counts,
            alerts: self.alerts.settle(self.end),
            outcomes: self.outcomes.settle(suite),
            required: self.required,
            pull_requests: self.durations.pull_requests,
            gates: self.gates,
            flaky: verdicts,
            outages: self.outages.outages,
            frozen_deployments: self.frozen_deployments,
            quarantines: self.quarantines,
            acceptances: self.acceptances,
            episodes: sla.episodes,
            scan_gaps: sla.gaps,
            nights: self.nights,
            workflows: self.workflows,
            controls,
        };
        (truth, sums, self.traps)
    }
}

fn is_due(episode: &Episode, from: Timestamp, end: Timestamp) -> bool {
    (from..end).contains(&episode.due_at)
}

impl Sums {
    /// Adds another repository's, for the organization's own numbers.
    pub(crate) fn add(&mut self, other: &Self) {
        self.durations.seconds.extend(&other.durations.seconds);
        self.durations.superseded += other.durations.superseded;
        self.durations.not_green += other.durations.not_green;
        self.durations.too_long += other.durations.too_long;
        self.durations.without_green += other.durations.without_green;
        self.flaky.n += other.flaky.n;
        self.flaky.n_flaky += other.flaky.n_flaky;
        self.flaky.n_without_quarantined += other.flaky.n_without_quarantined;
        self.flaky.n_flaky_without_quarantined += other.flaky.n_flaky_without_quarantined;
        for (reason, n) in &other.flaky.excluded {
            *self.flaky.excluded.entry(reason).or_default() += n;
        }
        self.fix_seconds.extend(&other.fix_seconds);
        self.n_rerun_alone += other.n_rerun_alone;
        self.n_open += other.n_open;
        self.oldest_open_seconds = self.oldest_open_seconds.max(other.oldest_open_seconds);
        self.n_judged += other.n_judged;
        for (severity, due) in &other.due {
            let sum = self.due.entry(severity).or_default();
            for (sum, n) in sum.iter_mut().zip(due) {
                *sum += n;
            }
        }
        for (severity, n) in &other.open_breaches {
            *self.open_breaches.entry(severity).or_default() += n;
        }
        self.n_scan_gaps += other.n_scan_gaps;
    }

    /// The numbers of CI/CL-001 §21.
    #[expect(clippy::cast_precision_loss, reason = "counts")]
    pub(crate) fn kpis(&self, repository: Option<&str>, end: Timestamp, limits: &Limits) -> Vec<Kpi> {
        let kpi = |id, unit, from, value, n, verdict| Kpi {
            id,
            repository: repository.map(str::to_owned),
            from,
            to: end,
            value,
            unit,
            n,
            verdict,
            excluded: BTreeMap::new(),
            companions: BTreeMap::new(),
        };
        let window_from = end - limits.window;
        let less = |limit| Target {
            comparison: Comparison::Less,
            limit,
        };
        let count = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);

        let value = quantile(&self.durations.seconds, 0.5);
        let n = count(self.durations.seconds.len());
        let verdict = median_verdict(value, n, limits.duration_seconds, limits.median_n_min);
        let mut duration = kpi(
            "median_ci_duration_per_pull_request",
            "seconds",
            window_from,
            value,
            n,
            verdict,
        );
        for (reason, n) in [
            ("head_commit_superseded", self.durations.superseded),
            ("head_commit_not_green", self.durations.not_green),
            ("head_commit_too_long", self.durations.too_long),
            ("pull_request_without_green_head", self.durations.without_green),
        ] {
            if n > 0 {
                duration.excluded.insert(reason, n);
            }
        }
        for (name, q) in [("p75", 0.75), ("p90", 0.9), ("p95", 0.95)] {
            if let Some(value) = quantile(&self.durations.seconds, q) {
                duration.companions.insert(name, value);
            }
        }

        let percent = |part: i64, whole: i64| (whole > 0).then(|| part as f64 * 100.0 / whole as f64);
        let value = percent(self.flaky.n_flaky, self.flaky.n);
        let has_gap = ["report_missing", "report_partial", "report_refused"]
            .iter()
            .any(|reason| self.flaky.excluded.contains_key(reason));
        let number = Number {
            value,
            n: self.flaky.n,
            has_gap,
            ..Number::default()
        };
        let verdict = judge(&number, less(limits.flaky_percent));
        let mut flaky = kpi(
            "flaky_test_rate",
            "percent",
            end - limits.flaky_window,
            value,
            self.flaky.n,
            verdict,
        );
        flaky.excluded.clone_from(&self.flaky.excluded);
        flaky.companions.insert("n_flaky", self.flaky.n_flaky as f64);
        if let Some(value) = percent(self.flaky.n_flaky_without_quarantined, self.flaky.n_without_quarantined) {
            flaky.companions.insert("rate_without_quarantined", value);
        }

        let value = quantile(&self.fix_seconds, 0.5);
        let n = count(self.fix_seconds.len());
        let verdict = if self.oldest_open_seconds > limits.fix_main_seconds {
            KpiVerdict::Missed
        } else {
            median_verdict(value, n, limits.fix_main_seconds, limits.median_n_min)
        };
        let mut fix_main = kpi("time_to_fix_main", "seconds", window_from, value, n, verdict);
        if self.n_rerun_alone > 0 {
            fix_main.excluded.insert("fixed_by_rerun_alone", self.n_rerun_alone);
        }
        fix_main.companions.insert("commits_judged", self.n_judged as f64);
        fix_main.companions.insert("open_outages", self.n_open as f64);
        if let Some(value) = quantile(&self.fix_seconds, 0.9) {
            fix_main.companions.insert("p90", value);
        }

        let mut kpis = vec![duration, flaky, fix_main];
        for (id, severity) in [("security_sla_critical", "critical"), ("security_sla_high", "high")] {
            let [met, late, breached] = self.due.get(severity).copied().unwrap_or_default();
            let open_breaches = self.open_breaches.get(severity).copied().unwrap_or_default();
            let n = met + late + breached;
            let value = percent(met, n);
            let target = Target {
                comparison: Comparison::GreaterOrEqual,
                limit: limits.sla_percent,
            };
            let number = Number {
                value,
                n,
                has_gap: self.n_scan_gaps > 0,
                open_breaches,
                ..Number::default()
            };
            let verdict = judge(&number, target);
            let mut sla = kpi(id, "percent", window_from, value, n, verdict);
            if self.n_scan_gaps > 0 {
                sla.excluded.insert("scan_gap", self.n_scan_gaps);
            }
            for (name, n) in [
                ("met", met),
                ("late", late),
                ("open_breached", breached),
                ("open_breaches", open_breaches),
            ] {
                sla.companions.insert(name, n as f64);
            }
            kpis.push(sla);
        }
        kpis
    }
}

fn median_verdict(value: Option<f64>, n: i64, limit: f64, n_min: i64) -> KpiVerdict {
    match value {
        None => KpiVerdict::NoData,
        Some(_) if n < n_min => KpiVerdict::Undetermined,
        Some(value) if value < limit => KpiVerdict::Met,
        Some(_) => KpiVerdict::Missed,
    }
}

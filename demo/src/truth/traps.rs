//! Every trap of the field in the default world: computed as the tool that fell for it does, from what GitHub would
//! show when time ends, each gives another number than the truth.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use domain::clock::Timestamp;

use crate::simulation::{Options, simulate};
use crate::truth::{Kpi, RepositoryTruth, Truth, quantile};
use crate::world::World;
use crate::world::repository::Repository;
use crate::world::run::{Attempt, Conclusion, Event, Job, Run};

struct Demo {
    world: World,
    truth: Truth,
}

impl Demo {
    fn new() -> Self {
        let (world, truth) = simulate(Options::default());
        Self { world, truth }
    }

    fn runs(&self) -> impl Iterator<Item = (&Repository, &Run)> {
        self.world
            .repositories
            .iter()
            .flat_map(|repository| repository.runs.iter().map(move |run| (repository, run)))
    }

    fn attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.runs().flat_map(|(_, run)| &run.attempts)
    }

    /// Jobs that were ever going to run.
    fn jobs(&self) -> impl Iterator<Item = &Job> {
        self.attempts().flat_map(|attempt| &attempt.jobs)
    }

    fn ended(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts()
            .filter(|attempt| attempt.completed_at.is_some_and(|at| at < self.world.end))
    }

    fn sum(&self, count: impl Fn(&RepositoryTruth) -> i64) -> i64 {
        self.truth.repositories.iter().map(count).sum()
    }

    fn of(&self, name: &str) -> &RepositoryTruth {
        let named = |repository: &&RepositoryTruth| repository.repository.ends_with(name);
        self.truth.repositories.iter().find(named).unwrap()
    }

    fn kpi(&self, id: &str) -> &Kpi {
        let all = |kpi: &&Kpi| kpi.id == id && kpi.repository.is_none();
        self.truth.kpis.iter().find(all).unwrap()
    }
}

fn count(items: impl Iterator) -> i64 {
    i64::try_from(items.count()).unwrap()
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of CI runs")]
fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    (to - from).num_milliseconds() as f64 / 1000.0
}

/// The lower median, as `percent_rank() <= 0.5` takes it.
fn lower_median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len().checked_sub(1)? / 2).copied()
}

#[test]
fn attempts_and_jobs_are_lost_or_counted_twice() {
    let demo = Demo::new();
    // 1: a run is one row, and its last attempt takes the place of the first.
    assert_ne!(count(demo.runs()), demo.sum(|of| of.counts.attempts));
    // 2: copies of jobs that were not run again are counted as jobs.
    assert_ne!(
        count(demo.jobs().filter(|job| job.completed_at.is_some())),
        demo.sum(|of| of.counts.jobs)
    );
    // 3: a sync every two hours skips what is not completed, and moves on.
    let stored = demo.runs().filter(|(_, run)| {
        let period = 2 * 3600;
        let sync = (run.created_at.timestamp() / period + 1) * period;
        run.attempts[0].completed_at.is_some_and(|at| at.timestamp() <= sync)
    });
    let ended = demo
        .runs()
        .filter(|(_, run)| run.attempts[0].completed_at.is_some_and(|at| at < demo.world.end));
    assert!(count(stored) < count(ended));
    // 7: twenty jobs of a run, and a hundred runs of a poll.
    let first = demo.attempts().map(|attempt| attempt.jobs.len().min(20)).sum::<usize>();
    assert!(first < demo.jobs().count());
    let month = demo.world.end - TimeDelta::days(30);
    let busy = &demo.world.repositories[0].runs;
    assert!(busy.iter().filter(|run| run.created_at >= month).count() > 100);
    assert!(busy.len() > 1_000, "more than a filtered search shows");
    // 14: one row out of range refuses the batch of its day.
    let day = |at: Timestamp| at.date_naive();
    let refused: BTreeSet<_> = demo
        .jobs()
        .filter(|job| {
            job.started_at
                .is_some_and(|at| at + TimeDelta::days(1) < job.created_at)
        })
        .map(|job| day(job.created_at))
        .collect();
    let kept = demo.jobs().filter(|job| !refused.contains(&day(job.created_at)));
    assert!(count(kept) < count(demo.jobs()));
    // 20: by name, one artifact of a run is found.
    let artifacts: Vec<_> = demo
        .runs()
        .flat_map(|(_, run)| {
            run.attempts
                .iter()
                .flat_map(move |attempt| attempt.artifacts.iter().map(move |of| (run.id, &of.name)))
        })
        .collect();
    assert!(artifacts.iter().collect::<BTreeSet<_>>().len() < artifacts.len());
}

#[test]
fn conclusions_are_taken_for_others() {
    let demo = Demo::new();
    let failed = demo.sum(|of| of.counts.attempts_by_conclusion.get("failure").copied().unwrap_or(0));
    let concluded = |wanted: &[Conclusion]| {
        count(
            demo.ended()
                .filter(|of| of.conclusion.is_some_and(|of| wanted.contains(&of))),
        )
    };
    assert_eq!(concluded(&[Conclusion::Failure]), failed);
    // 4: cancelled is failed.
    assert_ne!(concluded(&[Conclusion::Failure, Conclusion::Cancelled]), failed);
    // 5: whatever is not a success is a failure.
    let is_failed = |job: &&Job| matches!(job.conclusion, Some(Conclusion::Failure | Conclusion::TimedOut));
    let not_successful = demo.jobs().filter(|job| job.conclusion != Some(Conclusion::Success));
    assert_ne!(count(not_successful), count(demo.jobs().filter(is_failed)));
    // 6: a gauge has no value for `failure`, so that failed runs are exported as 0, as unknown ones are.
    let gauge = |conclusion: Option<Conclusion>| match conclusion {
        Some(Conclusion::Success) => 1,
        Some(Conclusion::Cancelled) => 3,
        _ => 0,
    };
    assert_eq!(count(demo.ended().filter(|of| gauge(of.conclusion) == 2)), 0);
    assert!(failed > 0);
    // 12: a job without a conclusion keeps its commit pending, although everything ran.
    let pending = demo
        .ended()
        .filter(|of| of.jobs.iter().any(|job| job.conclusion.is_none()));
    assert!(count(pending) > 0, "attempts that ended and look as if they had not");
    // 17: skipped satisfies GitHub, and so the gate.
    let gates = || demo.truth.repositories.iter().flat_map(|of| &of.gates);
    let is_satisfied = |state: &str| !matches!(state, "BYPASSED");
    let is_proven = |state: &str| is_satisfied(state) && state != "VACUOUS";
    assert_ne!(
        count(gates().filter(|gate| is_satisfied(gate.state))),
        count(gates().filter(|gate| is_proven(gate.state)))
    );
}

#[test]
fn durations_and_days_are_measured_from_the_wrong_instants() {
    let demo = Demo::new();
    let main: Vec<_> = demo.runs().filter(|(_, run)| run.head_branch == "main").collect();
    let duration = |run: &Run| Some(seconds(run.attempts[0].started_at, run.attempts[0].completed_at?));
    let all: Vec<f64> = main.iter().filter_map(|(_, run)| duration(run)).collect();
    let pushed: Vec<f64> = main
        .iter()
        .filter(|(_, run)| run.event == Event::Push)
        .filter_map(|(_, run)| duration(run))
        .collect();
    // 8: scheduled runs are among main's.
    assert_ne!(quantile(&all, 0.5), quantile(&pushed, 0.5));
    // 9: the first pull request of the list, whosever it is.
    let credited = demo
        .runs()
        .filter(|(_, run)| run.pull_requests.first().is_some_and(|of| of.fork.is_some()));
    assert!(count(credited) > 0, "runs credited to pull requests of strangers");
    // 10: `updated_at` for the end.
    let drifted: Vec<f64> = demo
        .ended()
        .filter_map(|of| {
            Some(seconds(
                of.started_at,
                of.touched_at.filter(|at| *at < demo.world.end).or(of.completed_at)?,
            ))
        })
        .collect();
    let honest: Vec<f64> = demo
        .ended()
        .filter_map(|of| Some(seconds(of.started_at, of.completed_at?)))
        .collect();
    assert!(drifted.iter().sum::<f64>() > 1.5 * honest.iter().sum::<f64>());
    // 11: a stuck job took a month.
    let longest = demo.jobs().filter_map(Job::duration).max().unwrap();
    assert!(longest > TimeDelta::days(29));
    let heads = demo
        .truth
        .repositories
        .iter()
        .flat_map(|of| &of.pull_requests)
        .flat_map(|of| &of.heads);
    assert!(heads.filter_map(|head| head.seconds).all(|seconds| seconds < 86_400.0));
    // 13: days by the local clock of the server.
    let per_day = |offset: i64| {
        let mut days: BTreeMap<_, i64> = BTreeMap::new();
        for (_, run) in demo.runs() {
            *days
                .entry((run.created_at - TimeDelta::hours(offset)).date_naive())
                .or_default() += 1;
        }
        days
    };
    assert_ne!(per_day(4), per_day(0));
    // 15: GitHub ignores a `since` that it cannot read, and answers with everything.
    let since = demo.world.end - TimeDelta::days(9);
    let issues = || demo.world.repositories.iter().flat_map(|of| &of.issues);
    assert_ne!(
        count(issues()),
        count(issues().filter(|issue| issue.updated_at >= since))
    );
    // 16: the offset of the day after the change, on the night in which it changes.
    let night = demo
        .of("ingest-api")
        .nights
        .iter()
        .find(|night| night.date == "2026-03-08")
        .unwrap();
    assert_eq!(night.state, "on_time");
    let wrong = domain::clock::parse_timestamp("2026-03-08T02:00:00-04:00").unwrap();
    assert!(
        night.created_at.unwrap() - wrong >= TimeDelta::minutes(60),
        "it would be late"
    );
}

#[test]
fn repairs_of_main_are_cut_censored_and_taken_for_done() {
    let demo = Demo::new();
    let truth = demo.kpi("time_to_fix_main");
    let closed = |of: &RepositoryTruth| -> Vec<f64> {
        let in_window = of.outages.iter().filter(|outage| !outage.is_rerun_alone);
        in_window
            .filter_map(|outage| Some((outage.opened_at, outage.closed_at.filter(|at| *at >= truth.from)?)))
            .map(|(opened_at, closed_at)| seconds(opened_at, closed_at))
            .collect()
    };
    let all: Vec<f64> = demo.truth.repositories.iter().flat_map(closed).collect();
    assert_eq!(quantile(&all, 0.5), truth.value);
    // 18: an open outage is none.
    let breaches = all.iter().filter(|seconds| **seconds > 7_200.0).count();
    let open = demo
        .truth
        .repositories
        .iter()
        .flat_map(|of| &of.outages)
        .filter(|outage| outage.closed_at.is_none() && demo.world.end - outage.opened_at > TimeDelta::hours(2));
    assert!(breaches + open.count() > breaches);
    // 19: the next green run repairs main, also where it skipped the red check.
    let gateway = demo
        .world
        .repositories
        .iter()
        .find(|of| of.name == "identity-gateway")
        .unwrap();
    let is_early = demo.of("identity-gateway").outages.iter().any(|outage| {
        let green = gateway
            .runs
            .iter()
            .filter(|run| run.event == Event::Push && run.head_branch == "main")
            .flat_map(|run| &run.attempts)
            .filter(|of| of.conclusion == Some(Conclusion::Success) && of.started_at > outage.opened_at)
            .filter_map(|of| of.completed_at)
            .min();
        green.is_some_and(|green| {
            outage
                .closed_at
                .is_some_and(|closed_at| green + TimeDelta::minutes(5) < closed_at)
        })
    });
    assert!(is_early, "a run that skips the red check ends green while main is red");
    // 21: the lower median of an even number.
    let differs = demo.truth.repositories.iter().any(|of| {
        let merged = of
            .pull_requests
            .iter()
            .filter(|of| of.merged_at.is_some_and(|at| at >= truth.from));
        let values: Vec<f64> = merged.filter_map(|of| of.seconds).collect();
        lower_median(&values) != quantile(&values, 0.5)
    });
    assert!(differs);
    // 22: whole hours.
    let hours: Vec<f64> = all.iter().map(|seconds| (seconds / 3600.0).floor() * 3600.0).collect();
    assert_ne!(quantile(&hours, 0.5), truth.value);
}

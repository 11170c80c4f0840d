//! The controls about caches: how long they are kept, and whether they are warmed up at night (CI/CL-001 §11).

use chrono::TimeDelta;
use chrono_tz::America::Toronto;
use domain::clock::Timestamp;
use domain::control::ControlStatus;

use crate::truth::controls::jobs::EndedJob;
use crate::truth::controls::verdicts::{Scope, Verdicts};
use crate::world::run::{Conclusion, JobKind};

/// A cache, and when it was there and used.
#[derive(Debug)]
pub(crate) struct KeptCache {
    /// Main may restore it.
    pub(crate) is_main: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) accessed_at: Vec<Timestamp>,
    pub(crate) evicted_at: Option<Timestamp>,
}

impl KeptCache {
    /// What a reader sees of it at an instant: when it was saved, and when it was last used.
    fn seen(&self, at: Timestamp) -> Option<[Timestamp; 2]> {
        let is_there = self.created_at <= at && self.evicted_at.is_none_or(|evicted_at| at < evicted_at);
        let used = self.accessed_at.iter().copied().filter(|used| *used <= at).max();
        is_there.then(|| [self.created_at, used.unwrap_or(self.created_at)])
    }
}

/// What a repository decided about its caches, and how many it holds in the end.
#[derive(Debug, Default)]
pub(crate) struct CachesKept {
    pub(crate) retention_days: i64,
    pub(crate) n_held: usize,
    /// Every cache that there ever was.
    pub(crate) caches: Vec<KeptCache>,
}

impl CachesKept {
    /// The organization is looked at when its time ends. GitHub keeps nothing for longer than it is told to.
    pub(crate) fn settle(
        &self,
        scheduled: &[(Timestamp, i64)],
        jobs: &[EndedJob],
        scope: &Scope<'_>,
        verdicts: &mut Verdicts,
    ) {
        let kept = TimeDelta::days(self.retention_days);
        let status = match self.n_held {
            0 => ControlStatus::NotApplicable,
            _ if scope.span("cache_ttl", TimeDelta::days(1)) < kept => ControlStatus::Fail,
            _ => ControlStatus::Pass,
        };
        verdicts.put_repository("cicl-11.4.1", status);
        self.nights(scheduled, jobs, scope, verdicts);
    }

    /// Each night that is over: a warm-up that succeeded, and a cache that is seen to have been touched by then.
    fn nights(&self, scheduled: &[(Timestamp, i64)], jobs: &[EndedJob], scope: &Scope<'_>, verdicts: &mut Verdicts) {
        #[expect(clippy::cast_possible_truncation, reason = "an hour of the day")]
        let hour = scope.number("nightly_hour") as i64;
        let warming: Vec<&EndedJob> = jobs.iter().filter(|job| job.kind == JobKind::WarmUp).collect();
        let mut date = (scope.window.start - TimeDelta::days(1)).date_naive();
        while date <= scope.window.end.date_naive() {
            let next = date + TimeDelta::days(1);
            let night = domain::calendar::night(date, hour, Toronto)..domain::calendar::night(next, hour, Toronto);
            if scope.window.contains(&night.start) && night.end <= scope.window.end {
                let of_night = warming.iter().filter(|job| {
                    let mut runs = scheduled.iter();
                    runs.any(|(at, run_id)| *run_id == job.run_id && night.contains(at))
                });
                let status = of_night
                    .map(|job| self.warmed(job, scope))
                    .min_by_key(|status| match status {
                        ControlStatus::Pass => 0,
                        ControlStatus::NoEvidence => 1,
                        _ => 2,
                    });
                let status = status.unwrap_or(ControlStatus::Fail);
                verdicts.put("cicl-11.4.2", &format!("night {date}"), status);
            }
            date = next;
        }
        verdicts.put_where_none("cicl-11.4.2", ControlStatus::NoEvidence);
    }

    fn warmed(&self, job: &EndedJob, scope: &Scope<'_>) -> ControlStatus {
        if job.conclusion != Conclusion::Success {
            return ControlStatus::Fail;
        }
        let span = job.began_at..=job.at;
        let looks = || scope.pulls.iter().filter(|at| job.at <= **at);
        let is_seen = looks().any(|at| {
            let of_main = self.caches.iter().filter(|cache| cache.is_main);
            let mut seen = of_main.filter_map(|cache| cache.seen(*at));
            seen.any(|used| used.iter().any(|used| span.contains(used)))
        });
        let ttl = scope.span("cache_ttl", TimeDelta::days(1));
        let is_unused = looks().filter(|at| **at < job.at + ttl).any(|at| {
            let mut seen = self.caches.iter().filter_map(|cache| cache.seen(*at));
            seen.all(|[_, used]| used < job.began_at)
        });
        match (is_seen, is_unused) {
            (true, _) => ControlStatus::Pass,
            (false, true) => ControlStatus::Fail,
            (false, false) => ControlStatus::NoEvidence,
        }
    }
}

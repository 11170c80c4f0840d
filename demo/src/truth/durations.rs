//! Pull requests: how long CI took for each head commit, and in which state the checks were at the merge.

use domain::clock::Timestamp;
use serde::Serialize;

use crate::truth::{as_text, as_text_or_null, quantile};
use crate::world::run::Conclusion;

/// A pull request with its head commits.
#[derive(Debug, Clone, Serialize)]
pub struct PullRequestTruth {
    /// Its number.
    pub number: i64,
    /// When it was merged; null: not.
    #[serde(serialize_with = "as_text_or_null")]
    pub merged_at: Option<Timestamp>,
    /// Its head commits that CI ran on.
    pub heads: Vec<Head>,
    /// Median over its green head commits; null: it has none.
    pub seconds: Option<f64>,
}

/// One head commit.
#[derive(Debug, Clone, Serialize)]
pub struct Head {
    /// The commit.
    pub sha: String,
    /// When its first run was created.
    #[serde(serialize_with = "as_text")]
    pub created_at: Timestamp,
    /// What it is for the KPI: `green`, `superseded`, `not_green`, `too_long`.
    pub state: &'static str,
    /// From the creation of its first run to the last completion of a gating job, where all is known.
    pub seconds: Option<f64>,
    #[serde(skip)]
    required: Vec<String>,
    #[serde(skip)]
    results: Vec<(Option<Conclusion>, Option<Timestamp>)>,
    #[serde(skip)]
    is_followed: bool,
}

/// A required check of a merged pull request.
#[derive(Debug, Clone, Serialize)]
pub struct Gate {
    /// The pull request.
    pub number: i64,
    /// Its head commit at the merge.
    pub sha: String,
    /// The check.
    pub check: String,
    /// `PASS`, `PASS_AFTER_RERUN`, `NOT_APPLICABLE`, `VACUOUS`, `NEUTRAL`, `BYPASSED`.
    pub state: &'static str,
    /// What a bypassed one was: `FAIL`, `PENDING`, `MISSING`.
    pub before: Option<&'static str>,
}

/// Follows the pull requests.
#[derive(Debug, Default)]
pub(crate) struct DurationLog {
    pub(crate) pull_requests: Vec<PullRequestTruth>,
}

/// What the duration counts.
#[derive(Debug, Default)]
pub(crate) struct DurationCounts {
    pub(crate) seconds: Vec<f64>,
    pub(crate) superseded: i64,
    pub(crate) not_green: i64,
    pub(crate) too_long: i64,
    pub(crate) without_green: i64,
}

impl DurationLog {
    pub(crate) fn opened(&mut self, number: i64) -> usize {
        self.pull_requests.push(PullRequestTruth {
            number,
            merged_at: None,
            heads: vec![],
            seconds: None,
        });
        self.pull_requests.len() - 1
    }

    /// A `pull_request` run was created for a head commit.
    pub(crate) fn run_created(&mut self, pull_request: usize, sha: &str, at: Timestamp, required: Vec<String>) {
        let heads = &mut self.pull_requests[pull_request].heads;
        if heads.iter().any(|head| head.sha == sha) {
            return;
        }
        for head in heads.iter_mut() {
            head.is_followed = true;
        }
        heads.push(Head {
            sha: sha.to_owned(),
            created_at: at,
            state: "not_green",
            seconds: None,
            required,
            results: vec![],
            is_followed: false,
        });
    }

    /// The first attempt of a run of a head commit ended with these jobs.
    pub(crate) fn first_attempt_ended<'a>(
        &mut self,
        pull_request: usize,
        sha: &str,
        jobs: impl Iterator<Item = (&'a str, Option<Conclusion>, Option<Timestamp>)>,
    ) {
        let heads = &mut self.pull_requests[pull_request].heads;
        let Some(head) = heads.iter_mut().find(|head| head.sha == sha) else {
            return;
        };
        for (name, conclusion, completed_at) in jobs {
            if head.required.iter().any(|required| required == name) {
                head.results.push((conclusion, completed_at));
            }
        }
    }

    /// Settles what every head commit is, once time has ended.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a day")]
    pub(crate) fn settle(&mut self, limit_hours: i64) {
        for pull_request in &mut self.pull_requests {
            for head in &mut pull_request.heads {
                let any = |wanted: &[Conclusion]| {
                    head.results
                        .iter()
                        .any(|(conclusion, _)| conclusion.is_some_and(|conclusion| wanted.contains(&conclusion)))
                };
                let last = head
                    .results
                    .iter()
                    .filter(|(conclusion, _)| *conclusion == Some(Conclusion::Success))
                    .filter_map(|(_, completed_at)| *completed_at)
                    .max();
                let seconds = last.map(|last| (last - head.created_at).num_milliseconds() as f64 / 1000.0);
                let is_over = |seconds: f64| seconds >= limit_hours as f64 * 3600.0;
                head.state = if any(&[Conclusion::Cancelled]) && head.is_followed {
                    "superseded"
                } else if head.results.is_empty()
                    || head.results.iter().any(|(conclusion, _)| conclusion.is_none())
                    || any(&[Conclusion::Failure, Conclusion::TimedOut, Conclusion::Cancelled])
                    || last.is_none()
                {
                    "not_green"
                } else if seconds.is_some_and(is_over) {
                    "too_long"
                } else {
                    "green"
                };
                head.seconds = seconds.filter(|_| head.state == "green");
            }
            let green: Vec<f64> = pull_request.heads.iter().filter_map(|head| head.seconds).collect();
            pull_request.seconds = quantile(&green, 0.5);
        }
    }

    /// What the KPI counts of the pull requests that were merged in `[from, to)`.
    pub(crate) fn counts(&self, from: Timestamp, to: Timestamp) -> DurationCounts {
        let mut counts = DurationCounts::default();
        let merged = self
            .pull_requests
            .iter()
            .filter(|pull_request| pull_request.merged_at.is_some_and(|at| (from..to).contains(&at)));
        for pull_request in merged {
            match pull_request.seconds {
                Some(seconds) => counts.seconds.push(seconds),
                None => counts.without_green += 1,
            }
            for head in &pull_request.heads {
                match head.state {
                    "superseded" => counts.superseded += 1,
                    "too_long" => counts.too_long += 1,
                    "not_green" => counts.not_green += 1,
                    _ => {}
                }
            }
        }
        counts
    }
}

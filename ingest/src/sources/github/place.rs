//! Which attempt and which job an artifact is from. GitHub names the run only; the time of its upload tells the rest.

use chrono::TimeDelta;
use domain::clock::Timestamp;

use super::objects::actions::JobObject;

/// Times of GitHub's are cut to seconds on both sides.
const SLACK: TimeDelta = TimeDelta::seconds(1);

/// An attempt that was asked for, with its jobs.
#[derive(Debug)]
pub(crate) struct AttemptSeen {
    pub(crate) number: i32,
    pub(crate) started_at: Timestamp,
    pub(crate) is_completed: bool,
    pub(crate) jobs: Vec<JobObject>,
}

/// Where an artifact belongs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The attempt in whose time it was uploaded; null: it was before all that were asked for.
    pub(crate) attempt: Option<i32>,
    /// Name of the only job that can have uploaded it.
    pub(crate) job: Option<String>,
    /// When that job, or else the attempt, ended; null while it goes on.
    pub(crate) completed_at: Option<Timestamp>,
}

/// Finds the attempt and the job of what was uploaded at `created_at` under `name`. `attempts` are in order.
pub(crate) fn place(created_at: Timestamp, name: &str, attempts: &[AttemptSeen]) -> Place {
    let Some(index) = attempts.iter().rposition(|attempt| attempt.started_at <= created_at) else {
        return Place {
            attempt: None,
            job: None,
            completed_at: None,
        };
    };
    let (earlier, attempt) = (&attempts[..index], &attempts[index]);
    let executed: Vec<&JobObject> = attempt
        .jobs
        .iter()
        .filter(|job| job.conclusion.as_deref() != Some("skipped") && !is_copy(job, earlier))
        .collect();
    let mut jobs = executed.clone();
    let narrow = |jobs: &mut Vec<&JobObject>, holds: &dyn Fn(&JobObject) -> bool| {
        if jobs.len() > 1 && jobs.iter().any(|job| holds(job)) {
            jobs.retain(|job| holds(job));
        }
    };
    jobs.retain(|job| is_within(created_at, job.started_at, job.completed_at));
    narrow(&mut jobs, &|job| names_leg(name, job));
    narrow(&mut jobs, &|job| shares_word(name, job));
    if let [job] = jobs.as_slice() {
        return Place {
            attempt: Some(attempt.number),
            job: Some(job.name.clone()),
            completed_at: job.completed_at,
        };
    }
    let last = executed.iter().filter_map(|job| job.completed_at).max();
    Place {
        attempt: Some(attempt.number),
        job: None,
        completed_at: last.or(Some(created_at)).filter(|_| attempt.is_completed),
    }
}

/// Whether a job is the copy of one that an earlier attempt ran: other id, same instants.
pub(crate) fn is_copy(job: &JobObject, earlier: &[AttemptSeen]) -> bool {
    let mut jobs = earlier.iter().flat_map(|attempt| &attempt.jobs);
    job.started_at.is_some()
        && jobs.any(|other| {
            (&other.name, other.started_at, other.completed_at) == (&job.name, job.started_at, job.completed_at)
        })
}

fn is_within(at: Timestamp, from: Option<Timestamp>, to: Option<Timestamp>) -> bool {
    from.is_some_and(|from| from - SLACK <= at) && to.is_none_or(|to| at <= to + SLACK)
}

/// Words that many artifacts and jobs have in their names.
const COMMON_WORDS: &[&str] = &[
    "artifact",
    "artifacts",
    "job",
    "output",
    "report",
    "reports",
    "result",
    "results",
    "run",
    "test",
    "tests",
];

/// Whether an artifact and a job share a word of their names, as `unit-artifacts` and `unit-tests` do. Steps prove
/// nothing: another job's upload may be under way at the same time.
fn shares_word(artifact: &str, job: &JobObject) -> bool {
    let base = job.name.split(" (").next().unwrap_or_default();
    let words = |name: &str| -> Vec<String> {
        let words = name.split(|character: char| !character.is_alphanumeric());
        let words = words.map(str::to_ascii_lowercase);
        words
            .filter(|word| word.len() > 2 && !COMMON_WORDS.contains(&word.as_str()))
            .collect()
    };
    let named = words(artifact);
    words(base).iter().any(|word| named.contains(word))
}

/// Whether an artifact's name speaks of a job's matrix leg.
fn names_leg(artifact: &str, job: &JobObject) -> bool {
    let leg = job.name.split_once(" (");
    leg.is_some_and(|(_, leg)| {
        leg.trim_end_matches(')')
            .split(", ")
            .all(|part| artifact.contains(part))
    })
}

#[cfg(test)]
mod tests {
    use domain::clock::parse_timestamp;

    use super::*;

    fn at(minute: i64) -> Timestamp {
        parse_timestamp("2026-03-01T10:00:00Z").unwrap() + TimeDelta::minutes(minute)
    }

    fn job(name: &str, from: i64, to: Option<i64>) -> JobObject {
        let time = |minute| domain::clock::format_timestamp(at(minute));
        let json = serde_json::json!({
            "id": 1, "name": name, "status": "completed", "conclusion": "success",
            "started_at": time(from), "completed_at": to.map(time),
        });
        serde_json::from_value(json).unwrap()
    }

    fn attempt(number: i32, from: i64, jobs: Vec<JobObject>) -> AttemptSeen {
        AttemptSeen {
            number,
            started_at: at(from),
            is_completed: jobs.iter().all(|job| job.completed_at.is_some()),
            jobs,
        }
    }

    fn found(minute: i64, name: &str, attempts: &[AttemptSeen]) -> (Option<i32>, Option<String>, Option<Timestamp>) {
        let place = place(at(minute), name, attempts);
        (place.attempt, place.job, place.completed_at)
    }

    #[test]
    fn one_name_on_two_attempts_is_told_apart_by_the_time_of_the_upload() {
        let attempts = [
            attempt(1, 0, vec![job("lint", 0, Some(3)), job("unit-tests", 0, Some(9))]),
            // The second attempt repeats `lint` without having run it.
            attempt(2, 30, vec![job("lint", 0, Some(3)), job("unit-tests", 31, Some(40))]),
        ];
        let unit = Some("unit-tests".to_owned());
        assert_eq!(
            found(9, "unit-artifacts", &attempts),
            (Some(1), unit.clone(), Some(at(9)))
        );
        assert_eq!(found(40, "unit-artifacts", &attempts), (Some(2), unit, Some(at(40))));
        // `lint` ran at the same time and uploads something else.
        assert_eq!(found(2, "coverage", &attempts).1, None);
        // Before the first attempt that was asked for.
        assert_eq!(found(9, "unit-artifacts", &attempts[1..]), (None, None, None));
    }

    #[test]
    fn legs_that_end_together_are_told_apart_by_name_or_not_at_all() {
        let attempts = [attempt(
            1,
            0,
            vec![job("unit (3.11)", 0, Some(9)), job("unit (3.12)", 0, Some(9))],
        )];
        assert_eq!(
            found(9, "unit-3.12", &attempts),
            (Some(1), Some("unit (3.12)".to_owned()), Some(at(9)))
        );
        assert_eq!(found(9, "results", &attempts), (Some(1), None, Some(at(9))));
    }

    #[test]
    fn what_goes_on_has_no_end() {
        let attempts = [attempt(1, 0, vec![job("unit", 0, None)])];
        assert_eq!(found(5, "unit", &attempts), (Some(1), Some("unit".to_owned()), None));
    }
}

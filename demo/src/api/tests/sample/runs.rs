//! Runs: one that passes, one that is repeated, one of a fork, a nightly one, one that is deleted and a later one.

use chrono::TimeDelta;

use crate::api::tests::sample::world::{LAST_MAIN, at};
use crate::world::run::{Artifact, Attempt, Conclusion, Content, Event, Job, JobKind, PullRequestReference, Run};

/// A job from one minute to another.
pub(crate) fn job(id: i64, name: &str, kind: JobKind, minutes: (i64, i64), conclusion: Conclusion) -> Job {
    let runs = conclusion != Conclusion::Skipped;
    Job {
        id,
        name: name.to_owned(),
        kind,
        created_at: at(minutes.0),
        started_at: runs.then(|| at(minutes.0) + TimeDelta::seconds(5)),
        first_step_at: runs.then(|| at(minutes.0) + TimeDelta::seconds(7)),
        completed_at: Some(at(minutes.1)),
        conclusion: Some(conclusion),
        is_self_hosted: false,
        copy_of: None,
        timeout_minutes: 20,
    }
}

fn artifact(id: i64, job_id: i64, minute: i64) -> Artifact {
    Artifact {
        id,
        name: "unit-artifacts".to_owned(),
        job_id,
        created_at: at(minute),
        expires_at: at(minute) + TimeDelta::days(90),
        content: Content::Other,
    }
}

/// One attempt from one minute to another.
pub(crate) fn attempt(number: i64, minutes: (i64, i64), conclusion: Conclusion, jobs: Vec<Job>) -> Attempt {
    Attempt {
        number,
        triggering_actor: 1,
        started_at: at(minutes.0),
        jobs,
        completed_at: Some(at(minutes.1)),
        conclusion: Some(conclusion),
        touched_at: Some(at(minutes.1 + 5)),
        artifacts: Vec::new(),
    }
}

/// A run on `main`.
pub(crate) fn run(id: i64, event: Event, minute: i64, head_commit: usize, attempts: Vec<Attempt>) -> Run {
    Run {
        id,
        number: id - 1_000,
        workflow: 0,
        event,
        head_branch: "main".to_owned(),
        head_commit,
        fork: None,
        actor: 0,
        created_at: at(minute),
        pull_requests: Vec::new(),
        attempts,
        deleted_at: None,
    }
}

/// All of them.
pub(crate) fn runs() -> Vec<Run> {
    let unit = |id, minutes, conclusion| job(id, "unit-tests (3.12)", JobKind::UnitTests, minutes, conclusion);
    let lint = |id, minutes| job(id, "lint", JobKind::Lint, minutes, Conclusion::Success);
    let skipped = |id, minute| job(id, "publish", JobKind::Publish, (minute, minute), Conclusion::Skipped);

    let success = attempt(
        1,
        (10, 20),
        Conclusion::Success,
        vec![lint(1, (10, 12)), unit(2, (10, 20), Conclusion::Success)],
    );

    // Attempt 2 repeats the failed job and copies the other.
    let mut first = attempt(
        1,
        (30, 40),
        Conclusion::Failure,
        vec![
            lint(3, (30, 32)),
            unit(4, (30, 40), Conclusion::Failure),
            skipped(5, 40),
        ],
    );
    first.artifacts.push(artifact(501, 4, 39));
    let mut copy = lint(6, (30, 32));
    copy.copy_of = Some(3);
    let mut second = attempt(
        2,
        (60, 70),
        Conclusion::Success,
        vec![copy, unit(7, (60, 70), Conclusion::Success)],
    );
    second.artifacts.push(artifact(502, 7, 69));
    let mut rerun = run(1_002, Event::PullRequest, 30, 2, vec![first, second]);
    rerun.head_branch = "feature/login".to_owned();
    rerun.pull_requests = vec![
        PullRequestReference { number: 1, fork: None },
        PullRequestReference {
            number: 9,
            fork: Some(0),
        },
    ];

    let mut foreign = run(
        1_003,
        Event::PullRequest,
        50,
        4,
        vec![attempt(1, (50, 50), Conclusion::ActionRequired, Vec::new())],
    );
    foreign.fork = Some(0);
    foreign.actor = 2;
    foreign.head_branch = "patch-1".to_owned();

    let nightly = run(
        1_004,
        Event::Schedule,
        80,
        LAST_MAIN,
        vec![attempt(
            1,
            (80, 100),
            Conclusion::Success,
            vec![unit(8, (80, 100), Conclusion::Success)],
        )],
    );
    let mut deleted = run(
        1_005,
        Event::Push,
        82,
        LAST_MAIN,
        vec![attempt(
            1,
            (82, 84),
            Conclusion::Cancelled,
            vec![unit(9, (82, 84), Conclusion::Cancelled)],
        )],
    );
    deleted.deleted_at = Some(at(88));
    let later = run(
        1_006,
        Event::Push,
        200,
        LAST_MAIN,
        vec![attempt(
            1,
            (200, 210),
            Conclusion::Success,
            vec![unit(10, (200, 210), Conclusion::Success)],
        )],
    );
    vec![
        run(1_001, Event::Push, 10, 1, vec![success]),
        rerun,
        foreign,
        nightly,
        deleted,
        later,
    ]
}

//! Suites and their flakes: the names of tests, how likely each fails, and one execution of a suite.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::TimeDelta;
use domain::clock::Timestamp;

use crate::chance::Chance;
use crate::simulation::contents::{MODULES, extension};
use crate::simulation::plan::Profile;
use crate::world::repository::{Producer, Suite, Test};
use crate::world::run::Draw;

/// A test that fails by chance while it is flaky.
#[derive(Debug, Clone)]
pub(crate) struct Flake {
    pub(crate) test: usize,
    /// How likely one execution fails.
    pub(crate) probability: f64,
    /// First commit instant at which it is flaky.
    pub(crate) from: Timestamp,
    /// First commit instant at which it is no more.
    pub(crate) to: Timestamp,
}

/// Reruns inside a run, where the producer is set up to rerun; 0: none.
pub(crate) fn reruns(producer: Producer) -> u8 {
    match producer {
        Producer::Pytest | Producer::Jest => 0,
        Producer::PytestRerunFailures | Producer::Surefire | Producer::Nextest => 2,
        Producer::Gotestsum | Producer::Playwright => 1,
    }
}

/// Whether a rerun can be seen in the file.
pub(crate) fn shows_reruns(producer: Producer) -> bool {
    !matches!(producer, Producer::Pytest | Producer::Jest | Producer::Playwright)
}

const VERBS: &[&str] = &[
    "accepts", "rejects", "keeps", "drops", "orders", "merges", "splits", "retries", "expires", "renews", "counts",
    "signs", "verifies", "limits", "resumes",
];
const OBJECTS: &[&str] = &[
    "an_empty_batch",
    "a_late_event",
    "two_tenants",
    "the_last_page",
    "a_closed_window",
    "unknown_fields",
    "a_revoked_token",
    "parallel_writers",
    "a_clock_in_the_past",
    "the_largest_export",
    "a_cold_cache",
    "duplicate_keys",
    "an_expired_session",
    "a_slow_upstream",
    "unicode_names",
    "the_first_of_the_month",
];

/// Makes a suite as its producer would name it.
pub(crate) fn suite(profile: &Profile, seed: u64, from: Timestamp, end: Timestamp) -> Suite {
    let mut chance = Chance::of(seed, &[&profile.name, &"suite"]);
    let long_ago = from - TimeDelta::days(400);
    let mut tests = Vec::with_capacity(profile.n_tests);
    let mut known = BTreeSet::new();
    while tests.len() < profile.n_tests {
        let module = MODULES[chance.index(MODULES.len())];
        let verb = VERBS[chance.index(VERBS.len())];
        let object = OBJECTS[chance.index(OBJECTS.len())];
        let case = chance.between(0, 4);
        let (class_name, name) = name(profile, module, verb, object, case);
        if !known.insert((class_name.clone(), name.clone())) {
            continue;
        }
        let span = (end - from).num_hours();
        // Some tests are added, some removed while time runs.
        let born_at = if chance.happens(0.06) {
            from + TimeDelta::hours(chance.between(0, span))
        } else {
            long_ago
        };
        let died_at = chance
            .happens(0.02)
            .then(|| born_at.max(from) + TimeDelta::hours(chance.between(24, span.max(25))));
        let file = format!("tests/{module}/test_{module}.{}", extension(profile));
        let duration_ms = if chance.happens(0.05) {
            chance.between(800, 6_000)
        } else {
            chance.between(1, 240)
        };
        tests.push(Test {
            class_name,
            name,
            file: Arc::from(file),
            duration_ms,
            born_at,
            died_at,
        });
    }
    let name = match profile.producer {
        Producer::Pytest | Producer::PytestRerunFailures => "pytest",
        Producer::Nextest => "nextest-run",
        Producer::Jest => "jest tests",
        Producer::Playwright => "chromium",
        Producer::Surefire | Producer::Gotestsum => profile.package,
    };
    Suite {
        name: name.to_owned(),
        producer: profile.producer,
        tests,
    }
}

fn name(profile: &Profile, module: &str, verb: &str, object: &str, case: i64) -> (String, String) {
    let package = profile.package;
    let camel = |text: &str| -> String {
        text.split('_')
            .map(|word| {
                let mut letters = word.chars();
                letters
                    .next()
                    .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
                    .unwrap_or_default()
            })
            .collect()
    };
    let spaced = object.replace('_', " ");
    match profile.producer {
        Producer::Pytest | Producer::PytestRerunFailures => {
            let parameter = if case == 0 {
                String::new()
            } else {
                format!("[case{case}]")
            };
            (
                format!("tests.{module}.test_{module}.Test{}", camel(verb)),
                format!("test_{verb}_{object}{parameter}"),
            )
        }
        Producer::Surefire => (
            format!("{package}.{module}.{}Test", camel(verb)),
            format!(
                "{verb}{}{}",
                camel(object),
                if case == 0 { String::new() } else { case.to_string() }
            ),
        ),
        Producer::Nextest => (
            format!("{package}::{module}"),
            format!(
                "{verb}::{object}{}",
                if case == 0 { String::new() } else { format!("_{case}") }
            ),
        ),
        Producer::Gotestsum => (
            format!("{package}/{module}"),
            format!("Test{}{}/case_{case}", camel(verb), camel(object)),
        ),
        Producer::Jest => (
            format!("{module} {verb}"),
            format!(
                "{module} {verb} {spaced}{}",
                if case == 0 { String::new() } else { format!(" ({case})") }
            ),
        ),
        Producer::Playwright => (
            format!("{module}.spec.ts"),
            format!(
                "{module} › {verb} {spaced}{}",
                if case == 0 { String::new() } else { format!(" #{case}") }
            ),
        ),
    }
}

/// Draws the flakes of a suite: some were always there, some appear, some are fixed.
pub(crate) fn flakes(profile: &Profile, suite: &Suite, seed: u64, from: Timestamp, end: Timestamp) -> Vec<Flake> {
    const PROBABILITIES: [f64; 8] = [0.004, 0.01, 0.02, 0.03, 0.012, 0.05, 0.008, 0.015];
    let mut chance = Chance::of(seed, &[&profile.name, &"flakes"]);
    let hours = (end - from).num_hours();
    let factor = if reruns(profile.producer) > 0 { 3.0 } else { 1.0 };
    let mut flakes: Vec<Flake> = Vec::new();
    while flakes.len() < profile.n_flaky {
        let test = chance.index(suite.tests.len());
        let stays = suite.tests[test].born_at < from && suite.tests[test].died_at.is_none();
        if !stays || flakes.iter().any(|flake| flake.test == test) {
            continue;
        }
        let nth = flakes.len();
        let starts = if nth % 3 == 1 {
            from + TimeDelta::hours(chance.between(0, hours * 2 / 3))
        } else {
            from
        };
        let ends = if nth % 3 == 2 {
            starts + TimeDelta::hours(chance.between(hours / 4, hours.max(2)))
        } else {
            end + TimeDelta::days(365)
        };
        flakes.push(Flake {
            test,
            probability: PROBABILITIES[nth % PROBABILITIES.len()] * factor,
            from: starts,
            to: ends,
        });
    }
    flakes
}

/// What goes into one execution.
#[derive(Debug)]
pub(crate) struct Execution<'a> {
    pub(crate) suite: &'a Suite,
    pub(crate) flakes: &'a [Flake],
    /// Tests that the commit breaks: they fail every time.
    pub(crate) broken: &'a BTreeSet<usize>,
    pub(crate) commit_at: Timestamp,
    /// The machine fails: nearly every test fails.
    pub(crate) is_infrastructure_event: bool,
}

/// Every index of a test that is never executed: it is skipped on the runner.
pub(crate) fn is_always_skipped(test: usize) -> bool {
    test % 97 == 41
}

/// Tests of a commit of `at` whose results are whole in a report that broke off: producers that write a file for each
/// class break off in one of them, at two thirds, and write none behind it.
pub(crate) fn whole_before_break(suite: &Suite, at: Timestamp) -> BTreeSet<usize> {
    if suite.producer != Producer::Surefire {
        return BTreeSet::new();
    }
    let mut classes: Vec<(&str, Vec<usize>)> = Vec::new();
    for (index, test) in suite.tests.iter().enumerate().filter(|(_, test)| test.exists_at(at)) {
        match classes.iter_mut().find(|(class, _)| *class == test.class_name) {
            Some((_, tests)) => tests.push(index),
            None => classes.push((&test.class_name, vec![index])),
        }
    }
    let mut before = classes.iter().map(|(_, tests)| tests.len()).sum::<usize>() * 2 / 3;
    let mut whole = BTreeSet::new();
    for (_, tests) in classes {
        if before < tests.len() {
            break;
        }
        before -= tests.len();
        whole.extend(tests);
    }
    whole
}

/// Draws how every test ends; those that are not in it passed.
pub(crate) fn execute(execution: &Execution<'_>, chance: &mut Chance) -> BTreeMap<usize, Draw> {
    let mut draws = BTreeMap::new();
    let reruns = reruns(execution.suite.producer);
    for (index, test) in execution.suite.tests.iter().enumerate() {
        if !test.exists_at(execution.commit_at) {
            continue;
        }
        if is_always_skipped(index) {
            draws.insert(index, Draw::Skipped);
        } else if execution.is_infrastructure_event && chance.happens(0.93) {
            draws.insert(index, Draw::Error);
        }
    }
    if execution.is_infrastructure_event {
        return draws;
    }
    for flake in execution.flakes {
        let is_flaky = flake.from <= execution.commit_at && execution.commit_at < flake.to;
        // Every flake draws, flaky or not, so that none moves another's draws.
        let fails: Vec<bool> = (0..=reruns).map(|_| chance.happens(flake.probability)).collect();
        if !is_flaky
            || is_always_skipped(flake.test)
            || !execution.suite.tests[flake.test].exists_at(execution.commit_at)
        {
            continue;
        }
        if !fails[0] {
            continue;
        }
        let draw = match fails.iter().position(|fails| !fails) {
            Some(n_failed) => Draw::PassedOnRerun(u8::try_from(n_failed).unwrap_or(u8::MAX)),
            None if reruns == 0 => Draw::Failed,
            None => Draw::FailedEveryRerun(reruns),
        };
        draws.insert(flake.test, draw);
    }
    for test in execution.broken {
        if execution.suite.tests[*test].exists_at(execution.commit_at) && !is_always_skipped(*test) {
            let draw = if reruns == 0 {
                Draw::Failed
            } else {
                Draw::FailedEveryRerun(reruns)
            };
            draws.insert(*test, draw);
        }
    }
    draws
}

/// Whether a job with these draws fails: quarantined tests run but do not gate (CI/CL-001 §13).
pub(crate) fn gates(draws: &BTreeMap<usize, Draw>, quarantined: &BTreeSet<usize>) -> bool {
    draws.iter().any(|(test, draw)| {
        matches!(draw, Draw::Failed | Draw::Error | Draw::FailedEveryRerun(_)) && !quarantined.contains(test)
    })
}

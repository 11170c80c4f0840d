//! JUnit reports as each producer writes them.

mod failure;
mod gotestsum;
mod javascript;
mod nextest;
mod pytest;
mod surefire;

use std::collections::HashMap;

use chrono::TimeDelta;
use domain::clock::Timestamp;

use super::{File, xml};
use crate::chance::Chance;
use crate::world::World;
use crate::world::repository::{Producer, Repository, Suite, Test};
use crate::world::run::{Artifact, Draw, ReportForm, TestExecution};

/// Tells whether a producer knows errors apart from failures; for gotestsum and jest-junit all is a `failure`.
pub fn tells_errors(producer: Producer) -> bool {
    !matches!(producer, Producer::Gotestsum | Producer::Jest)
}

/// Tells whether a producer lets reruns be seen.
fn shows_reruns(producer: Producer) -> bool {
    matches!(
        producer,
        Producer::PytestRerunFailures | Producer::Surefire | Producer::Nextest | Producer::Gotestsum
    )
}

/// How the last execution of a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Passed,
    Failed,
    Error,
    Skipped,
}

/// One test of a report.
#[derive(Debug)]
struct Case<'w> {
    test: &'w Test,
    ending: Ending,
    /// How long the last execution took.
    last_ms: i64,
    /// How long each failed execution before it took.
    earlier_ms: Vec<i64>,
    /// Quarantined, perhaps with a ticket.
    #[expect(clippy::option_option, reason = "three cases: not, without a ticket, with one")]
    quarantine: Option<Option<&'w str>>,
    /// When the first execution started, one test after the other.
    started_at: Timestamp,
}

impl Case<'_> {
    fn total_ms(&self) -> i64 {
        self.last_ms + self.earlier_ms.iter().sum::<i64>()
    }

    /// Writes the properties of a quarantined test.
    fn properties(&self, out: &mut String) {
        let Some(ticket) = self.quarantine else { return };
        out.push_str("<properties><property name=\"quarantine\" value=\"true\"/>");
        if let Some(ticket) = ticket {
            out.push_str("<property name=\"ticket\"");
            xml::attribute(out, "value", ticket);
            out.push_str("/>");
        }
        out.push_str("</properties>");
    }
}

/// What the cases of a suite add up to.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
    flakes: usize,
    /// Failed executions before the last ones.
    earlier: usize,
    milliseconds: i64,
}

impl Counts {
    fn of<'c, 'w: 'c>(cases: impl IntoIterator<Item = &'c Case<'w>>) -> Self {
        let mut counts = Self::default();
        for case in cases {
            counts.tests += 1;
            counts.failures += usize::from(case.ending == Ending::Failed);
            counts.errors += usize::from(case.ending == Ending::Error);
            counts.skipped += usize::from(case.ending == Ending::Skipped);
            counts.flakes += usize::from(case.ending == Ending::Passed && !case.earlier_ms.is_empty());
            counts.earlier += case.earlier_ms.len();
            counts.milliseconds += case.total_ms();
        }
        counts
    }
}

/// What a writer has to know besides the cases.
#[derive(Debug)]
struct Context<'w> {
    seed: u64,
    repository: &'w Repository,
    suite: &'w Suite,
    execution: &'w TestExecution,
}

/// One report file with the place of each case in it.
#[derive(Debug)]
struct Document {
    name: String,
    text: String,
    /// Where the `<testcase` of each case stands.
    starts: Vec<usize>,
}

impl Document {
    /// Opens a file with room for `cases`.
    fn new(name: impl Into<String>, cases: usize) -> Self {
        let mut text = String::with_capacity(cases * 224 + 1024);
        text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        Self {
            name: name.into(),
            text,
            starts: Vec::with_capacity(cases),
        }
    }

    /// Writes `<testcase`, and remembers where.
    fn open_case(&mut self) -> &mut String {
        self.starts.push(self.text.len());
        self.text.push_str("<testcase");
        &mut self.text
    }
}

/// The report files of one execution of a suite.
pub(super) fn reports(
    world: &World,
    repository: &Repository,
    artifact: &Artifact,
    execution: &TestExecution,
) -> Vec<File> {
    let Some(suite) = repository.suites.get(execution.suite) else {
        return Vec::new();
    };
    let context = Context {
        seed: world.seed,
        repository,
        suite,
        execution,
    };
    let cases = cases(&context, Chance::of(world.seed, &[&artifact.id, &"junit"]));
    let mut documents = match suite.producer {
        Producer::Pytest | Producer::PytestRerunFailures => pytest::write(&context, &cases),
        Producer::Surefire => surefire::write(&context, &cases),
        Producer::Nextest => nextest::write(&context, &cases),
        Producer::Gotestsum => gotestsum::write(&context, &cases),
        Producer::Jest => javascript::write_jest(&context, &cases),
        Producer::Playwright => javascript::write_playwright(&context, &cases),
    };
    match execution.form {
        ReportForm::Whole => {}
        ReportForm::Truncated => truncate(&mut documents),
        ReportForm::Empty => documents.iter_mut().for_each(|document| document.text.clear()),
    }
    documents
        .into_iter()
        .map(|document| (document.name, document.text.into_bytes()))
        .collect()
}

/// Cuts inside the opening tag of the case that stands at two thirds; files behind it were never written.
fn truncate(documents: &mut Vec<Document>) {
    let total: usize = documents.iter().map(|document| document.starts.len()).sum();
    let mut place = total * 2 / 3;
    for at in 0..documents.len() {
        let document = &mut documents[at];
        if let Some(start) = document.starts.get(place) {
            document.text.truncate(start + "<testcase n".len());
            documents.truncate(at + 1);
            return;
        }
        place -= document.starts.len();
    }
}

/// The tests that the commit has, in order of their index, with what became of each.
fn cases<'w>(context: &Context<'w>, mut chance: Chance) -> Vec<Case<'w>> {
    let Context { suite, execution, .. } = *context;
    let draws: HashMap<usize, Draw> = execution.results.iter().copied().collect();
    let quarantined: HashMap<usize, Option<&str>> = execution
        .quarantined
        .iter()
        .map(|(test, ticket)| (*test, ticket.as_deref()))
        .collect();
    let mut cases = Vec::with_capacity(suite.tests.len());
    let mut started_at = execution.started_at;
    for (index, test) in suite.tests.iter().enumerate() {
        if !test.exists_at(execution.commit_at) {
            continue;
        }
        let usual = test.duration_ms.max(1);
        let last = chance.milliseconds_around(usual);
        let (ending, reruns) = match draws.get(&index).copied() {
            None => (Ending::Passed, 0),
            Some(Draw::Failed) => (Ending::Failed, 0),
            Some(Draw::Error) if tells_errors(suite.producer) => (Ending::Error, 0),
            Some(Draw::Error) => (Ending::Failed, 0),
            Some(Draw::Skipped) => (Ending::Skipped, 0),
            Some(Draw::PassedOnRerun(reruns)) => (Ending::Passed, reruns),
            Some(Draw::FailedEveryRerun(reruns)) => (Ending::Failed, reruns),
        };
        let reruns = if shows_reruns(suite.producer) { reruns } else { 0 };
        let case = Case {
            test,
            ending,
            last_ms: if ending == Ending::Skipped { 0 } else { last },
            earlier_ms: (0..reruns).map(|_| chance.milliseconds_around(usual)).collect(),
            quarantine: quarantined.get(&index).copied(),
            started_at,
        };
        started_at += TimeDelta::milliseconds(case.total_ms());
        cases.push(case);
    }
    cases
}

/// Groups cases by `key`, groups and cases in order of their first appearance.
fn groups<'c, 'w>(cases: &'c [Case<'w>], key: impl Fn(&'w Test) -> &'w str) -> Vec<(&'w str, Vec<&'c Case<'w>>)> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut groups: Vec<(&str, Vec<&Case<'_>>)> = Vec::new();
    for case in cases {
        let key = key(case.test);
        let place = *places.entry(key).or_insert(groups.len());
        if place == groups.len() {
            groups.push((key, Vec::new()));
        }
        groups[place].1.push(case);
    }
    groups
}

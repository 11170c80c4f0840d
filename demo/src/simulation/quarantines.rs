//! Quarantines: who tags which test by which way, extends it, releases it (CI/CL-001 §13).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use chrono::TimeDelta;
use domain::clock::Timestamp;

use crate::simulation::history::Edit;
use crate::simulation::plan::ADMINISTRATOR;
use crate::simulation::repository::{Act, Defects, RepositorySimulation};
use crate::simulation::suite::{Flake, is_always_skipped, whole_before_break};
use crate::truth::flaky::{SuiteRan, results};
use crate::truth::quarantines::Quarantine;
use crate::world::operation::Issue;
use crate::world::run::ReportForm;

/// Clean executions that prove a release: `ln 0.05 / ln(1 - 0.02)`, rounded up.
const PROOF: i64 = 149;

/// The way in which a test is tagged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// A property in the report.
    Property,
    /// `@flaky` in the test's name.
    Name,
    /// `.quarantine.toml`.
    List,
    /// An issue labelled `flaky-quarantine`.
    Issue,
}

impl Way {
    fn as_str(self) -> &'static str {
        match self {
            Self::Property => "property",
            Self::Name => "name",
            Self::List => "list",
            Self::Issue => "issue",
        }
    }
}

/// What happens to a quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Tag,
    /// The due date moves by so many days, with reason and approver.
    Extend(i64),
    Release,
}

/// One planned quarantine: days before the end of each step.
#[derive(Debug)]
struct Plan {
    repository: &'static str,
    way: Way,
    has_ticket: bool,
    /// The test is healthy: its release can be proven.
    is_healthy: bool,
    steps: &'static [(i64, Step)],
}

const PLANS: &[Plan] = &[
    Plan {
        repository: "ingest-api",
        way: Way::List,
        has_ticket: true,
        is_healthy: false,
        steps: &[(12, Step::Tag)],
    },
    // Released without proof, and back within a month: the old clock runs on.
    Plan {
        repository: "ingest-api",
        way: Way::Property,
        has_ticket: true,
        is_healthy: false,
        steps: &[(40, Step::Tag), (30, Step::Release), (10, Step::Tag)],
    },
    Plan {
        repository: "ingest-api",
        way: Way::Issue,
        has_ticket: true,
        is_healthy: true,
        steps: &[(20, Step::Tag), (8, Step::Release)],
    },
    Plan {
        repository: "match-engine",
        way: Way::List,
        has_ticket: false,
        is_healthy: false,
        steps: &[(30, Step::Tag)],
    },
    Plan {
        repository: "match-engine",
        way: Way::Property,
        has_ticket: false,
        is_healthy: false,
        steps: &[(9, Step::Tag)],
    },
    Plan {
        repository: "audithound-web",
        way: Way::List,
        has_ticket: true,
        is_healthy: false,
        steps: &[(25, Step::Tag), (12, Step::Extend(17))],
    },
    Plan {
        repository: "audithound-web",
        way: Way::Name,
        has_ticket: true,
        is_healthy: false,
        steps: &[(18, Step::Tag)],
    },
    Plan {
        repository: "identity-gateway",
        way: Way::Property,
        has_ticket: true,
        is_healthy: false,
        steps: &[(50, Step::Tag), (20, Step::Release)],
    },
    Plan {
        repository: "console-e2e",
        way: Way::Issue,
        has_ticket: true,
        is_healthy: false,
        steps: &[(5, Step::Tag)],
    },
];

/// A stay in quarantine as the simulation knows it.
#[derive(Debug)]
struct Stay {
    plan: usize,
    test: usize,
    way: Way,
    ticket: Option<i64>,
    ticket_closed_at: Option<Timestamp>,
    from: Timestamp,
    to: Option<Timestamp>,
    extended_until: Option<Timestamp>,
}

/// What main shows of a test that is quarantined at some time.
#[derive(Debug, Default)]
struct Shown {
    /// By creation of the run: whether its report carries the tag.
    runs: BTreeMap<Timestamp, bool>,
    /// Completion, failing and passing results of each execution.
    executions: Vec<(Timestamp, i64, i64)>,
}

impl Shown {
    /// The run that is the first to carry the tag of a stay, and the first after the last that does to carry it no more.
    fn carried(&self, stay: &Stay) -> Option<(Timestamp, Option<Timestamp>)> {
        let to = stay.to.unwrap_or(Timestamp::MAX_UTC);
        let mut carrying = self.runs.range(stay.from..to).filter(|(_, is_tagged)| **is_tagged);
        let first = *carrying.next()?.0;
        let last = carrying.next_back().map_or(first, |(at, _)| *at);
        let released = self.runs.range(last..).find(|(_, is_tagged)| !**is_tagged);
        Some((first, released.map(|(at, _)| *at)))
    }

    /// Passing results before an instant, after the last failure before it.
    fn n_clean(&self, before: Timestamp) -> i64 {
        let earlier = || self.executions.iter().filter(|(at, ..)| *at < before);
        let failed_at = earlier()
            .filter(|(_, n_failed, _)| *n_failed > 0)
            .map(|(at, ..)| *at)
            .max();
        earlier()
            .filter(|(at, ..)| failed_at.is_none_or(|failed_at| failed_at < *at))
            .map(|(.., n_passed)| n_passed)
            .sum()
    }
}

/// The quarantines of one repository.
#[derive(Debug, Default)]
pub(crate) struct Quarantining {
    /// By plan: its test.
    tests: BTreeMap<usize, usize>,
    stays: Vec<Stay>,
    /// By test.
    shown: BTreeMap<usize, Shown>,
}

/// When a step happens that is planned for so many days before the end.
fn instant(end: Timestamp, days: i64) -> Timestamp {
    end - TimeDelta::days(days) + TimeDelta::hours(15)
}

/// Schedules what is planned for a repository.
pub(crate) fn plan(simulation: &mut RepositorySimulation) {
    for (index, plan) in PLANS.iter().enumerate() {
        let starts_at = plan
            .steps
            .first()
            .map(|(days, _)| simulation.end - TimeDelta::days(*days));
        if plan.repository != simulation.profile.name || starts_at.is_none_or(|at| at <= simulation.from) {
            continue;
        }
        let taken: BTreeSet<usize> = simulation.quarantining.tests.values().copied().collect();
        let suite = &simulation.repository.suites[0];
        let is_free = |test: &usize| !taken.contains(test) && !is_always_skipped(*test);
        let stays = |test: &usize| suite.tests[*test].born_at < simulation.from && suite.tests[*test].died_at.is_none();
        let flaky: Vec<usize> = simulation.flakes.iter().map(|flake| flake.test).collect();
        let test = if plan.is_healthy {
            (0..suite.tests.len()).find(|test| is_free(test) && stays(test) && !flaky.contains(test))
        } else {
            flaky.iter().copied().find(|test| is_free(test) && stays(test))
        };
        let Some(mut test) = test else { continue };
        if let (Way::Name, Some((days, _))) = (plan.way, plan.steps.first()) {
            test = simulation.rename(test, instant(simulation.end, *days));
        }
        simulation.quarantining.tests.insert(index, test);
        simulation.quarantining.shown.insert(test, Shown::default());
        for (days, step) in plan.steps {
            simulation.schedule(
                instant(simulation.end, *days),
                Act::Quarantine {
                    plan: index,
                    step: *step,
                },
            );
        }
    }
}

impl RepositorySimulation {
    /// Puts the tag into the name of a test from an instant on, which makes another test of it.
    fn rename(&mut self, test: usize, at: Timestamp) -> usize {
        let tests = &mut self.repository.suites[0].tests;
        let mut tagged = tests[test].clone();
        tagged.name.push_str(" @flaky");
        tagged.born_at = at;
        tests[test].died_at = Some(at);
        tests.push(tagged);
        let index = tests.len() - 1;
        let flake = self.flakes.iter().find(|flake| flake.test == test).cloned();
        self.flakes.extend(flake.map(|flake| Flake { test: index, ..flake }));
        index
    }

    /// Tests in quarantine at a commit of `at`.
    pub(crate) fn quarantined_at(&self, at: Timestamp) -> BTreeSet<usize> {
        self.quarantining
            .stays
            .iter()
            .filter(|stay| stay.from <= at && stay.to.is_none_or(|to| at < to))
            .map(|stay| stay.test)
            .collect()
    }

    /// Tests that carry the tag in the report itself, with the URL of their ticket.
    pub(crate) fn report_tags(&self, at: Timestamp) -> Vec<(usize, Option<String>)> {
        let full_name = self.repository.full_name();
        self.carrying(at)
            .filter(|stay| stay.way == Way::Property)
            .map(|stay| {
                let ticket = stay
                    .ticket
                    .map(|number| format!("https://github.com/{full_name}/issues/{number}"));
                (stay.test, ticket)
            })
            .collect()
    }

    /// A push or a schedule on main was tested: its report shows tags, failures and clean executions.
    pub(crate) fn shown_on_main(&mut self, ran: &SuiteRan) {
        if !ran.is_default_branch || ran.form == ReportForm::Empty {
            return;
        }
        let tagged: BTreeSet<usize> = self.carrying(ran.commit_at).map(|stay| stay.test).collect();
        let suite = &self.repository.suites[0];
        let whole = (ran.form == ReportForm::Truncated).then(|| whole_before_break(suite, ran.commit_at));
        for (test, shown) in &mut self.quarantining.shown {
            // What stood behind a break is unknown.
            let is_known = whole.as_ref().is_none_or(|whole| whole.contains(test));
            if !is_known || !suite.tests[*test].exists_at(ran.commit_at) {
                continue;
            }
            shown.runs.insert(ran.created_at, tagged.contains(test));
            let results = match ran.draws.get(test) {
                None => Some((0, 1)),
                Some(draw) => results(*draw, suite.producer),
            };
            if let Some((n_failed, n_passed)) = results.filter(|_| !ran.is_infrastructure_event) {
                shown.executions.push((ran.completed_at, n_failed, n_passed));
            }
        }
    }

    /// Stays whose tag is in the report of a commit of `at`.
    fn carrying(&self, at: Timestamp) -> impl Iterator<Item = &Stay> {
        let stays = self.quarantining.stays.iter();
        stays.filter(move |stay| {
            matches!(stay.way, Way::Property | Way::Name) && stay.from <= at && stay.to.is_none_or(|to| at < to)
        })
    }

    pub(crate) fn quarantine(&mut self, plan: usize, step: Step) {
        let now = self.now;
        let Some(&test) = self.quarantining.tests.get(&plan) else {
            return;
        };
        if step == Step::Tag {
            self.tag(plan, test);
            return;
        }
        let Some(stay) = self.quarantining.stays.iter_mut().rfind(|stay| stay.plan == plan) else {
            return;
        };
        let (way, ticket) = (stay.way, stay.ticket);
        if let Step::Extend(days) = step {
            stay.extended_until = Some(now + TimeDelta::days(days));
        } else {
            stay.to = Some(now);
            stay.ticket_closed_at = ticket.map(|_| now);
            let mut issues = self.repository.issues.iter_mut();
            if let Some(issue) = issues.find(|issue| Some(issue.number) == ticket) {
                issue.closed_at = Some(now);
                issue.updated_at = now;
            }
        }
        if way == Way::List {
            self.write_list();
        }
    }

    fn tag(&mut self, plan: usize, test: usize) {
        let of = &PLANS[plan];
        let ticket = of.has_ticket.then(|| {
            let test = &self.repository.suites[0].tests[test];
            let (class_name, name) = (test.class_name.clone(), test.name.clone());
            self.open_ticket(&class_name, &name)
        });
        self.quarantining.stays.push(Stay {
            plan,
            test,
            way: of.way,
            ticket,
            ticket_closed_at: None,
            from: self.now,
            to: None,
            extended_until: None,
        });
        match of.way {
            Way::List => self.write_list(),
            // The mark in the code reaches main with a commit of its own.
            Way::Property | Way::Name => {
                let edits = self.edits(crate::simulation::repository::Theme::Feature);
                self.commit_to_main("test: quarantine a flaky test", edits);
            }
            Way::Issue => {}
        }
    }

    fn open_ticket(&mut self, class_name: &str, name: &str) -> i64 {
        let number = self.number();
        let id = self.id("issue");
        let assignee = self.member();
        self.repository.issues.push(Issue {
            id,
            number,
            title: format!("Quarantine {class_name}::{name}"),
            body: "It fails now and then on one commit. To be mended or removed within 14 days.".to_owned(),
            author: ADMINISTRATOR,
            assignee: Some(assignee),
            labels: vec![(self.now, "flaky-quarantine".to_owned())],
            created_at: self.now,
            updated_at: self.now,
            closed_at: None,
        });
        number
    }

    /// Writes `.quarantine.toml` as it should be now, with a commit to main.
    fn write_list(&mut self) {
        let full_name = self.repository.full_name();
        let mut text = String::new();
        for stay in self
            .quarantining
            .stays
            .iter()
            .filter(|stay| stay.way == Way::List && stay.to.is_none())
        {
            let test = &self.repository.suites[0].tests[stay.test];
            let _ = write!(text, "[[quarantine]]\ntest = '{}::{}'\n", test.class_name, test.name);
            if let Some(ticket) = stay.ticket {
                let _ = writeln!(text, "ticket = 'https://github.com/{full_name}/issues/{ticket}'");
            }
            text.push_str("owner = 'qa'\nreason = 'fails by chance'\n");
            if let Some(until) = stay.extended_until {
                let until = domain::clock::format_timestamp(until);
                let _ = write!(text, "extended_until = {until}\napproved_by = 'claire-dubois'\n");
            }
            text.push('\n');
        }
        let edit = Edit::Write(Arc::from(".quarantine.toml"), Arc::from(text));
        self.commit_to_main("test: keep the list of quarantined tests", vec![edit]);
    }

    fn commit_to_main(&mut self, message: &str, edits: Vec<Edit>) {
        let main = self.main_head();
        let defects: Defects = self.facts[main].defects.clone();
        let commit = self.commit(main, ADMINISTRATOR, message.to_owned(), edits, defects);
        self.push_main(commit, ADMINISTRATOR);
    }

    /// Writes down every stay once time has ended. A tag in the report begins and ends with the runs that show it; a
    /// list and an issue with the act itself.
    pub(crate) fn settle_quarantines(&mut self) {
        let end = self.end;
        let suite = &self.repository.suites[0];
        let mut records: Vec<Quarantine> = Vec::new();
        for stay in &self.quarantining.stays {
            let Some(shown) = self.quarantining.shown.get(&stay.test) else {
                continue;
            };
            let (tagged_at, released_at) = match stay.way {
                Way::List | Way::Issue => (stay.from, stay.to),
                Way::Property | Way::Name => match shown.carried(stay) {
                    Some(carried) => carried,
                    None => continue,
                },
            };
            let before = records.iter().rfind(|record| record.test == stay.test);
            let continued = before.filter(|record| {
                record
                    .released_at
                    .is_some_and(|at| tagged_at - at < TimeDelta::days(30))
            });
            let started_at = continued.map_or(tagged_at, |record| record.started_at);
            let due_at = started_at + TimeDelta::days(14);
            let due_at = stay.extended_until.map_or(due_at, |until| until.max(due_at));
            let left_at = released_at.unwrap_or(end);
            let (n_clean, is_breached) = (shown.n_clean(left_at), left_at > due_at);
            let test = &suite.tests[stay.test];
            records.push(Quarantine {
                class_name: test.class_name.clone(),
                name: test.name.clone(),
                tagged_by: stay.way.as_str(),
                tagged_at,
                started_at,
                due_at,
                ticket: stay.ticket,
                ticket_closed_at: stay.ticket_closed_at,
                is_extended: stay.extended_until.is_some(),
                released_at,
                n_clean,
                state: match (released_at, is_breached) {
                    (Some(_), _) if n_clean >= PROOF => "released_proven",
                    (Some(_), _) => "released_unproven",
                    (None, true) => "overdue",
                    (None, false) => "active",
                },
                is_breached,
                test: stay.test,
            });
        }
        self.truth.quarantines = records;
    }
}

//! The subjects of controls with their status, and what a status is judged by.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::TimeDelta;
use domain::clock::Timestamp;
use domain::control::ControlStatus;
use domain::policy::Policy;

/// By the id of a control the status of each of its subjects: `pass`, `fail`, `not_applicable`, `no_evidence`.
pub type Controls = BTreeMap<&'static str, BTreeMap<String, &'static str>>;

/// What is the same for every repository.
#[derive(Debug)]
pub(crate) struct Scope<'a> {
    /// The span that controls judge.
    pub(crate) window: Range<Timestamp>,
    /// When somebody looks at the organization: what has no history is known as it is then.
    pub(crate) pulls: &'a [Timestamp],
    /// The numbers that hold.
    pub(crate) policy: &'a Policy,
}

impl Scope<'_> {
    /// A number of the policy.
    pub(crate) fn number(&self, name: &str) -> f64 {
        self.policy.at(name, self.window.end).map_or(0.0, |rule| rule.value)
    }

    /// A number of the policy as a span; `unit` is one of it.
    pub(crate) fn span(&self, name: &str, unit: TimeDelta) -> TimeDelta {
        #[expect(clippy::cast_possible_truncation, reason = "whole minutes, hours and days")]
        let n = self.number(name) as i32;
        unit * n
    }
}

/// What the controls say of one repository.
#[derive(Debug)]
pub(crate) struct Verdicts {
    repository: String,
    pub(crate) controls: Controls,
}

impl Verdicts {
    pub(crate) fn new(repository: String) -> Self {
        Self {
            repository,
            controls: Controls::new(),
        }
    }

    /// Writes down the status of a subject within the repository.
    pub(crate) fn put(&mut self, control: &'static str, within: &str, status: ControlStatus) {
        let subject = format!("{} {within}", self.repository);
        self.controls
            .entry(control)
            .or_default()
            .insert(subject, status.as_str());
    }

    /// Writes down what holds of the repository itself.
    pub(crate) fn put_repository(&mut self, control: &'static str, status: ControlStatus) {
        let subject = self.repository.clone();
        self.controls
            .entry(control)
            .or_default()
            .insert(subject, status.as_str());
    }

    /// Writes down what holds of the repository where nothing in it is a subject.
    pub(crate) fn put_where_none(&mut self, control: &'static str, status: ControlStatus) {
        if !self.controls.contains_key(control) {
            self.put_repository(control, status);
        }
    }
}

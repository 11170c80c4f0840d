//! Every subject of every computed control beside the truth.

use std::collections::{BTreeMap, BTreeSet};

use demo::truth::Truth;
use query::controls::Answered;
use query::engine::Engine;

use super::security::numbered;
use super::{Compared, question, sets};

/// Compares the controls that are computed; one that the truth does not tell is a difference of its own.
pub(super) async fn check(
    engine: &Engine,
    truth: &Truth,
    found: &mut BTreeMap<String, Compared>,
) -> anyhow::Result<()> {
    let catalog = engine.catalog();
    for control in catalog.controls() {
        if !matches!(control.answered, Answered::Computed(_)) {
            continue;
        }
        let told = expected(truth, &control.id);
        let answer = engine.control(&control.id, &question(truth.as_of)).await?;
        let rows = answer
            .rows
            .iter()
            .map(|row| line(&control.id, &row.subject, row.status.as_str()));
        let counts = counts(told.iter().map(|(_, status)| *status));
        let told = told.iter().map(|(subject, status)| line(&control.id, subject, status));
        let told: BTreeSet<String> = numbered(told);
        let mut compared = sets(told, &numbered(rows));
        if compared.n == 0 {
            compared.differences.push("the truth tells nothing of it".to_owned());
        }
        compared.note = counts;
        found.insert(format!("control {}", control.id), compared);
    }
    Ok(())
}

/// Subject and status of all repositories, and of the organization.
fn expected<'a>(truth: &'a Truth, id: &str) -> Vec<(&'a str, &'static str)> {
    let of_repositories = truth.repositories.iter().map(|of| &of.controls);
    of_repositories
        .chain([&truth.controls])
        .filter_map(|controls| controls.get(id))
        .flatten()
        .map(|(subject, status)| (subject.as_str(), *status))
        .collect()
}

/// How many subjects have each status, in words.
fn counts(statuses: impl Iterator<Item = &'static str>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for status in statuses {
        *counts.entry(status).or_default() += 1;
    }
    let words: Vec<String> = counts.iter().map(|(status, n)| format!("{n} {status}")).collect();
    words.join(", ")
}

fn line(control: &str, subject: &str, status: &str) -> String {
    format!("{} | {status}", known_as(control, subject))
}

/// What both sides call a subject. Of a clock that is its repository and its start: how its finding is called is held by
/// the list of clocks.
fn known_as(control: &str, subject: &str) -> String {
    let Some((item, since)) = subject.rsplit_once(" since ").filter(|_| control == "cicl-21.4") else {
        return subject.to_owned();
    };
    let repository = item.split(' ').next().unwrap_or_default();
    let since = since.split(' ').next().unwrap_or_default();
    format!("{repository} since {since}")
}

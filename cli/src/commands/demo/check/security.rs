//! Clocks of findings beside the truth.

use std::collections::{BTreeMap, BTreeSet};

use demo::truth::Truth;
use demo::truth::sla::Episode;
use domain::clock::{Window, format_timestamp};
use query::answer::Question;
use query::engine::Engine;

use super::{Compared, lines, or_dash, question, sets};

/// Every episode, over the whole time.
pub(super) async fn clocks(engine: &Engine, truth: &Truth) -> anyhow::Result<Compared> {
    let whole = Window {
        from: truth.from,
        to: truth.as_of,
    };
    compare(engine, truth, "security_clocks", whole, |_| true).await
}

/// Those that were not fixed in time and touch the default window.
pub(super) async fn breaches(engine: &Engine, truth: &Truth) -> anyhow::Result<Compared> {
    let (from, to) = super::window(truth, "security_sla_critical");
    let touches = |episode: &Episode| {
        let is_late = matches!(episode.state, "late" | "breached") && episode.due_at < to;
        is_late
            && episode
                .fixed_at
                .is_none_or(|fixed_at| from <= fixed_at || from <= episode.due_at)
    };
    compare(engine, truth, "sla_breaches", Window { from, to }, touches).await
}

async fn compare(
    engine: &Engine,
    truth: &Truth,
    list: &str,
    window: Window,
    is_listed: impl Fn(&Episode) -> bool,
) -> anyhow::Result<Compared> {
    let asked = Question {
        window: Some(window),
        ..question(truth.as_of)
    };
    let table = engine.list(list, &asked).await?;
    let expected = truth.repositories.iter().flat_map(|of| {
        let line = |episode: &Episode| format!("{} | {} | {}", of.repository, times(episode), place(&episode.item));
        let listed = of.episodes.iter().filter(|episode| is_listed(episode));
        listed.map(line).collect::<Vec<_>>()
    });
    let columns = [
        "repository",
        "severity",
        "started_at",
        "due_at",
        "fixed_at",
        "state",
        "is_continued",
        "tool",
        "item",
    ];
    let found = lines(&table, &columns).into_iter().map(|line| {
        let (head, item) = line.rsplit_once(" | ").unwrap_or((&line, ""));
        let (times, tool) = head.rsplit_once(" | ").unwrap_or((head, ""));
        // A CVE is one item over all tools; else the tool names it, too.
        let item = if item.starts_with("CVE-") {
            item.to_owned()
        } else {
            format!("{tool} {item}")
        };
        format!("{times} | {}", place(&item))
    });
    Ok(sets(numbered(expected), &numbered(found)))
}

fn times(episode: &Episode) -> String {
    format!(
        "{} | {} | {} | {} | {} | {}",
        episode.severity,
        format_timestamp(episode.started_at),
        format_timestamp(episode.due_at),
        or_dash(episode.fixed_at.map(format_timestamp)),
        episode.state,
        episode.is_continued,
    )
}

/// The item without its line: code moves before a scan sees it for the first time.
fn place(item: &str) -> &str {
    match item.rsplit_once(':') {
        Some((place, line)) if line.parse::<i64>().is_ok() => place,
        _ => item,
    }
}

/// Equal lines are counted, since a set would hold one of them.
pub(super) fn numbered(lines: impl Iterator<Item = String>) -> BTreeSet<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for line in lines {
        *counts.entry(line).or_default() += 1;
    }
    counts.into_iter().map(|(line, n)| format!("{line} × {n}")).collect()
}

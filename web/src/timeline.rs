//! Outages along a window of time: a line for each repository, as a page of states shows it.

use askama::Template;
use domain::clock::{Timestamp, Window};
use query::answer::Table;

use crate::chart::Size;
use crate::deadline::{as_f64, round, ticks};
use crate::format;
use crate::table::{Row, rows};

/// Outages of every repository.
#[derive(Debug, Template)]
#[template(path = "charts/timeline.svg")]
pub(crate) struct Timeline {
    id: String,
    title: String,
    description: String,
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    ticks: Vec<(f64, String)>,
    lines: Vec<Line>,
}

/// One repository.
#[derive(Debug)]
struct Line {
    name: String,
    /// Where the name stands, and from which side it is written.
    name_x: f64,
    name_y: f64,
    is_above: bool,
    y: f64,
    /// `met` where checks judged commits, `no-data` where none ever did.
    class: &'static str,
    spans: Vec<Span>,
}

/// One outage.
#[derive(Debug)]
struct Span {
    x: f64,
    width: f64,
    class: &'static str,
    is_open: bool,
    label: String,
}

/// An outage of a minute is seen, too.
const WIDTH_MIN: f64 = 4.0;

impl Timeline {
    /// Draws the outages of `branches` in `window`; null where there is no repository.
    pub(crate) fn new(branches: &Table, outages: &Table, window: Window, size: Size) -> Option<Self> {
        if branches.rows.is_empty() {
            return None;
        }
        let is_narrow = size.labels() < 6;
        let (left, right) = (if is_narrow { 4.0 } else { 196.0 }, size.width() - 12.0);
        let (top, step) = (8.0, if is_narrow { 44.0 } else { 30.0 });
        let whole = (window.to - window.from).as_seconds_f64().max(1.0);
        let x = |at: Timestamp| {
            let share = (at - window.from).as_seconds_f64() / whole;
            round(left + share.clamp(0.0, 1.0) * (right - left))
        };
        let mut sorted: Vec<Row<'_>> = rows(branches).collect();
        sorted.sort_by_key(|branch| branch.text("repository"));
        let line = |(index, branch): (usize, &Row<'_>)| {
            let repository = branch.text("repository");
            let y = top + step * as_f64(index) + if is_narrow { 20.0 } else { 5.0 };
            let spans = rows(outages).filter(|outage| outage.text("repository") == repository);
            Line {
                name: shortened(repository),
                name_x: if is_narrow { left } else { left - 12.0 },
                name_y: if is_narrow { y - 6.0 } else { y + 12.5 },
                is_above: is_narrow,
                y,
                class: if branch.text("state") == "unknown" {
                    "no-data"
                } else {
                    "met"
                },
                spans: spans.filter_map(|outage| span(outage, window, &x)).collect(),
            }
        };
        let lines: Vec<Line> = sorted.iter().enumerate().map(line).collect();
        let bottom = top + step * as_f64(lines.len());
        let n_breaches = rows(outages).filter(|outage| outage.is("is_breach")).count();
        Some(Self {
            id: format!("timeline-{}", size.name),
            title: format!("Outages of the default branches, {}", format::window(window)),
            description: format!(
                "{}; {n_breaches} took longer than the target.",
                format::counted(outages.rows.len(), "outage")
            ),
            width: size.width(),
            height: bottom + 28.0,
            left,
            right,
            top,
            bottom,
            ticks: ticks(window.from, window.to, size)
                .into_iter()
                .map(|at| (x(at), format::day(at)))
                .collect(),
            lines,
        })
    }
}

fn span(outage: Row<'_>, window: Window, x: &impl Fn(Timestamp) -> f64) -> Option<Span> {
    let opened_at = outage.time("opened_at")?;
    let closed_at = outage.time("closed_at");
    let (from, to) = (x(opened_at), x(closed_at.unwrap_or(window.to)));
    let class = match (outage.is("is_breach"), outage.is("is_rerun_alone")) {
        (_, true) => "rerun",
        (true, false) => "breach",
        (false, false) => "fixed",
    };
    let duration = outage.float("seconds").map(format::span).unwrap_or_default();
    let state = if closed_at.is_none() { "open for" } else { "red for" };
    Some(Span {
        x: from.min(to - WIDTH_MIN).max(0.0),
        width: round((to - from).max(WIDTH_MIN)),
        class: if closed_at.is_none() { "breach" } else { class },
        is_open: closed_at.is_none(),
        label: format!(
            "{}: {state} {duration}, {}",
            format::instant(opened_at),
            outage.text("checks")
        ),
    })
}

/// A name that fits beside its line; the whole of it stands in the table.
fn shortened(repository: &str) -> String {
    let name = repository.split_once('/').map_or(repository, |(_, name)| name);
    if name.chars().count() <= 24 {
        return name.to_owned();
    }
    name.chars().take(23).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{NARROW, WIDE};
    use crate::{sample_lists, samples};

    #[test]
    fn an_outage_is_seen_however_short_and_stays_within_the_chart() {
        let window = samples::asked().window;
        for size in [WIDE, NARROW] {
            let (branches, outages) = (sample_lists::main_branches(), sample_lists::outages());
            let chart = Timeline::new(&branches, &outages, window, size).unwrap();
            let spans: Vec<_> = chart.lines.iter().flat_map(|line| &line.spans).collect();
            assert_eq!(spans.len(), outages.rows.len());
            for span in spans {
                assert!(
                    span.width >= WIDTH_MIN && span.x + span.width <= chart.right + 0.2,
                    "{span:?}"
                );
            }
            let svg = chart.to_string();
            assert!(!svg.contains("<script") && !svg.contains("NaN"));
        }
    }

    #[test]
    fn a_branch_that_nobody_judged_is_not_drawn_as_green() {
        let (branches, outages) = (sample_lists::main_branches(), sample_lists::outages());
        let chart = Timeline::new(&branches, &outages, samples::asked().window, WIDE).unwrap();
        let classes: Vec<_> = chart.lines.iter().map(|line| line.class).collect();
        assert!(classes.contains(&"no-data") && classes.contains(&"met"), "{classes:?}");
    }
}

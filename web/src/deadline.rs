//! Clocks with a deadline: the elapsed share as a bar, the time left in words, and all of them around now as a chart.

use askama::Template;
use domain::clock::Timestamp;

use crate::chart::Size;
use crate::format::{self, Moment};

/// Share of a window in which a running clock still counts as far from its end.
const FAR: f64 = 0.75;

/// A clock as the lists give it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    pub(crate) started_at: Timestamp,
    pub(crate) due_at: Timestamp,
    /// When it stopped; null while it runs.
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) as_of: Timestamp,
    /// What its list says it is: its deadline has passed without an end, or before its end.
    pub(crate) is_missed: bool,
}

/// A clock as a page shows it.
#[derive(Debug, Clone)]
pub(crate) struct DeadlineView {
    /// Class of the stylesheet.
    pub(crate) class: &'static str,
    /// `3 d 4 h left`, `2 d overdue`.
    pub(crate) words: String,
    pub(crate) bar: String,
    pub(crate) started: Moment,
    pub(crate) due: Moment,
    pub(crate) ended: Option<Moment>,
}

impl DeadlineView {
    pub(crate) fn new(clock: Clock) -> Self {
        let now = clock.ended_at.unwrap_or(clock.as_of);
        let share = share(clock, now);
        let class = match (clock.is_missed, clock.ended_at) {
            (true, _) => "missed",
            (false, Some(_)) => "met",
            (false, None) if share > FAR => "undetermined",
            (false, None) => "running",
        };
        let apart = format::span(seconds(clock.due_at, now).abs());
        let words = match (clock.is_missed, clock.ended_at) {
            (true, None) => format!("{apart} overdue"),
            (true, Some(_)) => format!("{apart} late"),
            (false, Some(_)) => format!("{apart} to spare"),
            (false, None) => format!("{apart} left"),
        };
        Self {
            class,
            words,
            bar: DeadlineBar::new(share, class).to_string(),
            started: Moment(clock.started_at),
            due: Moment(clock.due_at),
            ended: clock.ended_at.map(Moment),
        }
    }
}

/// How much of the window has passed; over 1 past the deadline.
fn share(clock: Clock, now: Timestamp) -> f64 {
    let window = seconds(clock.due_at, clock.started_at);
    if window <= 0.0 {
        return 1.0;
    }
    (seconds(now, clock.started_at) / window).max(0.0)
}

fn seconds(later: Timestamp, earlier: Timestamp) -> f64 {
    (later - earlier).as_seconds_f64()
}

/// The elapsed share of a window, with what runs past its end.
#[derive(Debug, Template)]
#[template(path = "charts/deadline.svg")]
struct DeadlineBar {
    class: &'static str,
    elapsed: f64,
    due: f64,
    past: f64,
}

impl DeadlineBar {
    fn new(share: f64, class: &'static str) -> Self {
        // The bar is as long as the window, or, past the deadline, as all that has passed.
        let whole = share.max(1.0);
        let due = round(WIDTH / whole);
        Self {
            class,
            elapsed: round(WIDTH * share.min(1.0) / whole),
            due,
            past: round((WIDTH - due).max(0.0)),
        }
    }
}

const WIDTH: f64 = 160.0;

/// A clock on the chart of all of them.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub(crate) due_at: Timestamp,
    pub(crate) class: &'static str,
    /// What it is, for whoever points at it.
    pub(crate) label: String,
}

/// Running clocks by their deadline: what is overdue stands left of now, what is due stands right of it.
#[derive(Debug, Template)]
#[template(path = "charts/due.svg")]
pub(crate) struct DueChart {
    id: String,
    title: String,
    description: String,
    width: f64,
    height: f64,
    base: f64,
    now: f64,
    ticks: Vec<(f64, String)>,
    dots: Vec<Dot>,
    more: Vec<(f64, f64, usize)>,
}

#[derive(Debug)]
struct Dot {
    x: f64,
    y: f64,
    class: &'static str,
    label: String,
}

const MARGIN: f64 = 16.0;
const STEP: f64 = 16.0;
const LEVELS_MAX: usize = 10;

impl DueChart {
    /// Draws `dues` around `now`; null where none runs.
    pub(crate) fn new(title: &str, dues: &[Mark], now: Timestamp, size: Size) -> Option<Self> {
        let first = dues.iter().map(|due| due.due_at).min()?;
        let last = dues.iter().map(|due| due.due_at).max()?;
        // Now never stands at an edge, so that both sides are seen to be there.
        let span = seconds(last.max(now), first.min(now)).max(86_400.0);
        let from = first.min(now - chrono::TimeDelta::milliseconds(milliseconds(span * 0.08)));
        let to = last.max(now + chrono::TimeDelta::milliseconds(milliseconds(span * 0.08)));
        let (left, right) = (MARGIN, size.width() - MARGIN);
        let x = |at: Timestamp| round(left + seconds(at, from) / seconds(to, from) * (right - left));
        let mut columns: Vec<(f64, Vec<&Mark>)> = Vec::new();
        let mut sorted: Vec<&Mark> = dues.iter().collect();
        sorted.sort_by_key(|due| due.due_at);
        for due in sorted {
            let place = x(due.due_at);
            // A column is on one side of now.
            let is_same =
                |column: &(f64, Vec<&Mark>)| place - column.0 < STEP * 0.85 && (column.0 < x(now)) == (place < x(now));
            match columns.last_mut().filter(|column| is_same(column)) {
                Some(column) => column.1.push(due),
                None => columns.push((place, vec![due])),
            }
        }
        let n_levels = columns
            .iter()
            .map(|column| column.1.len())
            .max()
            .unwrap_or(1)
            .min(LEVELS_MAX);
        let base = 34.0 + STEP * as_f64(n_levels.max(3));
        let n_overdue = dues.iter().filter(|due| due.due_at < now).count();
        let mut dots = Vec::new();
        let mut more = Vec::new();
        for (place, column) in &columns {
            for (level, due) in column.iter().take(LEVELS_MAX).enumerate() {
                dots.push(Dot {
                    x: *place,
                    y: round(base - STEP * (as_f64(level) + 0.6)),
                    class: due.class,
                    label: due.label.clone(),
                });
            }
            if column.len() > LEVELS_MAX {
                let y = round(base - STEP * (as_f64(LEVELS_MAX) + 0.3));
                more.push((*place, y, column.len() - LEVELS_MAX));
            }
        }
        Some(Self {
            id: format!("due-{}", size.name),
            title: title.to_owned(),
            description: format!(
                "{n_overdue} of {} past their deadline, the last one due on {}.",
                dues.len(),
                format::day(last)
            ),
            width: size.width(),
            height: base + 30.0,
            base,
            now: x(now),
            ticks: ticks(from, to, size)
                .into_iter()
                .map(|at| (x(at), format::day(at)))
                .collect(),
            dots,
            more,
        })
    }
}

/// Midnights between two instants, as many as fit.
pub(crate) fn ticks(from: Timestamp, to: Timestamp, size: Size) -> Vec<Timestamp> {
    let days = (to - from).num_days().max(1);
    let fit = i64::try_from(size.labels()).unwrap_or(1).max(1);
    let every = [1, 2, 7, 14, 28, 91, 364]
        .into_iter()
        .find(|every| days / every <= fit)
        .unwrap_or(days / fit + 1);
    let first = from.date_naive() + chrono::Days::new(1);
    let midnights = (0..).map(|n| first + chrono::TimeDelta::days(n * every));
    midnights
        .map(|day| day.and_time(chrono::NaiveTime::MIN).and_utc())
        .take_while(|at| *at < to)
        .collect()
}

pub(crate) fn round(pixels: f64) -> f64 {
    (pixels * 10.0).round() / 10.0
}

#[expect(clippy::cast_precision_loss, reason = "numbers of dots on a chart")]
pub(crate) fn as_f64(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::cast_possible_truncation, reason = "margins of a chart")]
fn milliseconds(seconds: f64) -> i64 {
    (seconds * 1000.0) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{NARROW, WIDE};
    use crate::samples::{self, at};

    fn clock(due: &str, ended: Option<&str>, is_missed: bool) -> DeadlineView {
        DeadlineView::new(Clock {
            started_at: at("2026-11-10"),
            due_at: at(due),
            ended_at: ended.map(at),
            as_of: at("2026-11-24"),
            is_missed,
        })
    }

    #[test]
    fn a_clock_says_how_much_is_left() {
        for (view, words, class) in [
            (clock("2026-12-24", None, false), "30 d left", "running"),
            (clock("2026-11-25", None, false), "1 d left", "undetermined"),
            (clock("2026-11-24", None, false), "0 s left", "undetermined"),
            (clock("2026-11-23T20:00:00Z", None, true), "4 h overdue", "missed"),
            (
                clock("2026-11-20", Some("2026-11-19T12:00:00Z"), false),
                "12 h to spare",
                "met",
            ),
            (clock("2026-11-20", Some("2026-11-22"), true), "2 d late", "missed"),
        ] {
            assert_eq!(view.words.replace('\u{a0}', " "), words);
            assert_eq!(view.class, class, "{words}");
            assert!(!view.bar.contains("NaN") && !view.bar.contains("=\"-"), "{}", view.bar);
        }
    }

    #[test]
    fn a_bar_past_its_deadline_shows_how_far() {
        let bar = DeadlineBar::new(2.0, "missed");
        assert_eq!((bar.elapsed, bar.due, bar.past), (80.0, 80.0, 80.0));
        let bar = DeadlineBar::new(0.25, "running");
        assert_eq!((bar.elapsed, bar.due, bar.past), (40.0, 160.0, 0.0));
    }

    #[test]
    fn what_is_overdue_stands_left_of_now_and_labels_are_escaped() {
        let due = |text: &str, class| Mark {
            due_at: at(text),
            class,
            label: samples::HOSTILE.to_owned(),
        };
        let dues = [
            due("2026-11-23T23:59:00Z", "missed"),
            due("2026-11-24T00:01:00Z", "running"),
        ];
        for size in [WIDE, NARROW] {
            let chart = DueChart::new("Due", &dues, at("2026-11-24"), size).unwrap();
            assert!(chart.dots[0].x < chart.now && chart.now < chart.dots[1].x, "{chart:?}");
            let svg = chart.to_string();
            assert!(!svg.contains("<script") && !svg.contains("NaN"));
        }
        assert!(DueChart::new("Due", &[], at("2026-11-24"), WIDE).is_none());
    }
}

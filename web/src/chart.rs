//! SVG from numbers: geometry here, shapes in `templates/charts/`, colours in the stylesheet. Pure.

use askama::Template;

use crate::format::{self, Moment};

/// One period of a trend.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Point {
    /// The end of the period.
    pub(crate) at: Moment,
    /// The same as a day, for labels.
    pub(crate) day: String,
    /// Null: nothing to compute from, drawn as a gap.
    pub(crate) value: Option<f64>,
    pub(crate) interval: Option<(f64, f64)>,
    /// The value as the page writes it.
    pub(crate) text: String,
    /// The interval in words; empty without one.
    pub(crate) interval_text: String,
    /// Size of the population as the page writes it.
    pub(crate) n: String,
    /// Class and word of its verdict.
    pub(crate) verdict: crate::verdict::VerdictView,
    /// The data ends before the period does.
    pub(crate) is_partial: bool,
}

/// Everything that a trend shows.
#[derive(Debug, Clone)]
pub(crate) struct Trend {
    /// What is drawn, as the title for those who cannot see it.
    pub(crate) title: String,
    /// What is to be seen, in a sentence.
    pub(crate) description: String,
    pub(crate) points: Vec<Point>,
    pub(crate) unit: String,
    /// The limit with its words, as `target: under 2 %`.
    pub(crate) target: Option<(f64, String)>,
}

/// Width, height and how many labels fit below.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// Distinguishes ids where a page holds a chart at two sizes.
    pub(crate) name: &'static str,
    width: f64,
    height: f64,
    labels: usize,
}

impl Size {
    /// Its width.
    pub(crate) fn width(self) -> f64 {
        self.width
    }

    /// How many labels fit below.
    pub(crate) fn labels(self) -> usize {
        self.labels
    }
}

/// For a screen.
pub(crate) const WIDE: Size = Size {
    name: "wide",
    width: 960.0,
    height: 320.0,
    labels: 12,
};

/// For a telephone, whose text would otherwise shrink below reading.
pub(crate) const NARROW: Size = Size {
    name: "narrow",
    width: 340.0,
    height: 260.0,
    labels: 4,
};

const LEFT: f64 = 52.0;
const RIGHT: f64 = 68.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 34.0;

/// The line chart of a trend.
#[derive(Debug, Template)]
#[template(path = "charts/trend.svg")]
pub(crate) struct TrendChart<'a> {
    trend: &'a Trend,
    id: String,
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    bottom: f64,
    ticks: Vec<Tick>,
    labels: Vec<Tick>,
    target_y: Option<f64>,
    target_label_x: f64,
    bands: Vec<String>,
    whiskers: Vec<(f64, f64, f64)>,
    lines: Vec<String>,
    markers: Vec<Marker<'a>>,
    /// Where there is no data, and whether the word stands above: once for gaps side by side.
    gaps: Vec<(f64, bool)>,
    hatches: Vec<(f64, f64)>,
    top: f64,
}

/// A label on an axis.
#[derive(Debug, Clone, PartialEq)]
struct Tick {
    position: f64,
    text: String,
}

/// A point of the line.
#[derive(Debug)]
struct Marker<'a> {
    x: f64,
    y: f64,
    point: &'a Point,
    is_last: bool,
}

impl<'a> TrendChart<'a> {
    /// Draws `trend` at `size`.
    pub(crate) fn new(trend: &'a Trend, size: Size) -> Self {
        let (right, bottom) = (size.width - RIGHT, size.height - BOTTOM);
        let limit = trend.target.as_ref().map(|target| target.0);
        let highest = trend
            .points
            .iter()
            .flat_map(|point| [point.value, point.interval.map(|interval| interval.1)]);
        let highest = highest
            .flatten()
            .chain(limit.map(|limit| limit * 1.2))
            .filter(|value| value.is_finite());
        let (step, n_steps) = scale(highest.fold(0.0, f64::max), &trend.unit);
        let ceiling = step * f64::from(n_steps);
        let y = |value: f64| round(bottom - (value / ceiling).clamp(0.0, 1.0) * (bottom - TOP));
        let spacing = (right - LEFT) / as_f64(trend.points.len().max(1));
        let x = |index: usize| round(LEFT + spacing * (as_f64(index) + 0.5));

        let every = trend.points.len().div_ceil(size.labels).max(1);
        let is_labelled = |index: &usize| (trend.points.len() - 1 - index).is_multiple_of(every);
        let label = |index: usize| Tick {
            position: x(index),
            text: trend.points[index].day.clone(),
        };
        let last = trend.points.iter().rposition(|point| point.value.is_some());
        let marker = |(index, point): (usize, &'a Point)| {
            Some(Marker {
                x: x(index),
                y: y(point.value?),
                point,
                is_last: Some(index) == last,
            })
        };
        let (mut bands, mut whiskers, mut lines) = (vec![], vec![], vec![]);
        for run in runs(&trend.points) {
            let values = run
                .clone()
                .filter_map(|index| Some((x(index), y(trend.points[index].value?))));
            lines.push(path(values));
            let interval = |index: usize| Some((x(index), trend.points[index].interval?));
            let lows = run.clone().filter_map(interval).map(|(x, (low, _))| (x, y(low)));
            let highs = run
                .clone()
                .rev()
                .filter_map(interval)
                .map(|(x, (_, high))| (x, y(high)));
            if run.len() > 1 {
                bands.push(path(lows.chain(highs)));
            } else {
                whiskers.extend(lows.zip(highs).map(|(low, high)| (low.0, low.1, high.1)));
            }
        }
        let indexes = || trend.points.iter().enumerate();
        Self {
            trend,
            id: format!("trend-{}", size.name),
            width: size.width,
            height: size.height,
            left: LEFT,
            right,
            bottom,
            top: TOP,
            ticks: (0..=n_steps)
                .map(|index| {
                    let value = nine_digits(step * f64::from(index));
                    Tick {
                        position: y(value),
                        text: format::limit(value, &trend.unit),
                    }
                })
                .collect(),
            labels: (0..trend.points.len()).filter(is_labelled).map(label).collect(),
            target_y: limit.map(y),
            target_label_x: label_x(trend, limit, spacing, y),
            bands,
            whiskers,
            lines,
            markers: indexes().filter_map(marker).collect(),
            gaps: indexes()
                .filter(|(_, point)| point.value.is_none())
                .map(|(index, _)| (x(index), index == 0 || trend.points[index - 1].value.is_some()))
                .collect(),
            hatches: indexes()
                .filter(|(_, point)| point.is_partial)
                .map(|(index, _)| (round(x(index) - spacing / 2.0), round(spacing)))
                .collect(),
        }
    }
}

/// Width of the target's label, with air around it.
const TARGET_LABEL: f64 = 136.0;

/// Where the target's label, which stands just above its line, is farthest from the trend.
fn label_x(trend: &Trend, limit: Option<f64>, spacing: f64, y: impl Fn(f64) -> f64) -> f64 {
    let Some(limit) = limit else {
        return LEFT;
    };
    let middle = y(limit) - 12.0;
    let n_covered = (1..=trend.points.len())
        .find(|n| as_f64(*n) * spacing >= TARGET_LABEL)
        .unwrap_or(1);
    let room = |covered: &[Point]| {
        let distances = covered
            .iter()
            .filter_map(|point| point.value)
            .map(|value| (y(value) - middle).abs());
        distances.fold(f64::INFINITY, f64::min)
    };
    let windows = trend.points.windows(n_covered).map(room).enumerate();
    let best = windows.reduce(|best, next| if next.1 > best.1 { next } else { best });
    round(LEFT + 6.0 + spacing * as_f64(best.map_or(0, |best| best.0)))
}

/// A trend without words, for a card.
#[derive(Debug, Template)]
#[template(path = "charts/sparkline.svg")]
pub(crate) struct Sparkline {
    label: String,
    lines: Vec<String>,
    target_y: Option<f64>,
    last: Option<(f64, f64)>,
}

impl Sparkline {
    /// Draws `trend` 240 wide and 48 high.
    pub(crate) fn new(trend: &Trend) -> Self {
        let limit = trend.target.as_ref().map(|target| target.0);
        let values = trend.points.iter().filter_map(|point| point.value).chain(limit);
        let ceiling = values.fold(0.0, f64::max) * 1.1;
        let ceiling = if ceiling > 0.0 { ceiling } else { 1.0 };
        let y = |value: f64| round(44.0 - (value / ceiling).clamp(0.0, 1.0) * 40.0);
        let spacing = 228.0 / as_f64(trend.points.len().saturating_sub(1).max(1));
        let position = |index: usize| Some((round(6.0 + spacing * as_f64(index)), y(trend.points[index].value?)));
        let last = (0..trend.points.len()).rev().find_map(position);
        Self {
            label: format!("{}. {}", trend.title, trend.description),
            lines: runs(&trend.points)
                .into_iter()
                .map(|run| path(run.filter_map(position)))
                .collect(),
            target_y: limit.map(y),
            last,
        }
    }
}

/// An interval with its value and its target on a scale that the rows of a table share.
#[derive(Debug, Template)]
#[template(path = "charts/interval.svg")]
pub(crate) struct IntervalBar {
    interval: Option<(f64, f64)>,
    value: Option<f64>,
    target: Option<f64>,
    class: &'static str,
}

impl IntervalBar {
    /// Draws on a scale from 0 to `ceiling`.
    pub(crate) fn new(row: &query::answer::KpiRow, ceiling: f64) -> Self {
        let ceiling = if ceiling > 0.0 { ceiling } else { 1.0 };
        let x = |value: f64| round(6.0 + (value / ceiling).clamp(0.0, 1.0) * 148.0);
        Self {
            interval: row.low.zip(row.high).map(|(low, high)| (x(low), x(high))),
            value: row.value.map(x),
            target: row.target.map(|target| x(target.limit)),
            class: crate::verdict::view(row.verdict).class,
        }
    }
}

/// The top of a scale that every row's interval, value and target fit under.
pub(crate) fn ceiling(rows: &[query::answer::KpiRow]) -> f64 {
    let numbers = rows
        .iter()
        .flat_map(|row| [row.value, row.high, row.target.map(|target| target.limit)]);
    numbers
        .flatten()
        .filter(|number| number.is_finite())
        .fold(0.0, f64::max)
}

/// Spans of points without a gap between them.
fn runs(points: &[Point]) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for (index, point) in points.iter().enumerate() {
        match runs.last_mut() {
            _ if point.value.is_none() => {}
            Some(run) if run.end == index => run.end += 1,
            _ => runs.push(index..index + 1),
        }
    }
    runs
}

fn path(points: impl Iterator<Item = (f64, f64)>) -> String {
    points.map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" ")
}

/// Steps of a scale that people count in: 1, 2 or 5 of a power of ten, or of a clock where the unit is of time.
fn scale(highest: f64, unit: &str) -> (f64, u32) {
    let highest = if highest > 0.0 { highest } else { 1.0 };
    let clock = [
        1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 14_400.0, 43_200.0,
        86_400.0,
    ];
    let is_clock = matches!(unit, "seconds" | "minutes");
    let rough = highest / 4.0;
    let decade = 10_f64.powf(rough.log10().floor());
    let decimal = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|step| step * decade)
        .find(|step| *step >= rough);
    let step = clock
        .into_iter()
        .find(|step| is_clock && *step >= rough)
        .or(decimal)
        .unwrap_or(rough);
    let n_steps = (1..=8)
        .find(|n_steps| step * f64::from(*n_steps) >= highest)
        .unwrap_or(8);
    (step, n_steps)
}

fn round(pixels: f64) -> f64 {
    (pixels * 10.0).round() / 10.0
}

/// Takes away what binary fractions leave behind: 0.30000000000000004.
fn nine_digits(value: f64) -> f64 {
    (value * 1e9).round() / 1e9
}

#[expect(clippy::cast_precision_loss, reason = "numbers of points on a chart")]
fn as_f64(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::kpi::trend_of;
    use crate::samples;

    #[test]
    fn a_scale_has_round_steps_up_to_the_highest_value() {
        for (highest, unit, expected) in [
            (4.35, "percent", (2.0, 3)),
            (100.0, "percent", (50.0, 2)),
            (0.9, "percent", (0.5, 2)),
            (720.0, "seconds", (300.0, 3)),
            (0.0, "percent", (0.5, 2)),
        ] {
            let (step, n_steps) = scale(highest, unit);
            assert_eq!((nine_digits(step), n_steps), expected, "{highest} {unit}");
        }
    }

    #[test]
    fn a_gap_breaks_the_line_and_is_marked() {
        let trend = trend_of(&samples::trend());
        let chart = TrendChart::new(&trend, WIDE);
        assert_eq!((chart.lines.len(), chart.gaps.len(), chart.markers.len()), (2, 1, 11));
        let svg = chart.to_string();
        assert!(svg.contains("role=\"img\"") && svg.contains("<title id=") && svg.contains("<desc id="));
        assert!(!svg.contains("NaN") && !svg.contains("style="));
    }

    #[test]
    fn a_trend_without_points_is_drawn_empty() {
        let trend = trend_of(&[]);
        assert!(!TrendChart::new(&trend, NARROW).to_string().contains("NaN"));
        assert!(!Sparkline::new(&trend).to_string().contains("NaN"));
    }

    #[test]
    fn a_hostile_title_stays_text() {
        let mut trend = trend_of(&samples::trend());
        samples::HOSTILE.clone_into(&mut trend.title);
        for svg in [
            TrendChart::new(&trend, WIDE).to_string(),
            Sparkline::new(&trend).to_string(),
        ] {
            assert!(!svg.contains("<script"));
        }
    }
}

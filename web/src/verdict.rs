//! Verdicts in words, for people who read one line.

use std::fmt;

use askama::filters::HtmlSafe;
use domain::control::ControlStatus;
use domain::kpi::{Comparison, KpiVerdict, exclusion};
use query::answer::{KpiAnswer, KpiRow};
use query::prose::capitalized;

use crate::format;

/// A verdict as a page shows it: a word and a shape, the colour comes third.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct VerdictView {
    /// Class of the stylesheet, and name of the shape.
    pub(crate) class: &'static str,
    /// The word.
    pub(crate) word: &'static str,
}

impl fmt::Display for VerdictView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { class, word } = self;
        write!(f, "<span class=\"verdict {class}\">{}{word}</span>", shape(class))
    }
}

/// Classes and words are of the closed list below: nothing to escape.
impl HtmlSafe for VerdictView {}

/// A verdict's shape: each differs from the others without its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A disc with a tick.
    Met,
    /// A diamond with a cross.
    Missed,
    /// A triangle with an exclamation mark.
    Undetermined,
    /// A dashed ring.
    NoData,
}

/// The shape of a class.
pub(crate) fn shape(class: &str) -> Shape {
    match class {
        "met" => Shape::Met,
        "missed" => Shape::Missed,
        "undetermined" => Shape::Undetermined,
        _ => Shape::NoData,
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (class, drawing) = match self {
            Self::Met => (
                "met",
                r#"<circle class="fill" cx="10" cy="10" r="9"/><path class="stroke" d="M5.8 10.3l2.9 2.9 5.500-6"/>"#,
            ),
            Self::Missed => (
                "missed",
                r#"<path class="fill" d="M10 .5l9.500 9.500-9.500 9.500-9.500-9.500z"/><path class="stroke" d="M7.200 7.200l5.600 5.600M12.800 7.200l-5.600 5.600"/>"#,
            ),
            Self::Undetermined => (
                "undetermined",
                r#"<path class="fill" d="M10 1.200l9.300 16.800h-18.600z"/><path class="stroke" d="M10 7v5M10 14.800v.4"/>"#,
            ),
            Self::NoData => (
                "no-data",
                r#"<circle class="outline" cx="10" cy="10" r="8"/><path class="dash" d="M6.500 10h7"/>"#,
            ),
        };
        write!(
            f,
            r#"<svg class="shape {class}" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">{drawing}</svg>"#
        )
    }
}

/// Drawn by us: nothing to escape.
impl HtmlSafe for Shape {}

/// The word and the shape of `verdict`.
pub(crate) fn view(verdict: KpiVerdict) -> VerdictView {
    let (class, word) = match verdict {
        KpiVerdict::Met => ("met", "Met"),
        KpiVerdict::Missed => ("missed", "Missed"),
        KpiVerdict::Undetermined => ("undetermined", "Undetermined"),
        KpiVerdict::NoData => ("no-data", "No data"),
    };
    VerdictView { class, word }
}

/// The word and the shape of a control's status.
pub(crate) fn status(status: ControlStatus) -> VerdictView {
    let (class, word) = match status {
        ControlStatus::Pass => ("met", "Pass"),
        ControlStatus::Fail => ("missed", "Fail"),
        ControlStatus::Error => ("missed", "Error"),
        ControlStatus::NoEvidence => ("undetermined", "No evidence"),
        ControlStatus::Waived => ("undetermined", "Waived"),
        ControlStatus::NotApplicable => ("no-data", "No object"),
    };
    VerdictView { class, word }
}

/// The value in its unit, or a dash.
pub(crate) fn value(answer: &KpiAnswer, row: &KpiRow) -> String {
    let limit = row.target.map(|target| target.limit);
    match row.value {
        Some(value) => format::value(value, &answer.definition.unit, limit),
        None => "–".to_owned(),
    }
}

/// The target, as `under 2 %`.
pub(crate) fn target(answer: &KpiAnswer, row: &KpiRow) -> Option<String> {
    let target = row.target?;
    let limit = format::limit(target.limit, &answer.definition.unit);
    Some(match target.comparison {
        Comparison::Less => format!("under {limit}"),
        Comparison::LessOrEqual => format!("at most {limit}"),
        Comparison::GreaterOrEqual => format!("at least {limit}"),
    })
}

/// The interval in words, as `95 % interval 0.90 to 2.08 %, not separable from 2 %`.
pub(crate) fn interval(answer: &KpiAnswer, row: &KpiRow) -> Option<String> {
    let (low, high) = (row.low?, row.high?);
    let unit = &answer.definition.unit;
    let limit = row.target.map(|target| target.limit);
    let low = format::value(low, unit, limit);
    let low = low.strip_suffix("\u{a0}%").unwrap_or(&low);
    let span = format!("95\u{a0}% interval {low} to {}", format::value(high, unit, limit));
    let Some(target) = row.target else {
        return Some(span);
    };
    let limit = format::limit(target.limit, unit);
    Some(match row.separable {
        Some(true) => format!("{span}, clear of {limit}"),
        Some(false) => format!("{span}, not separable from {limit}"),
        None => span,
    })
}

/// The verdict in a sentence: `Flaky test rate is 1.37 %, under the 2 % that CI/CL-001 §21 allows.`
pub(crate) fn sentence(answer: &KpiAnswer, row: &KpiRow) -> String {
    let title = &answer.definition.title;
    let open = companion(row, "open_breaches");
    let Some(number) = row.value else {
        return match (row.verdict, open) {
            (KpiVerdict::Missed, Some(open)) => format!("{title} is missed: {}.", open_breaches(open)),
            _ => format!("{title}: {}.", nothing(row)),
        };
    };
    let value = value(answer, row);
    let Some(target) = row.target else {
        return format!("{title} is {value}; no target holds.");
    };
    let limit = format::limit(target.limit, &answer.definition.unit);
    let by = by(answer, row);
    let is_held = target.comparison.holds(number, target.limit);
    let compared = match (target.comparison, is_held) {
        (Comparison::Less, true) => format!("under the {limit} that {by} allows"),
        (Comparison::Less, false) => format!("not under the {limit} that {by} allows"),
        (Comparison::LessOrEqual, true) => format!("within the {limit} that {by} allows"),
        (Comparison::LessOrEqual, false) => format!("over the {limit} that {by} allows"),
        (Comparison::GreaterOrEqual, true) => format!("at or over the {limit} that {by} asks for"),
        (Comparison::GreaterOrEqual, false) => format!("short of the {limit} that {by} asks for"),
    };
    match (row.verdict, open) {
        (KpiVerdict::Missed, Some(open)) if is_held => {
            format!("{title} is {value}, {compared}, but {}.", open_breaches(open))
        }
        (KpiVerdict::Met | KpiVerdict::Missed, _) => format!("{title} is {value}, {compared}."),
        (KpiVerdict::Undetermined, _) if gaps(row).is_empty() => format!(
            "{title} is undetermined: {value} would be {compared}, but n = {} is too few to judge by.",
            format::count(row.n)
        ),
        (KpiVerdict::Undetermined, _) => {
            format!("{title} is undetermined: {value} would be {compared}, but evidence is missing.")
        }
        (KpiVerdict::NoData, _) => format!("{title}: {}.", nothing(row)),
    }
}

/// Why the verdict is not what the value alone would give; empty where it is, and where gaps say it.
pub(crate) fn note(row: &KpiRow) -> String {
    let is_held = row.value.zip(row.target);
    let is_held = is_held.is_some_and(|(value, target)| target.comparison.holds(value, target.limit));
    match (row.verdict, companion(row, "open_breaches")) {
        (KpiVerdict::Missed, Some(open)) if is_held || row.value.is_none() => capitalized(&open_breaches(open)),
        (KpiVerdict::Undetermined, _) if gaps(row).is_empty() => "Too few to judge by".to_owned(),
        (KpiVerdict::NoData, _) => capitalized(&nothing(row)),
        _ => String::new(),
    }
}

/// A companion that counts something; null where it counts none.
fn companion(row: &KpiRow, name: &str) -> Option<f64> {
    row.companions.get(name).copied().flatten().filter(|count| *count > 0.0)
}

fn open_breaches(count: f64) -> String {
    if count > 1.0 {
        format!("{count} are open for longer than that")
    } else {
        "one is open for longer than that".to_owned()
    }
}

/// Why there is no value, as far as the row tells.
fn nothing(row: &KpiRow) -> String {
    let reruns = row
        .excluded
        .iter()
        .find(|excluded| excluded.reason == "fixed_by_rerun_alone");
    let reruns = reruns.map_or(0, |excluded| excluded.n);
    if companion(row, "open_outages").is_some() {
        "an outage is open, and none was fixed in this window".to_owned()
    } else if reruns > 0 {
        format!(
            "nothing to judge, re-runs alone fixed all of n = {}",
            format::count(reruns)
        )
    } else if let Some(judged) = companion(row, "commits_judged") {
        format!("never red, {} commits judged", format::value(judged, "count", None))
    } else {
        "there is nothing to judge in this window".to_owned()
    }
}

/// The unit of a companion: its name tells it, else it is the KPI's.
pub(crate) fn companion_unit<'a>(name: &str, unit: &'a str) -> &'a str {
    let is_share = ["percent_", "share_", "rate_"]
        .into_iter()
        .any(|start| name.starts_with(start));
    let is_count = ["n_", "open_", "commits_"]
        .into_iter()
        .any(|start| name.starts_with(start));
    match (is_share, is_count) {
        (true, _) => "percent",
        (_, true) => "count",
        _ => unit,
    }
}

/// Who set the limit.
fn by(answer: &KpiAnswer, row: &KpiRow) -> String {
    let is_house = row.basis.as_deref().is_some_and(|basis| basis.contains("(house)"));
    match (is_house, answer.definition.spec.as_str()) {
        (true, _) | (false, "") => "the house policy".to_owned(),
        (false, spec) => spec.to_owned(),
    }
}

/// The singular: `span of time` of `spans of time`, `run attempt` of `run attempts`.
fn one_of(counts: &str) -> String {
    match counts.split_once("s of ") {
        Some((one, what)) => format!("{one} of {what}"),
        None => counts.strip_suffix('s').unwrap_or(counts).to_owned(),
    }
}

/// What is missing, in words: `3 test reports break off, 1 …`; empty without a gap.
pub(crate) fn gaps(row: &KpiRow) -> String {
    let gap = |excluded: &query::answer::Excluded| {
        let known = exclusion(&excluded.reason).filter(|known| known.is_gap)?;
        let n = format::count(excluded.n);
        let counts = match excluded.n {
            1 => one_of(known.counts),
            _ => known.counts.to_owned(),
        };
        let how = known.reason.rsplit('_').next().unwrap_or(known.reason);
        Some(format!("{n} {counts} {how}"))
    };
    row.excluded
        .iter()
        .filter(|excluded| excluded.n > 0)
        .filter_map(gap)
        .collect::<Vec<_>>()
        .join(", ")
}

/// What weighs more for a reader comes first: a miss, then what cannot be told, then what holds.
pub(crate) fn weight(verdict: KpiVerdict) -> u8 {
    match verdict {
        KpiVerdict::Missed => 0,
        KpiVerdict::Undetermined => 1,
        KpiVerdict::NoData => 2,
        KpiVerdict::Met => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_verdict_is_a_sentence() {
        for (answer, says) in [
            (
                samples::kpi_answer(),
                "Flaky test rate is 1.37 %, under the 2 % that CI/CL-001 §21 allows.",
            ),
            (
                samples::kpi_answer_with(Some(2.0), 9, KpiVerdict::Missed),
                "Flaky test rate is 2.00 %, not under the 2 % that CI/CL-001 §21 allows.",
            ),
            (
                samples::kpi_answer_with(Some(1.0), 9, KpiVerdict::Undetermined),
                "Flaky test rate is undetermined: 1.00 % would be under the 2 % that CI/CL-001 §21 allows, but evidence \
                 is missing.",
            ),
            (
                samples::kpi_answer_with(None, 0, KpiVerdict::NoData),
                "Flaky test rate: there is nothing to judge in this window.",
            ),
        ] {
            assert_eq!(sentence(&answer, &answer.rows[0]).replace('\u{a0}', " "), says);
        }
    }

    #[test]
    fn an_open_breach_and_a_thin_ground_are_said() {
        let mut answer = samples::kpi_answer_with(Some(1.0), 9, KpiVerdict::Missed);
        answer.rows[0].companions.insert("open_breaches".to_owned(), Some(1.0));
        let plain = |answer: &KpiAnswer| sentence(answer, &answer.rows[0]).replace('\u{a0}', " ");
        assert_eq!(
            plain(&answer),
            "Flaky test rate is 1.00 %, under the 2 % that CI/CL-001 §21 allows, but one is open for longer than that."
        );
        answer.rows[0].value = None;
        assert_eq!(
            plain(&answer),
            "Flaky test rate is missed: one is open for longer than that."
        );
        let mut answer = samples::kpi_answer_with(Some(3.0), 2, KpiVerdict::Undetermined);
        answer.rows[0].excluded.clear();
        assert_eq!(
            plain(&answer),
            "Flaky test rate is undetermined: 3.00 % would be not under the 2 % that CI/CL-001 §21 allows, but n = 2 \
             is too few to judge by."
        );
        let mut answer = samples::kpi_answer_with(None, 0, KpiVerdict::NoData);
        answer.rows[0]
            .companions
            .insert("commits_judged".to_owned(), Some(48.0));
        assert_eq!(plain(&answer), "Flaky test rate: never red, 48 commits judged.");
    }

    #[test]
    fn an_interval_says_whether_it_tells_the_value_from_the_target() {
        let answer = samples::kpi_answer();
        let text = interval(&answer, &answer.rows[0]).unwrap().replace('\u{a0}', " ");
        assert_eq!(text, "95 % interval 0.90 to 2.08 %, not separable from 2 %");
        let text = interval(&answer, &answer.rows[3]).unwrap().replace('\u{a0}', " ");
        assert_eq!(text, "95 % interval 0.00 to 0.70 %, clear of 2 %");
    }

    #[test]
    fn only_missing_evidence_is_a_gap() {
        let answer = samples::kpi_answer_with(Some(1.0), 9, KpiVerdict::Undetermined);
        assert_eq!(gaps(&answer.rows[0]), "3 test reports partial, 1 test report refused");
        assert_eq!(gaps(&samples::kpi_answer().rows[0]), "");
    }
}

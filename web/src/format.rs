//! Numbers, durations and instants as people read them. A value is never rounded onto or across its target.

use std::fmt;

use askama::filters::HtmlSafe;
use domain::clock::{Timestamp, Window, format_timestamp};

/// More digits tell nothing more of an `f64`.
const DECIMALS_MAX: usize = 12;

/// A value in the unit of its KPI, as `1.37 %` or `1 h 59 min`.
pub(crate) fn value(value: f64, unit: &str, limit: Option<f64>) -> String {
    if !value.is_finite() {
        return "unknown".to_owned();
    }
    let limit = limit.filter(|limit| limit.is_finite() && limit.total_cmp(&value).is_ne());
    let finest = if seconds_of(unit).is_some() { 5 } else { DECIMALS_MAX };
    let mut text = at_precision(value, unit, 0);
    for precision in 1..=finest {
        let tells_nothing = value != 0.0 && text == at_precision(0.0, unit, precision - 1);
        let hides_the_side = limit.is_some_and(|limit| text == at_precision(limit, unit, precision - 1));
        if !tells_nothing && !hides_the_side {
            break;
        }
        text = at_precision(value, unit, precision);
    }
    text
}

/// A limit or another round number: no digits that say nothing, as `2 %`.
pub(crate) fn limit(limit: f64, unit: &str) -> String {
    match seconds_of(unit) {
        Some(_) => value(limit, unit, None),
        None => with_unit(&grouped(&limit.to_string()), unit),
    }
}

fn at_precision(value: f64, unit: &str, precision: usize) -> String {
    match (seconds_of(unit), unit) {
        (Some(seconds), _) => duration(value * seconds, precision),
        (None, "count") => with_unit(&grouped(&format!("{value:.precision$}")), unit),
        (None, _) => with_unit(&grouped(&format!("{value:.*}", 2 + precision)), unit),
    }
}

fn with_unit(number: &str, unit: &str) -> String {
    match unit {
        "percent" => format!("{number}\u{a0}%"),
        "count" | "" => number.to_owned(),
        _ => format!("{number}\u{a0}{unit}"),
    }
}

fn seconds_of(unit: &str) -> Option<f64> {
    match unit {
        "milliseconds" => Some(0.001),
        "seconds" => Some(1.0),
        "minutes" => Some(60.0),
        "hours" => Some(3600.0),
        "days" => Some(86_400.0),
        _ => None,
    }
}

/// A duration in its largest parts: two of them, with more `precision` down to parts of a second.
fn duration(seconds: f64, precision: usize) -> String {
    let sign = if seconds < 0.0 { "−" } else { "" };
    let seconds = seconds.abs();
    let places = [(86_400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s")];
    let first = places.iter().position(|(size, _)| seconds >= *size).unwrap_or(3);
    let decimals = match seconds {
        _ if first < 3 => (first + 1 + precision).saturating_sub(3),
        _ if precision > 0 => 3 + precision,
        seconds if seconds < 1.0 => 3,
        seconds if seconds < 10.0 => 2,
        _ => 1,
    };
    let last = (first + 1 + precision).min(3);
    // Round once at the smallest part shown, so that no part overflows (never `59 min 60 s`).
    let smallest = places.get(last).map_or(1.0, |place| place.0) / 10_f64.powi(i32::try_from(decimals).unwrap_or(0));
    let rounded = (seconds / smallest).round() * smallest;
    if first > 0 && places.get(first - 1).is_some_and(|(larger, _)| rounded >= *larger) {
        return sign.to_owned() + &duration(rounded, precision);
    }
    let mut rest = rounded;
    let mut parts = Vec::new();
    for (size, name) in places.iter().take(last + 1).skip(first) {
        let part = if *name == "s" {
            let text = format!("{rest:.decimals$}");
            if text.contains('.') {
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            } else {
                text
            }
        } else {
            let whole = (rest / size + 1e-9).floor();
            rest = (rest - whole * size).max(0.0);
            format!("{whole:.0}")
        };
        if part != "0" {
            parts.push(format!("{part}\u{a0}{name}"));
        }
    }
    if parts.is_empty() {
        parts.push("0\u{a0}s".to_owned());
    }
    format!("{sign}{}", parts.join("\u{a0}"))
}

/// A duration in milliseconds.
pub(crate) fn milliseconds(duration_ms: i64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with few digits")]
    let seconds = duration_ms as f64 / 1000.0;
    duration(seconds, 0)
}

/// A count with its thousands apart.
pub(crate) fn count(count: i64) -> String {
    grouped(&count.to_string())
}

/// A count of a `u64`.
pub(crate) fn size(count: u64) -> String {
    grouped(&count.to_string())
}

/// A size of bytes in binary units.
pub(crate) fn bytes(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
    let mut size = bytes as f64;
    if size < 1024.0 {
        return format!("{bytes}\u{a0}B");
    }
    let mut unit = "KiB";
    size /= 1024.0;
    for next in ["MiB", "GiB", "TiB"] {
        if size < 1024.0 {
            break;
        }
        size /= 1024.0;
        unit = next;
    }
    format!("{size:.1}\u{a0}{unit}")
}

/// Sets the thousands of a decimal number apart by commas.
fn grouped(number: &str) -> String {
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("−", digits));
    let mut text = sign.to_owned();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// An instant to the minute, as `24 Nov 2026, 00:14 UTC`; the exact one stands in `<time datetime>`.
pub(crate) fn instant(instant: Timestamp) -> String {
    instant.format("%-d\u{a0}%b\u{a0}%Y, %H:%M\u{a0}UTC").to_string()
}

/// An instant for people and machines, as `<time datetime>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment(pub(crate) Timestamp);

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<time datetime=\"{}\">{}</time>", exact(self.0), instant(self.0))
    }
}

/// Digits, letters and punctuation of our own: nothing to escape.
impl HtmlSafe for Moment {}

/// An instant as machines read it.
pub(crate) fn exact(instant: Timestamp) -> String {
    format_timestamp(instant)
}

/// A day, as `24 Nov`.
pub(crate) fn day(instant: Timestamp) -> String {
    instant.format("%-d\u{a0}%b").to_string()
}

/// A half-open span, as `10 Nov 2026 to 24 Nov 2026, 00:00 UTC`.
pub(crate) fn window(window: Window) -> String {
    if window.from.time() == window.to.time() {
        let from = window.from.format("%-d\u{a0}%b\u{a0}%Y");
        return format!("{from} to {}", instant(window.to));
    }
    format!("{} to {}", instant(window.from), instant(window.to))
}

/// A name of a column, a parameter or a companion as words: `rate_without_quarantined`, `n_flaky`, `last_flaky_at`.
pub(crate) fn words(name: &str) -> String {
    let name = name
        .strip_prefix("n_")
        .or_else(|| name.strip_prefix("is_"))
        .unwrap_or(name);
    let name = match name {
        "seconds" => "duration",
        "days_left" | "hours_left" => "time_left",
        _ => name,
    };
    let name = ["_at", "_ms", "_seconds"]
        .into_iter()
        .find_map(|unit| name.strip_suffix(unit))
        .unwrap_or(name);
    let word = |word: &str| match word {
        "sha" => "SHA".to_owned(),
        "sha256" => "SHA-256".to_owned(),
        "ci" | "id" | "lcov" | "sarif" | "sbom" | "spdx" | "zip" => word.to_uppercase(),
        "github" => "GitHub".to_owned(),
        "jacoco" => "JaCoCo".to_owned(),
        "junit" => "JUnit".to_owned(),
        _ => word.to_owned(),
    };
    query::prose::capitalized(&name.split('_').map(word).collect::<Vec<_>>().join(" "))
}

/// A count with its noun: `1 outage`, `3 outages`.
pub(crate) fn counted(n: usize, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{}\u{a0}{noun}{plural}", size(n as u64))
}

/// How long something has been, or has left, of seconds.
pub(crate) fn span(seconds: f64) -> String {
    value(seconds, "seconds", None)
}

/// The start of a digest, enough to tell it from another.
pub(crate) fn short(digest: &str) -> String {
    digest.chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        text.replace('\u{a0}', " ")
    }

    #[test]
    fn a_value_is_never_rounded_onto_its_target() {
        for (number, unit, limit, shown) in [
            (1.3725, "percent", Some(2.0), "1.37 %"),
            (1.9999, "percent", Some(2.0), "1.9999 %"),
            (1.999_999, "percent", Some(2.0), "1.999999 %"),
            (2.0, "percent", Some(2.0), "2.00 %"),
            (2.004, "percent", Some(2.0), "2.004 %"),
            (1.999, "percent", None, "2.00 %"),
            (0.0, "percent", Some(2.0), "0.00 %"),
            (0.0004, "percent", Some(2.0), "0.0004 %"),
            (12_345.678, "percent", None, "12,345.68 %"),
            (719.9, "seconds", Some(720.0), "11 min 59.9 s"),
            (720.0, "seconds", Some(720.0), "12 min"),
            (702.0, "seconds", Some(720.0), "11 min 42 s"),
            (2.0001, "hours", Some(2.0), "2 h 0.4 s"),
            (1.5, "hours", Some(2.0), "1 h 30 min"),
            (13.25, "days", None, "13 d 6 h"),
            (59.99, "seconds", Some(60.0), "59.99 s"),
            (7.0, "count", None, "7"),
            (f64::NAN, "percent", None, "unknown"),
        ] {
            assert_eq!(plain(&value(number, unit, limit)), shown, "{number} {unit}");
        }
        assert_eq!(plain(&limit(2.0, "percent")), "2 %");
        assert_eq!(plain(&limit(0.5, "percent")), "0.5 %");
    }

    #[test]
    fn durations_and_sizes_are_read_at_a_glance() {
        for (duration_ms, shown) in [
            (0, "0 s"),
            (12, "0.012 s"),
            (1832, "1.83 s"),
            (42_300, "42.3 s"),
            (59_999, "1 min"),
            (61_000, "1 min 1 s"),
            (3_599_900, "1 h"),
            (90_061_000, "1 d 1 h"),
            (-1500, "−1.5 s"),
        ] {
            assert_eq!(plain(&milliseconds(duration_ms)), shown);
        }
        assert_eq!(count(-1_234_567), "−1,234,567");
        assert_eq!(plain(&bytes(1536)), "1.5 KiB");
        assert_eq!(plain(&bytes(7)), "7 B");
    }

    #[test]
    fn names_become_words() {
        assert_eq!(words("last_flaky_at"), "Last flaky");
        assert_eq!(words("source_sha256"), "Source SHA-256");
        assert_eq!(words("is_quarantined"), "Quarantined");
        assert_eq!(words("share_never_retried"), "Share never retried");
        assert_eq!(words("lag_seconds"), "Lag");
        assert_eq!(words("days_left"), "Time left");
        assert_eq!(words("github_job"), "GitHub job");
    }
}

//! The `created` filter of runs.

use chrono::{NaiveDate, TimeDelta};
use domain::clock::{Timestamp, parse_timestamp};

/// Instants between two bounds, both inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Created {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

/// The first and the last second that a text means: a day has many.
fn span(text: &str) -> Option<(Timestamp, Timestamp)> {
    // A plus sign that was not encoded arrives as a space.
    let text = text.trim().replace(' ', "+");
    let from = parse_timestamp(&text).ok()?;
    let length = if text.parse::<NaiveDate>().is_ok() { 86_399 } else { 0 };
    Some((from, from + TimeDelta::seconds(length)))
}

impl Created {
    /// Reads `a..b`, `>=a`, `>a`, `<=a`, `<a`, `a`; null where the text is none of them, which GitHub ignores.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let second = TimeDelta::seconds(1);
        let (from, to) = if let Some((low, high)) = text.split_once("..") {
            let bound = |text: &str| if text == "*" { Some(None) } else { span(text).map(Some) };
            (bound(low)?.map(|(from, _)| from), bound(high)?.map(|(_, to)| to))
        } else if let Some(text) = text.strip_prefix(">=") {
            (Some(span(text)?.0), None)
        } else if let Some(text) = text.strip_prefix('>') {
            (Some(span(text)?.1 + second), None)
        } else if let Some(text) = text.strip_prefix("<=") {
            (None, Some(span(text)?.1))
        } else if let Some(text) = text.strip_prefix('<') {
            (None, Some(span(text)?.0 - second))
        } else {
            let (from, to) = span(text)?;
            (Some(from), Some(to))
        };
        Some(Self { from, to })
    }

    /// Tells whether an instant, cut to seconds, is inside.
    pub(crate) fn holds(self, instant: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= instant) && self.to.is_none_or(|to| instant <= to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str, instant: &str) -> bool {
        Created::read(text).unwrap().holds(parse_timestamp(instant).unwrap())
    }

    #[test]
    fn bounds_are_inside_and_a_date_is_a_whole_day() {
        for (text, first, last) in [
            ("2026-01-02..2026-01-03", "2026-01-02T00:00:00Z", "2026-01-03T23:59:59Z"),
            (
                "2026-01-02T10:00:00Z..2026-01-02T11:00:00Z",
                "2026-01-02T10:00:00Z",
                "2026-01-02T11:00:00Z",
            ),
            ("2026-01-02", "2026-01-02T00:00:00Z", "2026-01-02T23:59:59Z"),
            (
                "2026-01-02T10:00:00-05:00",
                "2026-01-02T15:00:00Z",
                "2026-01-02T15:00:00Z",
            ),
        ] {
            let [first, last] = [first, last].map(|text| parse_timestamp(text).unwrap());
            let created = Created::read(text).unwrap();
            assert!(created.holds(first) && created.holds(last), "{text}");
            let second = TimeDelta::seconds(1);
            assert!(
                !created.holds(first - second) && !created.holds(last + second),
                "{text}"
            );
        }
    }

    #[test]
    fn comparisons_leave_the_named_day_in_or_out() {
        assert!(holds(">=2026-01-02", "2026-01-02T00:00:00Z"));
        assert!(!holds(">2026-01-02", "2026-01-02T23:59:59Z"));
        assert!(holds(">2026-01-02", "2026-01-03T00:00:00Z"));
        assert!(holds("<=2026-01-02", "2026-01-02T23:59:59Z"));
        assert!(!holds("<2026-01-02", "2026-01-02T00:00:00Z"));
        assert!(holds("*..2026-01-02", "2020-01-01T00:00:00Z"));
    }

    #[test]
    fn what_is_no_range_is_none() {
        for text in ["", "yesterday", "2026-13-01", "a..b", ">="] {
            assert_eq!(Created::read(text), None, "{text}");
        }
    }
}

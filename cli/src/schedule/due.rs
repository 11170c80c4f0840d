//! When a job is due: cron expressions by the local calendar of a zone.

use chrono::TimeDelta;
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds};
use domain::clock::Timestamp;

/// How far back a due time is looked for when none was ever taken, or the last one is older.
pub(crate) const LOOKBACK: TimeDelta = TimeDelta::days(32);

/// A cron expression in a zone.
///
/// Times that name an hour and a minute happen once a day: at the first instant after the gap on the night when they do
/// not exist, and the first time on the night when they exist twice. Those with `*` or steps follow the wall clock.
#[derive(Debug, Clone)]
pub(crate) struct Timetable {
    cron: Cron,
    pub(crate) zone: Tz,
    /// As written.
    pub(crate) expression: String,
}

/// A due time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) at: Timestamp,
    /// Earlier ones that nobody took.
    pub(crate) n_missed: u64,
}

impl Timetable {
    /// Reads five fields: minute, hour, day, month, weekday.
    pub(crate) fn parse(expression: &str, zone: Tz) -> Result<Self, String> {
        let parser = CronParser::builder().seconds(Seconds::Disallowed).build();
        let cron = parser.parse(expression).map_err(|error| error.to_string())?;
        Ok(Self {
            cron,
            zone,
            expression: expression.to_owned(),
        })
    }

    /// The first due time after `after`; null where there is none any more.
    pub(crate) fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let after = after.with_timezone(&self.zone);
        let next = self.cron.find_next_occurrence(&after, false).ok()?;
        (next > after).then(|| next.to_utc())
    }

    /// The newest due time up to `now` that lies after `last`, the newest one that was taken.
    pub(crate) fn due(&self, last: Option<Timestamp>, now: Timestamp) -> Option<Due> {
        let mut found: Option<Due> = None;
        let mut after = last.map_or(now - LOOKBACK, |last| last.max(now - LOOKBACK));
        while let Some(at) = self.next(after).filter(|at| *at <= now) {
            let n_missed = found.map_or(0, |due| due.n_missed + 1);
            found = Some(Due { at, n_missed });
            after = at;
        }
        // Before the first one nothing was promised.
        found.map(|due| Due {
            n_missed: if last.is_some() { due.n_missed } else { 0 },
            ..due
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::{America, Asia, UTC};
    use domain::clock::{format_timestamp, parse_timestamp};

    use super::*;

    fn at(text: &str) -> Timestamp {
        parse_timestamp(text).unwrap()
    }

    /// Every due time in a span.
    fn all(expression: &str, zone: Tz, from: &str, to: &str) -> Vec<String> {
        let timetable = Timetable::parse(expression, zone).unwrap();
        let mut found = vec![];
        let mut after = at(from);
        while let Some(next) = timetable.next(after).filter(|next| *next < at(to)) {
            found.push(format_timestamp(next));
            after = next;
        }
        found
    }

    #[test]
    fn a_night_that_has_no_two_o_clock_begins_at_three() {
        assert_eq!(
            all(
                "0 2 * * *",
                America::Toronto,
                "2026-03-07T12:00:00Z",
                "2026-03-10T00:00:00Z"
            ),
            ["2026-03-08T07:00:00Z", "2026-03-09T06:00:00Z"]
        );
    }

    #[test]
    fn a_time_that_exists_twice_is_due_once() {
        assert_eq!(
            all(
                "30 1 * * *",
                America::Toronto,
                "2026-10-31T12:00:00Z",
                "2026-11-03T00:00:00Z"
            ),
            ["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"]
        );
    }

    #[test]
    fn steps_follow_the_wall_clock_over_both_changes() {
        let n = |from, to| all("*/15 * * * *", America::Toronto, from, to).len();
        // 23 and 25 hours by the local calendar; the hour that comes twice counts once.
        assert_eq!(n("2026-03-08T04:59:00Z", "2026-03-09T04:00:00Z"), 92);
        assert_eq!(n("2026-11-01T03:59:00Z", "2026-11-02T05:00:00Z"), 96);
    }

    #[test]
    fn what_was_missed_is_made_up_for_once() {
        let timetable = Timetable::parse("0 * * * *", UTC).unwrap();
        let due = |last: Option<&str>, now| timetable.due(last.map(at), at(now));
        assert_eq!(due(Some("2026-11-10T09:00:00Z"), "2026-11-10T09:59:59.999Z"), None);
        let first = Due {
            at: at("2026-11-10T10:00:00Z"),
            n_missed: 0,
        };
        assert_eq!(due(Some("2026-11-10T09:00:00Z"), "2026-11-10T10:00:00Z"), Some(first));
        let late = Due {
            at: at("2026-11-10T14:00:00Z"),
            n_missed: 4,
        };
        assert_eq!(due(Some("2026-11-10T09:00:00Z"), "2026-11-10T14:30:00Z"), Some(late));
        let never = Due { n_missed: 0, ..late };
        assert_eq!(due(None, "2026-11-10T14:30:00Z"), Some(never));
    }

    #[test]
    fn one_tick_a_minute_for_a_year_misses_and_doubles_nothing() {
        for zone in [America::Toronto, Asia::Kolkata, UTC] {
            let timetable = Timetable::parse("0 2 * * *", zone).unwrap();
            let mut last = Some(at("2026-01-01T12:00:00Z"));
            let mut now = at("2026-01-01T12:00:00Z");
            let mut nights = std::collections::BTreeSet::new();
            while now < at("2027-01-01T12:00:00Z") {
                if let Some(due) = timetable.due(last, now) {
                    assert_eq!(due.n_missed, 0, "{now}");
                    assert!(nights.insert(due.at.with_timezone(&zone).date_naive()), "{now}");
                    last = Some(due.at);
                }
                now += TimeDelta::minutes(1);
            }
            assert_eq!(nights.len(), 365, "{zone}");
        }
    }

    #[test]
    fn an_expression_with_seconds_or_nonsense_is_refused() {
        for expression in ["0 0 2 * * *", "61 * * * *", "daily", ""] {
            assert!(Timetable::parse(expression, UTC).is_err(), "{expression}");
        }
    }
}

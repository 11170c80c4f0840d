//! Nights by the local calendar: the only zone arithmetic of the house.

use chrono::{MappedLocalTime, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;

use crate::clock::Timestamp;

/// When the night of `date` begins: `hour` o'clock in `zone` (CI/CL-001 §5: 02:00 in Toronto).
///
/// Where that hour does not exist, because clocks go forward in it, the next one that does; where it exists twice, the
/// first.
pub fn night(date: NaiveDate, hour: i64, zone: Tz) -> Timestamp {
    let wanted = date.and_time(NaiveTime::MIN) + TimeDelta::hours(hour);
    (0..4)
        .find_map(
            |later| match zone.from_local_datetime(&(wanted + TimeDelta::hours(later))) {
                MappedLocalTime::Single(instant) | MappedLocalTime::Ambiguous(instant, _) => {
                    Some(instant.with_timezone(&Utc))
                }
                MappedLocalTime::None => None,
            },
        )
        .unwrap_or_else(|| wanted.and_utc())
}

/// When the night of `date` begins in Toronto, by whose clocks CI/CL-001 §5 counts.
pub fn toronto_night(date: NaiveDate, hour: i64) -> Timestamp {
    night(date, hour, chrono_tz::America::Toronto)
}

/// Tells whether clocks skip `hour` o'clock on `date`.
pub fn is_hour_missing(date: NaiveDate, hour: i64, zone: Tz) -> bool {
    let wanted = date.and_time(NaiveTime::MIN) + TimeDelta::hours(hour);
    matches!(zone.from_local_datetime(&wanted), MappedLocalTime::None)
}

#[cfg(test)]
mod tests {
    use chrono_tz::America::Toronto;

    use super::*;
    use crate::clock::format_timestamp;

    #[test]
    fn nights_follow_the_local_calendar_over_both_changes_of_the_clock() {
        for (date, begins) in [
            ("2026-03-07", "2026-03-07T07:00:00Z"),
            ("2026-03-08", "2026-03-08T07:00:00Z"),
            ("2026-03-09", "2026-03-09T06:00:00Z"),
            ("2026-10-31", "2026-10-31T06:00:00Z"),
            ("2026-11-01", "2026-11-01T07:00:00Z"),
            ("2026-11-02", "2026-11-02T07:00:00Z"),
        ] {
            let date = date.parse().unwrap();
            assert_eq!(format_timestamp(night(date, 2, Toronto)), begins, "{date}");
        }
        assert!(is_hour_missing("2026-03-08".parse().unwrap(), 2, Toronto));
        assert!(!is_hour_missing("2026-11-01".parse().unwrap(), 2, Toronto));
    }
}

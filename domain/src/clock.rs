//! Time: the only place that reads the wall clock, and the window of an answer.

use chrono::{DateTime, SubsecRound, Utc};

/// An instant in UTC. Rows hold microseconds; nothing shorter survives the lake.
pub type Timestamp = DateTime<Utc>;

/// Tells what time it is. Everything that needs "now" takes one.
pub trait Clock: std::fmt::Debug + Send + Sync {
    /// Returns the present instant, cut to milliseconds.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn now(&self) -> Timestamp {
        Utc::now().trunc_subsecs(3)
    }
}

/// A clock that stands still, for tests and for recomputing what was issued.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// A half-open span of valid time, `from <= t < to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    /// First instant inside.
    pub from: Timestamp,
    /// First instant after.
    pub to: Timestamp,
}

/// Why a text is not an instant.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{text}` is not a time: write `2026-11-23T10:00:00Z`, `2026-11-23T10:00:00-05:00` or `2026-11-23`")]
pub struct InvalidTimestamp {
    text: String,
}

/// Reads RFC 3339, or a bare date as its midnight in UTC.
pub fn parse_timestamp(text: &str) -> Result<Timestamp, InvalidTimestamp> {
    let invalid = || InvalidTimestamp { text: text.to_owned() };
    if let Ok(date) = text.parse::<chrono::NaiveDate>() {
        return Ok(date.and_time(chrono::NaiveTime::MIN).and_utc());
    }
    let instant = DateTime::parse_from_rfc3339(text).map_err(|_| invalid())?;
    Ok(instant.with_timezone(&Utc).trunc_subsecs(6))
}

/// Writes an instant the way every page, file and log does: RFC 3339 in UTC, with a fraction only where there is one.
pub fn format_timestamp(instant: Timestamp) -> String {
    instant.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_in_any_offset_and_written_in_utc() {
        for (text, written) in [
            ("2026-11-23", "2026-11-23T00:00:00Z"),
            ("2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z"),
            ("2026-11-23T10:00:00.25-05:00", "2026-11-23T15:00:00.250Z"),
        ] {
            assert_eq!(format_timestamp(parse_timestamp(text).unwrap()), written);
        }
        for text in ["", "yesterday", "2026-11-23T10:00:00", "2026-13-01"] {
            assert!(parse_timestamp(text).is_err(), "{text}");
        }
    }
}

//! Reads `timestamp` in the shapes that producers write it.

use super::remarks::Remarks;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use domain::clock::Timestamp;

/// Reports of before JUnit, and Go's zero time `0001-01-01`, are clocks that were not set.
const YEARS: std::ops::RangeInclusive<i32> = 1998..=2199;

/// Reads an instant; none where the text is empty, or unreadable, which is counted.
pub(crate) fn read(text: &str, warnings: &mut Remarks) -> Option<Timestamp> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let sample = || format!("`{}`", text.chars().take(40).collect::<String>());
    let found = numeric(text).or_else(|| worded(text)).or_else(|| epoch(text));
    let Some((instant, has_zone)) = found.filter(|(instant, _)| YEARS.contains(&instant.year())) else {
        warnings.add("timestamp_unreadable", sample);
        return None;
    };
    if !has_zone {
        warnings.add("timestamp_without_zone", sample);
    }
    Some(instant)
}

/// Walks over ASCII text.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn digits(&mut self, n: usize) -> Option<u32> {
        let digits = self.0.get(..n)?;
        let value = digits.iter().try_fold(0, |value: u32, byte| {
            byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0'))
        })?;
        self.0 = &self.0[n..];
        Some(value)
    }

    fn take(&mut self, bytes: &[u8]) -> bool {
        let found = self.0.first().is_some_and(|first| bytes.contains(first));
        if found {
            self.0 = &self.0[1..];
        }
        found
    }

    fn skip_spaces(&mut self) {
        while self.take(b" ") {}
    }
}

/// Reads `2024-01-03T12:27:11.25+01:00` and its relatives: a space, `T ` or nothing between, no seconds, no zone.
fn numeric(text: &str) -> Option<(Timestamp, bool)> {
    let mut cursor = Cursor(text.as_bytes());
    let year = cursor.digits(4)?;
    let is_separated = cursor.take(b"-/.");
    let month = cursor.digits(2)?;
    if is_separated != cursor.take(b"-/.") {
        return None;
    }
    let day = cursor.digits(2)?;
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    let between = cursor.0.len();
    cursor.skip_spaces();
    let _ = cursor.take(b"Tt_");
    cursor.skip_spaces();
    if cursor.0.is_empty() {
        return Some((date.and_time(NaiveTime::MIN).and_utc(), false));
    }
    if between == cursor.0.len() {
        return zone(cursor, date.and_time(NaiveTime::MIN));
    }
    let hour = cursor.digits(2)?;
    let is_separated = cursor.take(b":");
    let minute = cursor.digits(2)?;
    let second = if is_separated && !cursor.take(b":") {
        0
    } else {
        cursor.digits(2)?
    };
    let mut microseconds = 0;
    if cursor.take(b".,:") {
        let n = cursor.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        for digit in 0..6 {
            microseconds = microseconds * 10 + cursor.0[..n].get(digit).map_or(0, |byte| u32::from(byte - b'0'));
        }
        cursor.0 = &cursor.0[n..];
    }
    // A leap second is the last moment of its minute for us.
    let time = NaiveTime::from_hms_micro_opt(hour, minute, second.min(59), microseconds)?;
    if second > 60 {
        return None;
    }
    zone(cursor, date.and_time(time))
}

fn zone(mut cursor: Cursor<'_>, local: NaiveDateTime) -> Option<(Timestamp, bool)> {
    cursor.skip_spaces();
    // Java writes `2024-01-03T12:27:11+01:00[Europe/Berlin]`.
    if let Some(at) = cursor.0.iter().position(|byte| *byte == b'[') {
        cursor.0 = &cursor.0[..at];
    }
    match cursor.0 {
        b"" => return Some((local.and_utc(), false)),
        b"Z" | b"z" | b"UTC" | b"GMT" | b"utc" | b"UT" => return Some((local.and_utc(), true)),
        _ => {}
    }
    let is_west = cursor.0.first() == Some(&b'-');
    if !cursor.take(b"+-") {
        return None;
    }
    let hours = cursor.digits(2)?;
    let _ = cursor.take(b":");
    let minutes = if cursor.0.is_empty() { 0 } else { cursor.digits(2)? };
    if !cursor.0.is_empty() || minutes > 59 {
        return None;
    }
    let seconds = i32::try_from(hours * 3_600 + minutes * 60).ok()?;
    let offset = FixedOffset::east_opt(if is_west { -seconds } else { seconds })?;
    let instant = local.and_local_timezone(offset).single()?;
    Some((instant.with_timezone(&Utc), true))
}

/// Reads the forms with names: HTTP's and mail's `Sat, 19 Dec 2020 10:10:10 GMT`, C's `Sat Dec 19 10:10:10 2020`.
fn worded(text: &str) -> Option<(Timestamp, bool)> {
    if let Ok(instant) = DateTime::parse_from_rfc2822(text) {
        return Some((instant.with_timezone(&Utc), true));
    }
    if let Ok(local) = NaiveDateTime::parse_from_str(text, "%a %b %e %H:%M:%S %Y") {
        return Some((local.and_utc(), false));
    }
    // Java's Date: `Sat Dec 19 10:10:10 UTC 2020`; other zone names are ambiguous.
    for pattern in ["%a %b %e %H:%M:%S UTC %Y", "%a %b %e %H:%M:%S GMT %Y"] {
        if let Ok(local) = NaiveDateTime::parse_from_str(text, pattern) {
            return Some((local.and_utc(), true));
        }
    }
    None
}

/// Reads seconds or milliseconds since 1970.
fn epoch(text: &str) -> Option<(Timestamp, bool)> {
    let instant = match text.len() {
        10 => DateTime::from_timestamp(text.parse().ok()?, 0),
        13 => DateTime::from_timestamp_millis(text.parse().ok()?),
        _ => None,
    };
    instant.map(|instant| (instant, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_read_in_every_shape_seen() {
        for (text, expected) in [
            ("2024-01-03T12:27:11Z", "2024-01-03T12:27:11Z"),
            ("2024-01-03T12:27:11", "2024-01-03T12:27:11Z no zone"),
            ("2024-01-03T 12:40:13", "2024-01-03T12:40:13Z no zone"),
            ("2024-01-03 12:27:54Z", "2024-01-03T12:27:54Z"),
            ("2024-01-03", "2024-01-03T00:00:00Z no zone"),
            ("2024-01-03T12:27:11.123456789+05:30", "2024-01-03T06:57:11.123456Z"),
            ("2024-01-03T12:27:11,5-0500", "2024-01-03T17:27:11.500Z"),
            ("2024-01-03T12:27:11+01", "2024-01-03T11:27:11Z"),
            ("2024-01-03T12:27:11+01:00[Europe/Berlin]", "2024-01-03T11:27:11Z"),
            ("2024-01-03 12:27:11 UTC", "2024-01-03T12:27:11Z"),
            ("2024-01-03T12:27:11 UTC", "2024-01-03T12:27:11Z"),
            ("2024-01-03T12:27", "2024-01-03T12:27:00Z no zone"),
            ("20240103 12:27:11.123", "2024-01-03T12:27:11.123Z no zone"),
            ("20240103T122711Z", "2024-01-03T12:27:11Z"),
            ("Sat, 19 Dec 2020 10:10:10 GMT", "2020-12-19T10:10:10Z"),
            ("Sat Dec 19 10:10:10 2020", "2020-12-19T10:10:10Z no zone"),
            ("Sat Dec 19 10:10:10 UTC 2020", "2020-12-19T10:10:10Z"),
            ("1608372610", "2020-12-19T10:10:10Z"),
            ("1608372610000", "2020-12-19T10:10:10Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
            ("0001-01-01T00:00:00Z", "unreadable"),
            ("{iso8601-timestamp}", "unreadable"),
            ("2024-13-03T12:27:11", "unreadable"),
            ("2024-01-03T12:27:11 CEST", "unreadable"),
            ("2024-01-03T25:27:11", "unreadable"),
            ("tomorrow", "unreadable"),
            ("é", "unreadable"),
            ("  ", "absent"),
        ] {
            let mut warnings = Remarks::default();
            let instant = read(text, &mut warnings).map(domain::clock::format_timestamp);
            let remark = warnings.warnings.iter().next().map(|(code, _)| code);
            let found = match (instant, remark) {
                (Some(instant), None) => instant,
                (Some(instant), Some(_)) => format!("{instant} no zone"),
                (None, Some("timestamp_unreadable")) => "unreadable".to_owned(),
                _ => "absent".to_owned(),
            };
            assert_eq!(found, expected, "{text}");
        }
    }
}

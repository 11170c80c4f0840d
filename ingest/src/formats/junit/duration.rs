//! Reads `time`: seconds, in the notations of many locales, as milliseconds.
use crate::xml::remarks::Remarks;

/// A test that takes longer than this was not measured but misread.
const MAX_MS: i64 = 10 * 366 * 24 * 3_600_000;

/// What the values of one file have told so far about its separators.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Separators {
    has_decimal_comma: bool,
    has_thousands_comma: bool,
    has_decimal_point: bool,
}

impl Separators {
    /// Reads a duration; none where it is absent, or unreadable, which is counted.
    pub(super) fn read(&mut self, text: &str, warnings: &mut Remarks) -> Option<i64> {
        if let Some(milliseconds) = plain(text.as_bytes()) {
            self.has_decimal_point |= text.len() > 1 && text.contains('.');
            if milliseconds <= MAX_MS {
                return Some(milliseconds);
            }
        }
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return None;
        }
        let read = self
            .unusual(trimmed)
            .filter(|milliseconds| (0..=MAX_MS).contains(milliseconds));
        if read.is_none() {
            warnings.add("time_unreadable", || {
                format!("`{}`", text.chars().take(40).collect::<String>())
            });
        }
        read
    }

    fn unusual(&mut self, text: &str) -> Option<i64> {
        let (number, milliseconds_per_unit) = split_unit(text)?;
        if number.contains(':') {
            return clock(number);
        }
        let number = self.with_point(number)?;
        let value: f64 = number.parse().ok()?;
        if !value.is_finite() || value < 0.0 {
            return None;
        }
        let milliseconds = value * milliseconds_per_unit;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "`as` saturates, and the caller bounds the value"
        )]
        Some((milliseconds + 0.5).floor() as i64)
    }

    /// Rewrites a number so that a point is its decimal separator and nothing else separates.
    fn with_point(&mut self, number: &str) -> Option<String> {
        let grouped = |c: char| matches!(c, ' ' | '\u{A0}' | '\u{202F}' | '\'' | '\u{2019}');
        let number = if number.contains(grouped) {
            let whole = number.split(['.', ',']).next().unwrap_or_default();
            if !is_grouped(whole, grouped) {
                return None;
            }
            number.replace(grouped, "")
        } else {
            number.to_owned()
        };
        let (last_comma, last_point) = (number.rfind(','), number.rfind('.'));
        match (last_comma, last_point) {
            (None, _) => Some(number),
            (Some(comma), Some(point)) if comma < point => {
                let whole = &number[..point];
                if !is_grouped(whole, |c| c == ',') {
                    return None;
                }
                self.has_thousands_comma = true;
                Some(number.replace(',', ""))
            }
            (Some(comma), Some(_)) => {
                if !is_grouped(&number[..comma], |c| c == '.') {
                    return None;
                }
                self.has_decimal_comma = true;
                Some(number.replace('.', "").replace(',', "."))
            }
            (Some(comma), None) => {
                let (whole, fraction) = (&number[..comma], &number[comma + 1..]);
                if whole.contains(',') {
                    self.has_thousands_comma = true;
                    return is_grouped(&number, |c| c == ',').then(|| number.replace(',', ""));
                }
                if !is_grouped(&number, |c| c == ',') || whole.starts_with('0') || fraction.len() != 3 {
                    self.has_decimal_comma = true;
                    return Some(number.replace(',', "."));
                }
                match (
                    self.has_decimal_comma,
                    self.has_thousands_comma || self.has_decimal_point,
                ) {
                    (true, false) => Some(number.replace(',', ".")),
                    (false, true) => Some(number.replace(',', "")),
                    // `1,234` alone: 1.234 s or 1,234 s. A thousandfold error is worse than a gap.
                    _ => None,
                }
            }
        }
    }
}

/// Reads digits with at most one point, which is what nearly all producers write, without floating point.
fn plain(text: &[u8]) -> Option<i64> {
    if text.is_empty() || text.len() > 18 {
        return None;
    }
    let mut whole: i64 = 0;
    let mut at = 0;
    while at < text.len() && text[at].is_ascii_digit() {
        whole = whole * 10 + i64::from(text[at] - b'0');
        at += 1;
    }
    if at == text.len() {
        return whole.checked_mul(1_000);
    }
    if text[at] != b'.' || text.len() == 1 {
        return None;
    }
    let fraction = &text[at + 1..];
    let mut thousandths = 0;
    for digit in 0..3 {
        thousandths = thousandths * 10 + fraction.get(digit).map_or(0, |byte| i64::from(byte.wrapping_sub(b'0')));
    }
    if !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let rounding = i64::from(fraction.get(3).is_some_and(|digit| *digit >= b'5'));
    whole.checked_mul(1_000)?.checked_add(thousandths + rounding)
}

/// Tells whether a whole number is written in groups of three.
fn is_grouped(whole: &str, separator: impl Fn(char) -> bool) -> bool {
    let mut groups = whole.split(separator);
    let first = groups.next().unwrap_or_default();
    let is_digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    (1..=3).contains(&first.len()) && is_digits(first) && groups.all(|group| group.len() == 3 && is_digits(group))
}

/// Parts a unit from its number; seconds where there is none.
fn split_unit(text: &str) -> Option<(&str, f64)> {
    let end = text.rfind(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','))? + 1;
    let (number, unit) = text.split_at(end);
    let milliseconds = match unit.trim() {
        "" | "s" | "sec" | "secs" | "second" | "seconds" => 1_000.0,
        "ms" | "msec" | "milliseconds" => 1.0,
        "us" | "µs" | "μs" => 0.001,
        "ns" => 0.000_001,
        _ => return None,
    };
    Some((number.trim_end(), milliseconds))
}

/// Reads `h:mm:ss` and `mm:ss`, with a fraction where there is one.
fn clock(text: &str) -> Option<i64> {
    let mut milliseconds: i64 = 0;
    let n_parts = text.split(':').count();
    if n_parts > 3 {
        return None;
    }
    for (index, part) in text.split(':').enumerate() {
        let value = plain(part.as_bytes())?;
        let is_last = index + 1 == n_parts;
        if (!is_last && part.contains('.')) || (index > 0 && value >= 60_000) {
            return None;
        }
        milliseconds = milliseconds.checked_mul(60)?.checked_add(value)?;
    }
    Some(milliseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_read_as_its_producer_meant_it() {
        for (values, expected) in [
            ("0", "0"),
            ("0.0005 0.0004 1.2345 2.", "1 0 1235 2000"),
            (".5 5", "500 5000"),
            ("2,120.532 1,024.12 1,234,567.5", "2120532 1024120 1234567500"),
            ("0,160 0,03 1,5", "160 30 1500"),
            ("1,234", "-"),
            ("0,03 1,234", "30 1234"),
            ("2,120.532 1,234", "2120532 1234000"),
            ("0.5 1,234", "500 1234000"),
            ("0,03 2,120.532 1,234", "30 2120532 -"),
            ("1.024,12", "1024120"),
            ("1234,567", "1234567"),
            ("4.50611114501953e-05 1E3 1.5e1", "0 1000000 15000"),
            ("-345345 -0.001 NaN inf <<computed>> {duration} abc", "- - - - - - -"),
            ("1.5s 120ms 3_sec 5min", "1500 120 3000 -"),
            ("00:00:01.234 1:02:03 01:75", "1234 3723000 -"),
            ("999999999999 99999999999999999999", "- -"),
            ("1'024.5 1\u{A0}024,5", "1024500 1024500"),
        ] {
            let mut separators = Separators::default();
            let mut warnings = Remarks::default();
            let read: Vec<_> = values
                .split(' ')
                .map(|value| separators.read(&value.replace('_', " "), &mut warnings))
                .map(|read| read.map_or("-".to_owned(), |milliseconds| milliseconds.to_string()))
                .collect();
            assert_eq!(read.join(" "), expected, "{values}");
            let n_lost = read.iter().filter(|value| *value == "-").count();
            assert_eq!(warnings.warnings.total(), i64::try_from(n_lost).unwrap(), "{values}");
        }
        let mut warnings = Remarks::default();
        assert_eq!(Separators::default().read(" ", &mut warnings), None);
        assert_eq!(warnings.warnings.total(), 0, "an empty time is an absent one");
    }
}

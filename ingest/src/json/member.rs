//! Members of values that may be of any type: what is not as the format says is absent, never an error.

use serde_json::Value;

/// What stands in place of a text that was taken out.
pub(crate) const MARK: &str = "[redacted secret]";

/// The text at a path, if it is one, not empty, and was not taken out.
pub(crate) fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer)?.as_str().filter(|text| is_text(text))
}

/// Neither empty nor a mark of what was taken out.
pub(crate) fn is_text(text: &str) -> bool {
    !text.is_empty() && text != MARK
}

/// The same, of one's own.
pub(crate) fn owned(value: &Value, pointer: &str) -> Option<String> {
    text(value, pointer).map(str::to_owned)
}

/// A text or a number as text: scores are written as both.
pub(crate) fn scalar(value: &Value, pointer: &str) -> Option<String> {
    match value.pointer(pointer)? {
        Value::String(text) if is_text(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An integer of at least `min`; SARIF writes -1 for what is absent.
pub(crate) fn integer(value: &Value, pointer: &str, min: i64) -> Option<i64> {
    let value = value.pointer(pointer)?;
    #[expect(clippy::cast_possible_truncation, reason = "the bounds are checked in the same line")]
    let number = value.as_i64().or_else(|| {
        let float = value.as_f64()?;
        (float.fract() == 0.0 && float.abs() < 9e15).then_some(float as i64)
    });
    number.filter(|number| *number >= min)
}

/// An index from 0.
pub(crate) fn index(value: &Value, pointer: &str) -> Option<usize> {
    integer(value, pointer, 0).and_then(|index| usize::try_from(index).ok())
}

/// Elements of an array; none where it is none.
pub(crate) fn elements<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The first characters of a text.
pub(crate) fn cut(text: &str, n: usize) -> String {
    text.chars().take(n).collect()
}

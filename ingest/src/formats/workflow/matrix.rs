//! The combinations of a matrix, as far as the file decides them.
//!
//! As GitHub does it: the product of the vectors, without what `exclude` matches in part, and then `include`, entry by
//! entry, into every combination whose own values it does not change, or as one more.

use std::collections::{BTreeMap, BTreeSet};

use super::reader::Found;
use crate::repository_file::text::{MAX_TEXT, cut, is_secret_name};
use crate::yaml::document::shown;
use crate::yaml::value::{Scalar, Value, push_text};

/// Combinations that are written out; GitHub takes 256.
const MAX_LEGS: usize = 256;

/// A matrix is expanded up to this many bytes of JSON.
const MAX_LENGTH: usize = 32 * 1024;

/// Names of vectors that hold versions of Python.
const PYTHON: &[&str] = &[
    "py",
    "python",
    "python-version",
    "python_version",
    "pythonversion",
    "pyver",
];

/// One combination: names and values.
type Leg<'d> = BTreeMap<&'d str, Value<'d>>;

/// The combinations of a job.
#[derive(Debug)]
pub(super) enum Legs<'d> {
    /// There is no matrix.
    One,
    /// An expression decides.
    Unknown,
    /// So many that they are not written out, and nothing but their number is known.
    Many(i64),
    /// These.
    Known(Vec<Leg<'d>>),
}

/// Expands what `strategy.matrix` declares.
pub(super) fn expand<'d>(matrix: Value<'d>, found: &mut Found) -> Legs<'d> {
    if !matrix.is_mapping() {
        if !is_expression(matrix) {
            found.warn("matrix_unreadable", || format!("line {}", matrix.line()));
        }
        return Legs::Unknown;
    }
    // Written out, aliases could be longer than any memory; below this everything can be compared with everything.
    if matrix.json(MAX_LENGTH, |_| false).is_none() {
        found.warn("matrix_too_long", || format!("line {}", matrix.line()));
        return Legs::Unknown;
    }
    let list_of = |name: &str| match matrix.get(name) {
        None => Some(Vec::new()),
        Some(list) if list.is_sequence() && list.elements().all(Value::is_mapping) => {
            Some(list.elements().collect::<Vec<_>>())
        }
        Some(_) => None,
    };
    let (Some(exclude), Some(include)) = (list_of("exclude"), list_of("include")) else {
        return Legs::Unknown;
    };
    let mut vectors = Vec::new();
    let mut n: usize = 1;
    for (name, vector) in matrix.members() {
        if matches!(name, "include" | "exclude") {
            continue;
        }
        if !vector.is_sequence() {
            if !is_expression(vector) {
                found.warn("matrix_unreadable", || {
                    format!("`{}`, line {}", shown(name), vector.line())
                });
            }
            return Legs::Unknown;
        }
        n = n.saturating_mul(vector.elements().count());
        vectors.push((name, vector));
    }
    if n > MAX_LEGS || include.len() > MAX_LEGS || exclude.len() > MAX_LEGS {
        found.warn("matrix_too_wide", || format!("line {}", matrix.line()));
        let is_plain = include.is_empty() && exclude.is_empty();
        return if is_plain {
            Legs::Many(i64::try_from(n).unwrap_or(i64::MAX))
        } else {
            Legs::Unknown
        };
    }
    let mut excluded = Vec::new();
    for entry in exclude {
        // What GitHub refuses excludes nothing.
        match entry
            .members()
            .find(|(name, _)| !vectors.iter().any(|(vector, _)| vector == name))
        {
            Some((name, _)) => {
                found.warn("exclude_of_no_vector", || {
                    format!("`{}`, line {}", shown(name), entry.line())
                });
            }
            None => excluded.push(entry),
        }
    }
    if !excluded.is_empty()
        && vectors
            .iter()
            .any(|(_, vector)| vector.elements().any(holds_expression))
    {
        return Legs::Unknown;
    }
    let mut legs: Vec<Leg<'d>> = if vectors.is_empty() {
        Vec::new()
    } else {
        vec![Leg::new()]
    };
    for (name, vector) in &vectors {
        let longer = legs.iter().flat_map(|leg| {
            vector.elements().map(move |value| {
                let mut leg = leg.clone();
                leg.insert(name, value);
                leg
            })
        });
        legs = longer.collect();
    }
    legs.retain(|leg| {
        let is_excluded = |entry: &Value<'d>| {
            let mut members = entry.members();
            members.all(|(name, value)| leg.get(name).is_some_and(|held| matches(*held, value)))
        };
        !excluded.iter().any(is_excluded)
    });
    let n_own = legs.len();
    for entry in include {
        let is_own = |name: &str| vectors.iter().any(|(vector, _)| *vector == name);
        let mut is_new = true;
        for leg in legs.iter_mut().take(n_own) {
            let mut own = entry.members().filter(|(name, _)| is_own(name));
            if own.all(|(name, value)| leg.get(name).is_some_and(|held| is_equal(*held, value))) {
                leg.extend(entry.members().filter(|(name, _)| !is_own(name)));
                is_new = false;
            }
        }
        if is_new {
            legs.push(entry.members().collect());
        }
    }
    Legs::Known(legs)
}

impl Legs<'_> {
    /// Their number, where it is known.
    pub(super) fn n(&self) -> Option<i64> {
        match self {
            Self::One => Some(1),
            Self::Unknown => None,
            Self::Many(n) => Some(*n),
            Self::Known(legs) => i64::try_from(legs.len()).ok(),
        }
    }

    /// As JSON; nothing where they are not known or it would be longer than `limit` bytes.
    pub(super) fn json(&self, limit: usize) -> Option<String> {
        let Self::Known(legs) = self else { return None };
        let mut json = "[".to_owned();
        for (n, leg) in legs.iter().enumerate() {
            json.push_str(if n == 0 { "{" } else { ",{" });
            for (n, (name, value)) in leg.iter().enumerate() {
                if n > 0 {
                    json.push(',');
                }
                push_text(&mut json, name);
                json.push(':');
                json.push_str(&value.json(limit, is_secret_name)?);
                if json.len() > limit {
                    return None;
                }
            }
            json.push('}');
        }
        json.push(']');
        (json.len() <= limit).then_some(json)
    }

    /// Versions of Python among them, sorted as text.
    pub(super) fn python_versions(&self) -> Option<String> {
        let Self::Known(legs) = self else { return None };
        let cells = legs.iter().flatten();
        let cells = cells.filter(|(name, _)| PYTHON.contains(&name.to_ascii_lowercase().as_str()));
        let versions: BTreeSet<String> = cells.filter_map(|(_, value)| value.text()).collect();
        let versions: Vec<_> = versions.into_iter().collect();
        (!versions.is_empty()).then(|| cut(&versions.join(","), MAX_TEXT))
    }
}

fn is_expression(value: Value<'_>) -> bool {
    matches!(value.scalar(), Some(Scalar::Text(text)) if text.contains("${{"))
}

/// Whether an expression stands in a scalar, or among what a container holds at once.
fn holds_expression(value: Value<'_>) -> bool {
    // What is too long to be looked through may hold one.
    value.json(4 * 1024, |_| false).is_none_or(|json| json.contains("${{"))
}

/// Whether a value is what a filter asks for: the members that the filter names, the elements in their places, and
/// texts whatever their case.
fn matches(value: Value<'_>, filter: Value<'_>) -> bool {
    if filter.is_mapping() {
        let mut members = filter.members();
        return value.is_mapping()
            && members.all(|(name, filter)| value.get(name).is_some_and(|value| matches(value, filter)));
    }
    if filter.is_sequence() {
        return value.is_sequence()
            && value.elements().count() == filter.elements().count()
            && value
                .elements()
                .zip(filter.elements())
                .all(|(value, filter)| matches(value, filter));
    }
    !value.is_mapping() && !value.is_sequence() && is_equal_text(value, filter)
}

fn is_equal(value: Value<'_>, other: Value<'_>) -> bool {
    matches(value, other) && matches(other, value)
}

fn is_equal_text(value: Value<'_>, other: Value<'_>) -> bool {
    let (value, other) = (value.text().unwrap_or_default(), other.text().unwrap_or_default());
    value.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests {
    use domain::source::Warnings;

    use super::*;
    use crate::yaml::document::Document;

    fn legs(text: &str) -> (Option<i64>, Option<String>, Vec<&'static str>) {
        let document = Document::read(text);
        let mut found = Found::new(Warnings::default());
        let legs = expand(document.root().unwrap(), &mut found);
        (legs.n(), legs.json(1 << 14), found.codes())
    }

    #[test]
    fn a_matrix_is_expanded_as_github_does_it() {
        for (text, n, json) in [
            ("a: [1, 2]", Some(2), Some(r#"[{"a":1},{"a":2}]"#)),
            (
                "{a: [1, 2], b: [x, y]}",
                Some(4),
                Some(r#"[{"a":1,"b":"x"},{"a":1,"b":"y"},{"a":2,"b":"x"},{"a":2,"b":"y"}]"#),
            ),
            (
                "{a: [1, 2], b: [x, y], exclude: [{a: 1}, {a: 2, b: X}]}",
                Some(1),
                Some(r#"[{"a":2,"b":"y"}]"#),
            ),
            ("{a: [1], include: [{b: 2}]}", Some(1), Some(r#"[{"a":1,"b":2}]"#)),
            (
                "{a: [1], include: [{a: 1, b: 2}, {a: 3}]}",
                Some(2),
                Some(r#"[{"a":1,"b":2},{"a":3}]"#),
            ),
            // The example of GitHub's manual.
            (
                "{fruit: [apple, pear], animal: [cat, dog], include: [{color: green}, {color: pink, animal: cat}, \
                 {fruit: apple, shape: circle}, {fruit: banana}, {fruit: banana, animal: cat}]}",
                Some(6),
                Some(concat!(
                    r#"[{"animal":"cat","color":"pink","fruit":"apple","shape":"circle"},"#,
                    r#"{"animal":"dog","color":"green","fruit":"apple","shape":"circle"},"#,
                    r#"{"animal":"cat","color":"pink","fruit":"pear"},{"animal":"dog","color":"green","fruit":"pear"},"#,
                    r#"{"fruit":"banana"},{"animal":"cat","fruit":"banana"}]"#
                )),
            ),
            ("include: [{a: 1}, {a: 2}]", Some(2), Some(r#"[{"a":1},{"a":2}]"#)),
            ("{a: [1], exclude: [{a: 1}]}", Some(0), Some("[]")),
            (
                "{a: [{r: x, s: 1}, {r: y}], exclude: [{a: {r: x}}]}",
                Some(1),
                Some(r#"[{"a":{"r":"y"}}]"#),
            ),
            ("'${{ fromJSON(x) }}'", None, None),
            ("{a: '${{ fromJSON(x) }}'}", None, None),
            ("{a: ['${{ x }}', 2]}", Some(2), Some(r#"[{"a":"${{ x }}"},{"a":2}]"#)),
            ("{a: ['${{ x }}', 2], exclude: [{a: 2}]}", None, None),
            ("{a: [1], include: '${{ x }}'}", None, None),
        ] {
            assert_eq!(legs(text), (n, json.map(str::to_owned), vec![]), "{text}");
        }
    }

    #[test]
    fn what_github_refuses_is_counted() {
        let wide = format!("{{a: {0}, b: {0}}}", format_args!("[{}]", ["1"; 17].join(", ")));
        for (text, n, code) in [
            ("{a: [1], exclude: [{b: 1}]}", Some(1), "exclude_of_no_vector"),
            ("{a: 1}", None, "matrix_unreadable"),
            ("[1]", None, "matrix_unreadable"),
            (wide.as_str(), Some(289), "matrix_too_wide"),
        ] {
            let (found, _, codes) = legs(text);
            assert_eq!((found, codes), (n, vec![code]), "{text}");
        }
    }
}

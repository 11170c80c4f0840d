//! Provenance in GUAC's own form: an artifact, and the predicate as pairs of a path and a text.

use domain::attestation::Subject;
use serde_json::{Map, Value};

use super::statement::subject_of_image;

/// Names in a path.
const MAX_PATH: usize = 16;

/// The predicate of an element of `hasSlsa`, and the artifact that it is about.
pub(crate) fn provenance(element: &Value) -> Option<(Value, Option<Subject>)> {
    let either = |names: [&str; 2]| names.iter().find_map(|name| element.get(name));
    let slsa = either(["HasSlsa", "slsa"])?;
    let artifact = either(["Artifact", "subject"]);
    let text = |name: &str| artifact.and_then(|artifact| artifact.get(name)).and_then(Value::as_str);
    let subject = match (text("algorithm"), text("digest")) {
        (Some(algorithm), Some(digits)) => subject_of_image(None, &format!("{algorithm}:{digits}")),
        _ => None,
    };
    let mut members = Map::new();
    for pair in slsa
        .get("slsaPredicate")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        if let (Some(key), Some(value)) = (pair.get("key").and_then(Value::as_str), pair.get("value")) {
            place(&mut members, key.strip_prefix("slsa.").unwrap_or(key), value);
        }
    }
    let mut predicate = Value::Object(members);
    listed(&mut predicate);
    Some((predicate, subject))
}

/// Puts a text where a path with dots says.
fn place(into: &mut Map<String, Value>, path: &str, value: &Value) {
    match path.split_once('.') {
        Some((first, rest)) if path.split('.').count() <= MAX_PATH => {
            let below = into.entry(first).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(below) = below {
                place(below, rest, value);
            }
        }
        _ => {
            into.insert(path.to_owned(), value.clone());
        }
    }
}

/// Makes lists of objects whose keys are positions, as far down as paths go.
fn listed(value: &mut Value) {
    let Value::Object(members) = value else { return };
    members.values_mut().for_each(listed);
    let positions = members.keys().map(|key| key.parse::<u32>());
    let Ok(mut positions) = positions.collect::<Result<Vec<_>, _>>() else {
        return;
    };
    if positions.is_empty() {
        return;
    }
    positions.sort_unstable();
    let elements = positions
        .iter()
        .filter_map(|position| members.remove(&position.to_string()));
    *value = Value::Array(elements.collect());
}

//! Tells from its first bytes whether a file in JSON holds statements, envelopes or provenance.

use serde_json::Value;

use crate::scanner::head::{Head, Sniff};

/// Recognises a file by its first value.
pub(crate) fn sniff(head: &Head<'_>) -> Sniff {
    let first = match &head.document {
        Value::Array(elements) => elements.first().unwrap_or(&Value::Null),
        object => object,
    };
    Sniff::of(is_signed_or_said(first) || is_provenance(first) || is_wrapped(first) || begins_with_payload(head.bytes))
}

/// Whether the first member is a payload in Base64, an object, whose end lies behind the head.
fn begins_with_payload(head: &[u8]) -> bool {
    let behind = |bytes: &mut &[u8], start: &[u8]| {
        let found = bytes.trim_ascii_start().strip_prefix(start);
        *bytes = found.unwrap_or_default();
        found.is_some()
    };
    let mut rest = head;
    let is_payload = [&b"{"[..], b"\"payload\"", b":", b"\"e"]
        .into_iter()
        .all(|start| behind(&mut rest, start));
    is_payload && matches!(rest.first(), Some(b'y' | b'w'))
}

fn is_signed_or_said(value: &Value) -> bool {
    let starts = |name: &str, start: &str| value[name].as_str().is_some_and(|text| text.starts_with(start));
    let has = |name: &str| value.get(name).is_some();
    let is_envelope = has("payload") && (has("payloadType") || has("signatures"));
    is_envelope || starts("_type", "https://in-toto.io/") || has("predicateType") && has("subject")
}

/// A predicate of SLSA, of whatever version; also one that a statement begins with.
fn is_provenance(value: &Value) -> bool {
    let is_one = |value: &Value| {
        let has = |name: &str| value.get(name).is_some();
        let is_older = ["buildType", "recipe", "invocation", "materials"]
            .iter()
            .any(|name| has(name));
        has("buildDefinition") && has("runDetails") || value["builder"].get("id").is_some() && is_older
    };
    is_one(value) || is_one(&value["predicate"])
}

/// As Google Cloud Build, `buildx` and GUAC hand it out.
fn is_wrapped(value: &Value) -> bool {
    let has = |name: &str| value.get(name).is_some();
    let platforms = value.as_object().into_iter().flatten();
    let mut platforms = platforms.filter(|(name, _)| name.contains('/'));
    has("provenance_summary")
        || has("buildx.build.provenance")
        || value["SLSA"].is_object()
        || value["hasSlsa"].is_array()
        || platforms.any(|(_, value)| value["SLSA"].is_object())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_first_value() {
        for (head, expected) in [
            (r#"{"_type": "https://in-toto.io/Statement/v1", "subj"#, true),
            (r#"{"subject": [], "predicateType": "x"}"#, true),
            (
                r#"{"payloadType": "application/vnd.in-toto+json", "payload": "eyJ"#,
                true,
            ),
            (r#"{"payload": "eyJfdHlwZSI6Imh0dHBz"#, true),
            ("{\"payload\": \"\", \"signatures\": []}\n{\"payload\"", true),
            (r#"[{"payload": "e30=", "payloadType": "x", "signatures": []}]"#, true),
            (r#"{"buildDefinition": {}, "runDetails": {}}"#, true),
            (r#"{"builder": {"id": "x"}, "buildType": "y"}"#, true),
            (r#"{"image_summary": {}, "provenance_summary": {"prov"#, true),
            (r#"{"linux/amd64": {"SLSA": {"builder"#, true),
            (
                r#"{"buildx.build.provenance": {}, "containerimage.digest": "sha256:00"}"#,
                true,
            ),
            (r#"{"payload": {"a": 1}}"#, false),
            (r#"{"builder": "make", "materials": []}"#, false),
            (r#"{"subject": "x"}"#, false),
            (r#"{"a/b": {"c": 1}}"#, false),
            ("[]", false),
            ("[1]", false),
            ("", false),
        ] {
            assert_eq!(sniff(&Head::of(head.as_bytes())), Sniff::of(expected), "{head}");
        }
    }
}

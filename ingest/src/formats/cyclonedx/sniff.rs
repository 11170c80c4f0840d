//! Tells from its first bytes whether a file in JSON is CycloneDX.

use serde_json::Value;

use crate::json::member::cut;
use crate::scanner::head::{Head, Sniff};

/// Recognises a document by what it calls itself, by its schema, or by its first components.
pub(crate) fn sniff(head: &Head<'_>) -> Sniff {
    let is_schema = head.text("$schema").is_some_and(is_schema);
    let has_components = head.has("specVersion") && head.shows("components", "bom-ref");
    if !is_format(&head.document["bomFormat"]) && !is_schema && !has_components {
        return Sniff::Other;
    }
    match head.text("specVersion").and_then(refusal) {
        Some(reason) => Sniff::Refused(reason),
        None => Sniff::Recognised,
    }
}

/// Whether `bomFormat` names this format.
pub(super) fn is_format(name: &Value) -> bool {
    name.as_str().is_some_and(|name| name.eq_ignore_ascii_case("CycloneDX"))
}

/// Whether `$schema` names this format.
pub(super) fn is_schema(address: &str) -> bool {
    address.contains("cyclonedx.org/schema/bom")
}

/// Why a version is not read; none for every 1.x, whose later ones only add members.
pub(super) fn refusal(version: &str) -> Option<String> {
    let is_read = version
        .strip_prefix("1.")
        .is_some_and(|minor| minor.parse::<u16>().is_ok());
    (!is_read).then(|| format!("not CycloneDX 1: version `{}`", cut(version, 32)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_known_by_what_it_calls_itself() {
        for (head, expected) in [
            (
                r#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "comp"#,
                Sniff::Recognised,
            ),
            (r#"{"bomFormat": "CycloneDX"}"#, Sniff::Recognised),
            (
                r#"{"$schema": "http://cyclonedx.org/schema/bom-1.4.schema.json", "co"#,
                Sniff::Recognised,
            ),
            (
                r#"{"specVersion": "1.4", "components": [{"bom-ref": "a"}, {"na"#,
                Sniff::Recognised,
            ),
            (
                r#"{"bomFormat": "CycloneDX", "specVersion": "2.0"}"#,
                Sniff::Refused("not CycloneDX 1: version `2.0`".to_owned()),
            ),
            (r#"{"components": [{"bom-ref": "a"}]}"#, Sniff::Other),
            (r#"{"spdxVersion": "SPDX-2.3"}"#, Sniff::Other),
            (r#"{"bomFormat": "SPDX"}"#, Sniff::Other),
            ("[]", Sniff::Other),
            ("", Sniff::Other),
        ] {
            assert_eq!(sniff(&Head::of(head.as_bytes())), expected, "{head}");
        }
    }
}

//! Tells from its first bytes whether a file is SPDX in JSON, and names SPDX that is written otherwise.

use serde_json::Value;

use crate::json::member::cut;
use crate::scanner::head::{Head, Sniff};

/// Recognises a document by what only SPDX has, also inside of the answer of GitHub's dependency graph.
pub(crate) fn sniff(head: &Head<'_>) -> Sniff {
    if !head.document.is_object() {
        return text_form(head.bytes).map_or(Sniff::Other, Sniff::Refused);
    }
    let wrapped = &head.document["sbom"];
    let document = if wrapped.is_object() { wrapped } else { &head.document };
    if !is_spdx(document) {
        return Sniff::Other;
    }
    match document["spdxVersion"].as_str().and_then(refusal) {
        Some(reason) => Sniff::Refused(reason),
        None => Sniff::Recognised,
    }
}

fn is_spdx(document: &Value) -> bool {
    let is_text = |name: &str| document[name].is_string();
    let elements = document["@graph"].as_array().into_iter().flatten();
    is_text("spdxVersion")
        || is_text("SPDXID")
        || is_text("documentNamespace")
        || is_context(&document["@context"])
        || elements.into_iter().any(|element| element.get("spdxId").is_some())
}

/// Whether a context is that of SPDX 3.
pub(super) fn is_context(context: &Value) -> bool {
    let mut listed = context.as_array().into_iter().flatten().chain([context]);
    listed.any(|address| {
        address
            .as_str()
            .is_some_and(|address| address.contains("spdx.org/rdf/3"))
    })
}

/// Why a version is not read; none for 2.x and 3.x.
pub(super) fn refusal(version: &str) -> Option<String> {
    let number = version.strip_prefix("SPDX-").unwrap_or(version);
    let is_read = number.starts_with("2.") || number.starts_with("3.");
    (!is_read).then(|| format!("not SPDX 2 or 3: version `{}`", cut(version, 32)))
}

/// Names SPDX in tag-value or YAML by the line that states its version.
fn text_form(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4 << 10)]);
    let mut lines = text.lines().map(|line| line.trim_start_matches('\u{FEFF}'));
    let form = lines.find_map(|line| {
        let (name, version) = line.split_once(':')?;
        let version = version.trim().trim_matches(['"', '\'']);
        match name {
            "SPDXVersion" if version.starts_with("SPDX-") => Some("tag-value"),
            "spdxVersion" if version.starts_with("SPDX-") => Some("YAML"),
            _ => None,
        }
    })?;
    Some(format!("not SPDX in JSON: SPDX in {form}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_known_by_what_only_spdx_has() {
        let refused = |reason: &str| Sniff::Refused(reason.to_owned());
        for (head, expected) in [
            (r#"{"spdxVersion": "SPDX-2.3", "pack"#, Sniff::Recognised),
            (r#"{"SPDXID": "SPDXRef-DOCUMENT", "creationInfo": {"#, Sniff::Recognised),
            (r#"{"sbom": {"SPDXID": "SPDXRef-DOCUMENT", "sp"#, Sniff::Recognised),
            (
                r#"{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}"#,
                Sniff::Recognised,
            ),
            (
                r#"{"@context": ["https://spdx.org/rdf/3.0.1/spdx-context.jsonld", {}]}"#,
                Sniff::Recognised,
            ),
            (r#"{"@graph": [{"type": "Tool"}, {"spdxId": "a"}, {"#, Sniff::Recognised),
            (
                r#"{"spdxVersion": "SPDX-1.2"}"#,
                refused("not SPDX 2 or 3: version `SPDX-1.2`"),
            ),
            (
                "SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\n",
                refused("not SPDX in JSON: SPDX in tag-value"),
            ),
            (
                "# a comment\nSPDXVersion: SPDX-2.2\n",
                refused("not SPDX in JSON: SPDX in tag-value"),
            ),
            (
                "SPDXID: SPDXRef-DOCUMENT\nspdxVersion: \"SPDX-2.3\"\n",
                refused("not SPDX in JSON: SPDX in YAML"),
            ),
            (
                r#"{"@context": "https://openvex.dev/ns/v0.2.0", "statements": []}"#,
                Sniff::Other,
            ),
            (
                r#"{"_type": "https://in-toto.io/Statement/v1", "predicate": {"spdxVersion": "SPDX-2.3"}}"#,
                Sniff::Other,
            ),
            (r#"{"bomFormat": "CycloneDX", "specVersion": "1.4"}"#, Sniff::Other),
            (r#"{"sbom": {"bomFormat": "CycloneDX"}}"#, Sniff::Other),
            ("text about SPDXVersion: SPDX-2.3", Sniff::Other),
            ("[]", Sniff::Other),
            ("", Sniff::Other),
        ] {
            assert_eq!(sniff(&Head::of(head.as_bytes())), expected, "{head}");
        }
    }
}

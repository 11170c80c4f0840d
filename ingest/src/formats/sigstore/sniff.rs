//! Tells from its first bytes whether a file in JSON holds Sigstore bundles.

use serde_json::Value;

use crate::scanner::head::{Head, Sniff};

/// Recognises a file by its first value: a bundle, a list of them, or an answer that holds some.
pub(crate) fn sniff(head: &Head<'_>) -> Sniff {
    let document = &head.document;
    let answers = document.get("attestations").unwrap_or(document);
    let mut elements = answers.as_array().into_iter().flatten();
    let is_one = |value: &Value| is_bundle(value) || is_bundle(&value["bundle"]);
    Sniff::of(is_one(document) || elements.any(is_one))
}

fn is_bundle(value: &Value) -> bool {
    let has = |name: &str| value.get(name).is_some();
    let media_type = value["mediaType"].as_str().unwrap_or_default();
    media_type.starts_with("application/vnd.dev.sigstore.bundle")
        || ["dsseEnvelope", "messageSignature", "verificationMaterial"]
            .iter()
            .any(|name| value[name].is_object())
        || has("base64Signature") && (has("cert") || has("rekorBundle"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_first_value() {
        for (head, expected) in [
            (
                r#"{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "veri"#,
                true,
            ),
            (r#"{"dsseEnvelope": {"payload": "eyJ"#, true),
            (r#"{"verificationMaterial": {}, "messageSignature": {}}"#, true),
            ("{\"verificationMaterial\": {}}\n{\"verificationMaterial\": {}}\n", true),
            (
                r#"{"attestations": [{"predicateType": "x", "bundle": {"mediaType": "application/vnd.dev.sigstore.bundle+json;version=0.2""#,
                true,
            ),
            (r#"{"attestations": [{"bundle": {"verificationMaterial": {"#, true),
            (
                r#"[{"mediaType": "application/vnd.dev.sigstore.bundle+json;version=0.1"}]"#,
                true,
            ),
            (
                r#"{"base64Signature": "MEU=", "cert": "LS0t", "rekorBundle": {}}"#,
                true,
            ),
            (r#"{"attestations": []}"#, false),
            (
                r#"{"bundle": "x", "mediaType": "application/vnd.oci.image.index.v1+json"}"#,
                false,
            ),
            (r#"{"verificationMaterial": 1}"#, false),
            ("[]", false),
            ("", false),
        ] {
            assert_eq!(sniff(&Head::of(head.as_bytes())), Sniff::of(expected), "{head}");
        }
    }
}

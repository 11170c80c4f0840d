//! Tells from its first bytes whether a file in JSON is SARIF, and of a version that is read.

use crate::scanner::head::{Head, Sniff};

/// Members of a run that no other format has together with `runs`.
const OF_A_RUN: &[&str] = &[
    "automationDetails",
    "columnKind",
    "invocations",
    "originalUriBaseIds",
    "results",
    "tool",
];

/// Recognises SARIF by `$schema`, or by `runs` with a version, or by what stands in a run.
pub(crate) fn sniff(head: &Head<'_>) -> Sniff {
    let schema = head.text("$schema").unwrap_or_default().to_lowercase();
    let (is_named, has_runs) = (schema.contains("sarif"), head.has_array("runs"));
    let has_run = has_runs && OF_A_RUN.iter().any(|key| head.shows("runs", key));
    match head.text("version") {
        Some(version) if !version.starts_with("2.") && (is_named || has_runs) => {
            let version: String = version.chars().take(16).collect();
            Sniff::Refused(format!("not SARIF 2: version `{version}`"))
        }
        Some(_) if is_named || has_runs => Sniff::Recognised,
        _ if is_named || has_run => Sniff::Recognised,
        _ => Sniff::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sarif_is_known_by_what_it_holds() {
        for (head, expected) in [
            (
                r#"{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "ru"#,
                "Sarif",
            ),
            (r#"{"version": "2.1.0", "runs": []}"#, "Sarif"),
            (r#"{"runs": [], "version": "2.1.0"}"#, "Sarif"),
            (r#"{"runs": [{"results": [{"ruleId": "a"#, "Sarif"),
            (r#"{"runs": [{"tool": {}}]}"#, "Sarif"),
            (
                r#"{"version": "1.0.0", "runs": [{"results": []}]}"#,
                "not SARIF 2: version `1.0.0`",
            ),
            (r#"{"runs": [{"id": 1}]}"#, "Other"),
            (r#"{"version": "2.0", "results": []}"#, "Other"),
            (r#"[{"RuleID": "x"}]"#, "Other"),
            ("null", "Other"),
            ("", "Other"),
            ("<testsuite/>", "Other"),
        ] {
            let found = match sniff(&Head::of(head.as_bytes())) {
                Sniff::Recognised => "Sarif".to_owned(),
                Sniff::Nameless | Sniff::Other => "Other".to_owned(),
                Sniff::Refused(reason) => reason,
            };
            assert_eq!(found, expected, "{head}");
        }
        let text = r#"{"version": "2.1.0", "runs": []}"#;
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(sniff(&Head::of(&little)), Sniff::Recognised);
    }
}

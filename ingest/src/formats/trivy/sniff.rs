//! Tells from its first bytes whether a file in JSON is Trivy's.

use crate::scanner::head::{Head, Sniff};

/// Members of a report; two of them tell it from anything else.
const OF_A_REPORT: &[&str] = &["ArtifactName", "ArtifactType", "Results", "SchemaVersion"];
/// Members of a report about a cluster, beside its name.
const OF_A_CLUSTER: &[&str] = &["Findings", "Misconfigurations", "Resources", "Vulnerabilities"];
/// Members of an element of a legacy report, beside its target.
const OF_A_TARGET: &[&str] = &["Class", "Misconfigurations", "Secrets", "Type", "Vulnerabilities"];

/// Recognises a report about an artifact, about a cluster, and the array that Trivy wrote before 0.20.
pub(crate) fn sniff(head: &Head<'_>) -> Sniff {
    let has_any = |members: &[&str]| members.iter().any(|member| head.has(member));
    let n_members = OF_A_REPORT.iter().filter(|member| head.has(member)).count();
    let is_target = head.element_has("Target") && OF_A_TARGET.iter().any(|member| head.element_has(member));
    Sniff::of(n_members >= 2 || head.has("ClusterName") && has_any(OF_A_CLUSTER) || is_target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_known_by_what_it_holds() {
        for (head, expected) in [
            (r#"{"SchemaVersion": 2, "ArtifactName": "."}"#, true),
            (r#"{"ArtifactName": ".", "ArtifactType": "filesystem", "Metada"#, true),
            (r#"{"SchemaVersion": 2, "Results": [{"Target": "a"#, true),
            (r#"{"ClusterName": "c", "Resources": []}"#, true),
            (r#"{"ClusterName": "c", "Vulnerabilities": [{"Kind": "#, true),
            (r#"[{"Target": "a.lock", "Vulnerabilities": null}]"#, true),
            (r#"[{"Target": "a.lock", "Type": "npm"}]"#, true),
            (r#"{"SchemaVersion": 2}"#, false),
            (r#"{"schemaVersion": 2, "artifactType": "x", "layers": []}"#, false),
            (r#"{"ClusterName": "c"}"#, false),
            (r#"[{"Target": "a.lock"}]"#, false),
            (r#"{"Target": "a.lock", "Vulnerabilities": null}"#, false),
            ("[]", false),
            ("null", false),
            ("{}", false),
            ("", false),
        ] {
            assert_eq!(sniff(&Head::of(head.as_bytes())), Sniff::of(expected), "{head}");
        }
    }
}

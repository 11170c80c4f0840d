//! Every fixture against its snapshot, what must hold for any bytes, and Trivy's SARIF of the same scans.

use serde_json::{Value, json};

use super::reader::read;
use super::redaction;
use crate::scanner::trials::Trial;

const TRIAL: Trial = Trial {
    name: "trivy",
    read,
    clean: redaction::copy,
};

#[test]
fn every_fixture_reads_as_its_snapshot_says() {
    TRIAL.reads_every_fixture_as_its_snapshot_says();
}

#[test]
fn a_report_is_recognised_by_its_content() {
    TRIAL.is_recognised_by_its_content(&[]);
}

#[test]
fn the_size_of_the_pieces_changes_nothing() {
    TRIAL.depends_on_no_size_of_pieces();
}

#[test]
fn a_copy_without_secrets_lands_byte_for_byte() {
    TRIAL.copies_byte_for_byte();
}

#[test]
fn a_finding_is_the_same_in_the_sarif_of_the_scan() {
    TRIAL.agrees_with_sarif("same_scan_of_files.json", "trivy_same_scan_of_files.sarif");
    TRIAL.agrees_with_sarif("same_scan_of_image.json", "trivy_same_scan_of_image.sarif");
}

/// Something of everything.
fn report() -> Value {
    json!({
        "SchemaVersion": 2,
        "Trivy": {"Version": "0.69.1"},
        "CreatedAt": "2026-11-20T10:00:00Z",
        "ArtifactName": "acme/api:v1",
        "ArtifactType": "container_image",
        "Metadata": {"RepoTags": ["acme/api:v1"], "ImageConfig": {
            "config": {"Env": ["a"], "Labels": {"a": "b"}},
            "container_config": {"Cmd": ["a"]},
            "history": [{"created_by": "a"}],
        }},
        "Results": [
            {"Target": "acme/api:v1 (debian 12)", "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": [
                {"VulnerabilityID": "CVE-2026-1", "PkgName": "a", "Severity": "HIGH", "SeveritySource": "nvd", "CVSS": {"nvd": {"V3Score": 7.5}}},
                {"VulnerabilityID": "CVE-2026-2", "PkgName": "b", "Severity": "LOW", "PkgIdentifier": {"PURL": "pkg:deb/b@1"}},
            ]},
            {"Target": "main.tf", "Class": "config", "Misconfigurations": [
                {"ID": "A", "Status": "FAIL", "Severity": "LOW", "Traces": ["a"], "CauseMetadata": {"StartLine": 9, "EndLine": 9,
                    "Code": {"Lines": [{"Content": "a", "Highlighted": "a", "Annotation": "a"}]}, "RenderedCause": {"Raw": "a"}}},
                {"ID": "A", "Status": "FAIL", "Severity": "LOW", "CauseMetadata": {"StartLine": 3, "EndLine": 3}},
                {"ID": "B", "Status": "PASS"},
            ]},
            {"Target": "key", "Class": "secret", "Secrets": [
                {"RuleID": "r", "Category": "c", "Severity": "HIGH", "Title": "t", "StartLine": 1, "EndLine": 1, "Match": "m", "Offset": 3,
                    "Code": {"Lines": [{"Number": 1, "Content": "a"}]}, "Layer": {"Digest": "d", "CreatedBy": "a"}},
            ]},
            {"Target": "OS", "Class": "license", "Licenses": [{"PkgName": "a", "Name": "MIT", "Severity": "LOW", "Category": "notice"}]},
            {"Target": "a.lock", "Class": "lang-pkgs", "ExperimentalModifiedFindings": [
                {"Type": "secret", "Status": "ignored", "Statement": "s", "Source": "f",
                    "Finding": {"RuleID": "r", "Match": "m", "Title": "t", "Severity": "LOW", "StartLine": 2, "EndLine": 2}},
                {"Type": "vulnerability", "Status": "ignored", "Statement": "s", "Finding": {"VulnerabilityID": "CVE-2026-3", "PkgName": "c"}},
            ]},
            {"Target": "", "Class": "custom", "CustomResources": [{"Type": "t", "Data": {"a": ["a"]}}]},
        ],
    })
}

#[test]
fn a_report_cut_anywhere_keeps_what_stands_before_the_cut() {
    TRIAL.survives_every_cut(&report().to_string());
}

#[test]
fn no_byte_makes_the_reader_or_the_copy_fail() {
    TRIAL.survives_every_byte(&report().to_string());
}

#[test]
fn members_of_any_type_are_absent_and_no_error() {
    TRIAL.survives_members_of_any_type(&report());
}

#[test]
fn only_a_failing_source_is_an_error() {
    TRIAL.fails_only_with_its_source(
        r#"{"SchemaVersion": 2, "ArtifactName": ".", "ArtifactType": "filesystem", "Results": [{"Target": "a", "Class": "lang-pkgs",
        "Vulnerabilities": [{"VulnerabilityID": "CVE-2026-1", "PkgName": "a"}, "#,
    );
}

#[test]
fn no_text_that_can_hold_a_secret_lands() {
    let secrets = json!({"Results": [{"Secrets": [report().pointer("/Results/2/Secrets/0").unwrap()]}]});
    TRIAL.shows_no_canary(&secrets, &["RuleID", "Category", "Severity"]);
    let changed = report()
        .pointer("/Results/4/ExperimentalModifiedFindings/0")
        .unwrap()
        .clone();
    let changed = json!({"Results": [{"ExperimentalModifiedFindings": [changed]}]});
    TRIAL.shows_no_canary(&changed, &["RuleID", "Severity", "Status", "Type"]);
    // In doubt it is about a secret.
    let odd = json!({"Results": [{"ExperimentalModifiedFindings": [{"Finding": {"Title": "t"}}], "Secrets": ["a", ["b"], {"c": {"d": "e"}}]}]});
    TRIAL.shows_no_canary(&odd, &[]);
    let code = report()
        .pointer("/Results/1/Misconfigurations/0/CauseMetadata")
        .unwrap()
        .clone();
    TRIAL.shows_no_canary(
        &json!({"Results": [{"Misconfigurations": [{"CauseMetadata": code, "Traces": ["a"]}]}]}),
        &[],
    );
    let image = report().pointer("/Metadata/ImageConfig").unwrap().clone();
    TRIAL.shows_no_canary(&json!({"Metadata": {"ImageConfig": image}}), &[]);
    let login = "https://somebody:what@example.org/a";
    TRIAL.shows_no_canary(
        &json!({"ArtifactName": login, "Metadata": {"RepoURL": login}, "Results": [{"Target": login}]}),
        &[],
    );
    TRIAL.shows_no_canary(&json!({"CustomResources": [{"Data": {"a": ["a"]}}]}), &[]);
}

/// Elements of a list, written as they are read.
struct Endless {
    element: Vec<u8>,
    at: usize,
    n_left: u64,
}

impl std::io::Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.element.len() {
            self.at = 0;
            self.n_left -= 1;
        }
        if self.n_left == 0 {
            return Ok(0);
        }
        let n = buffer.len().min(self.element.len() - self.at);
        buffer[..n].copy_from_slice(&self.element[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

#[test]
fn vulnerabilities_of_a_known_target_go_out_as_they_are_read() {
    use std::cell::Cell;
    use std::io::{BufReader, Read as _};
    let start = r#"{"SchemaVersion": 2, "ArtifactName": ".", "ArtifactType": "filesystem", "Results": [{"Target": "a", "Class": "lang-pkgs", "Vulnerabilities": ["#;
    let element = br#"{"VulnerabilityID": "CVE-2026-10001", "PkgName": "a", "Severity": "HIGH"},"#.to_vec();
    let endless = Endless {
        element,
        at: 0,
        n_left: 1_000,
    };
    let n = Cell::new(0);
    let mut input = BufReader::with_capacity(64, start.as_bytes().chain(endless));
    let outline = read(&mut input, &mut |_| {
        n.set(n.get() + 1);
        if n.get() == 10 {
            Err(std::io::Error::other("enough"))
        } else {
            Ok(())
        }
    });
    assert_eq!(outline.unwrap_err().to_string(), "enough");
    assert!(input.get_ref().get_ref().1.n_left > 980, "the report was read ahead");
}

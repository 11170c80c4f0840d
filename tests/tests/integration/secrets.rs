//! A secret that a scanner shows is nowhere in the lake, in what is told, or in an export.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Command;

use crate::kill::plumbline;

/// Looks like nothing that a filter could know, and stands in no source.
fn canary() -> String {
    format!("{}-{}-{}", "canary", "Zq7".repeat(3), "w0rd")
}

/// A file of Gitleaks with the canary wherever it or another scanner might write it.
fn gitleaks(canary: &str, tool: &str, n_results: usize) -> String {
    let result = |n: usize| {
        format!(
            r#"{{"message": {{"text": "rule has detected {canary} in src/a.py", "arguments": ["{canary}"]}}, "ruleId": "generic-api-key",
            "locations": [{{"physicalLocation": {{"artifactLocation": {{"uri": "src/a.py"}}, "region": {{"startLine": {n},
            "snippet": {{"text": "key = {canary}"}}}}, "contextRegion": {{"snippet": {{"text": "\n{canary}\n"}}}}}}, "message": {{"text": "{canary}"}}}}],
            "fingerprints": {{"a": "{canary}"}}, "partialFingerprints": {{"commitSha": "{}", "commitMessage": "add {canary}", "email": "{canary}"}},
            "properties": {{"tags": ["{canary}"], "uri": "{canary}", "match": {{"id": "{canary}"}}}}, "fixes": [{{"description": {{"text": "{canary}"}}}}],
            "codeFlows": [{{"threadFlows": [{{"locations": [{{"location": {{"message": {{"text": "{canary}"}}}}}}]}}]}}],
            "suppressions": [{{"kind": "external", "justification": "{canary}"}}]}}"#,
            "0123456789".repeat(4)
        )
    };
    let results: Vec<_> = (1..=n_results).map(result).collect();
    format!(
        r#"{{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [{{{tool} "results": [{}],
        "invocations": [{{"environmentVariables": {{"KEY": "{canary}"}}}}], "artifacts": [{{"location": {{"uri": "src/a.py"}}, "contents": {{"text": "{canary}"}}}}]}}]}}"#,
        results.join(",\n")
    )
}

/// Files of scanners in their own formats, with the canary wherever they write what they found; seven findings.
fn native(canary: &str) -> [(&'static str, String); 6] {
    let code = format!(r#"{{"Lines": [{{"Number": 3, "Content": "key = {canary}", "Highlighted": "{canary}"}}]}}"#);
    let trivy = format!(
        r#"{{"SchemaVersion": 2, "ArtifactName": "acme/api:v1", "ArtifactType": "container_image",
        "Metadata": {{"ImageConfig": {{"config": {{"Env": ["KEY={canary}"]}}, "history": [{{"created_by": "ENV KEY={canary}"}}]}}}}, "Results": [
        {{"Target": "a.env", "Class": "secret", "Secrets": [{{"RuleID": "generic", "Title": "{canary}", "StartLine": 3, "EndLine": 3,
        "Match": "key = {canary}", "Code": {code}}}]}},
        {{"Target": "main.tf", "Class": "config", "Misconfigurations": [{{"ID": "AWS-0001", "Status": "FAIL", "CauseMetadata": {{"Code": {code}}}}}]}}]}}"#
    );
    let semgrep = format!(
        r#"{{"version": "1.99.0", "results": [{{"check_id": "generic.secrets.a", "path": "a.env", "start": {{"line": 3}}, "end": {{"line": 3}},
        "extra": {{"lines": "key = {canary}", "message": "{canary}", "metavars": {{"$X": {{"abstract_content": "{canary}"}}}}, "fix": "{canary}"}}}}],
        "errors": [{{"level": "warn", "type": "Syntax error", "message": "unexpected `{canary}`"}}], "paths": {{"scanned": ["a.env"]}}}}"#
    );
    let grype = format!(
        r#"{{"matches": [{{"vulnerability": {{"id": "CVE-2026-10001", "severity": "High"}}, "artifact": {{"name": "a", "version": "1"}}}}],
        "source": {{"type": "image", "target": {{"userInput": "acme/api:v1", "config": "{canary}", "labels": {{"a": "{canary}"}}}}}},
        "descriptor": {{"name": "grype", "configuration": {{"registry": {{"auth": [{{"password": "{canary}"}}]}}}}}}}}"#
    );
    let gitleaks = format!(
        r#"[{{"RuleID": "generic-api-key", "File": "a.env", "Commit": "", "StartLine": 3, "Match": "key = {canary}", "Secret": "{canary}",
        "Author": "{canary}", "Message": "add {canary}", "Tags": ["{canary}"]}}]"#
    );
    let checkov = format!(
        r#"{{"check_type": "terraform", "results": {{"failed_checks": [{{"check_id": "CKV_AWS_18", "file_path": "/main.tf",
        "code_block": [[1, "key = {canary}\n"]], "check_result": {{"result": "FAILED", "evaluated_keys": ["{canary}"]}},
        "evaluations": {{"a": "{canary}"}}}}]}}, "url": "{canary}"}}"#
    );
    let tfsec = format!(
        r#"{{"results": [{{"rule_id": "AVD-AWS-0089", "long_id": "aws-s3-a", "description": "{canary}", "status": 0,
        "location": {{"filename": "main.tf", "start_line": 3, "end_line": 3, "code": "{canary}"}}}}]}}"#
    );
    [
        ("trivy.json", trivy),
        ("semgrep.json", semgrep),
        ("grype.json", grype),
        ("gitleaks.json", gitleaks),
        ("checkov.json", checkov),
        ("tfsec.json", tfsec),
    ]
}

/// Every text that the lake's objects hold, unpacked.
pub(crate) fn objects(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut objects = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let mut bytes = std::fs::read(&path).unwrap();
            if path.extension().is_some_and(|extension| extension == "zst") {
                let mut payload = lake::raw::decompressor(std::io::Cursor::new(std::mem::take(&mut bytes))).unwrap();
                payload.read_to_end(&mut bytes).unwrap();
            }
            objects.push((path.display().to_string(), bytes));
        }
    }
    objects
}

#[test]
fn a_secret_that_a_scanner_shows_is_nowhere() {
    let canary = canary();
    let folder = tempfile::tempdir().unwrap();
    let reports = folder.path().join("reports");
    std::fs::create_dir_all(&reports).unwrap();
    let driver = r#""tool": {"driver": {"name": "gitleaks"}},"#;
    let plain = gitleaks(&canary, driver, 2);
    let without_tool = gitleaks(&canary, "", 2);
    // Above what stays in memory.
    let large = gitleaks(&canary, driver, 18_000);
    assert!(large.len() > 16 << 20, "{}", large.len());
    let other_version = plain.replace("\"2.1.0\"", "\"1.0.0\"");
    let (cut, broken) = (
        plain.find("Region").unwrap(),
        plain.replace("\"fixes\":", "\"fixes\" oops:"),
    );
    let utf16: Vec<u8> = plain.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bandit = plain.replace("gitleaks", "Bandit").replace("generic-api-key", "B105");
    let semgrep = plain
        .replace("gitleaks", "Semgrep OSS")
        .replace("generic-api-key", "hardcoded-password");
    let files: [(&str, &[u8]); 11] = [
        ("plain.sarif", plain.as_bytes()),
        ("no_extension", plain.as_bytes()),
        ("without_tool.json", without_tool.as_bytes()),
        ("large.sarif", large.as_bytes()),
        ("other_version.sarif", other_version.as_bytes()),
        ("truncated.sarif", &plain.as_bytes()[..cut]),
        ("broken.sarif", broken.as_bytes()),
        ("text.sarif", canary.as_bytes()),
        ("utf16.sarif", &utf16),
        ("bandit.sarif", bandit.as_bytes()),
        ("semgrep.sarif", semgrep.as_bytes()),
    ];
    for (name, bytes) in files {
        std::fs::write(reports.join(name), bytes).unwrap();
    }
    for (name, text) in native(&canary) {
        std::fs::write(reports.join(name), text).unwrap();
    }
    let mut archive = zip::ZipWriter::new(std::fs::File::create(reports.join("security-artifacts.zip")).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("results/gitleaks.sarif", options).unwrap();
    archive.write_all(gitleaks(&canary, driver, 3).as_bytes()).unwrap();
    archive.finish().unwrap();
    let lake = folder.path().join("lake");
    let run = |arguments: &[&str]| {
        let output = Command::new(plumbline())
            .args(arguments)
            .args(["--lake", lake.to_str().unwrap()])
            .env("RUST_LOG", "trace")
            .output()
            .unwrap();
        assert_eq!(
            output.status.code(),
            Some(0),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        [output.stdout, output.stderr].concat()
    };
    let mut told = run(&[
        "ingest",
        "directory",
        reports.to_str().unwrap(),
        "--repository",
        "acme/api",
        "--commit",
        &"a".repeat(40),
        "--branch",
        "main",
        "--event",
        "push",
        "--run-id",
        "1",
        "--completed-at",
        "2026-11-20T10:00:00Z",
    ]);
    for statement in [
        "select * from raw.findings",
        "select * from raw.scans",
        "select * from raw.sources",
        "select * from raw.runs",
    ] {
        told.extend(run(&["sql", statement, "--format", "csv"]));
    }
    let counted = run(&["sql", "select count(*) as n from raw.findings", "--format", "csv"]);
    // Two of each of the readable files (the same bytes count once), all of the large one, three of the archive, and
    // seven in formats of their own.
    let counted = String::from_utf8_lossy(&counted).into_owned();
    assert!(counted.contains("18020"), "{counted}");
    let is_in = |bytes: &[u8]| {
        let utf16: Vec<u8> = canary.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let contains = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        contains(canary.as_bytes()) || contains(&utf16)
    };
    assert!(is_in(plain.as_bytes()) && is_in(&utf16));
    assert!(!is_in(&told));
    let objects = objects(&lake);
    assert!(objects.len() > 12);
    for (path, bytes) in objects {
        assert!(!is_in(&bytes), "{path}");
    }
}

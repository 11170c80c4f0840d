//! Scans in SARIF 2.1.0, as each tool writes them.

use chrono::SecondsFormat;
use domain::clock::Timestamp;
use serde_json::{Map, Value, json};

use crate::chance::Chance;
use crate::world::World;
use crate::world::change::Commit;
use crate::world::finding::{Finding, Scan, ScanState, Severity, Tool, value_at};
use crate::world::repository::Repository;

/// The rule of the finding whose secret is the world's canary.
const CANARY_RULE: &str = "generic-api-key";

/// A finding as a scan sees it.
#[derive(Debug)]
struct Seen<'w> {
    index: usize,
    finding: &'w Finding,
    severity: Severity,
    path: String,
    line: i64,
    rule: usize,
}

/// A scan as its tool writes it in SARIF 2.1.0.
pub fn sarif(world: &World, repository: &Repository, scan: &Scan) -> Vec<u8> {
    if scan.state == ScanState::Empty {
        return Vec::new();
    }
    let commit = repository.commits.get(scan.commit);
    let (seen, rules) = seen(repository, scan, commit);
    let mut run = match scan.tool {
        Tool::CodeQl => code_ql(world, repository, &seen, &rules),
        Tool::TrivyFs | Tool::TrivyImage => trivy(repository, scan, &seen, &rules),
        Tool::Gitleaks => gitleaks(world, repository, &seen, &rules),
        Tool::Checkov => checkov(&seen, &rules),
    };
    if scan.tool == Tool::CodeQl {
        run.insert("automationDetails".to_owned(), json!({"id": scan.tool.category()}));
        if let Some(commit) = commit {
            let provenance = json!([{
                "repositoryUri": format!("https://github.com/{}", repository.full_name()),
                "revisionId": commit.sha,
            }]);
            run.insert("versionControlProvenance".to_owned(), provenance);
        }
    }
    // Gitleaks and Checkov write no invocation; only one that broke says so, as nothing else could.
    let writes_end = matches!(scan.tool, Tool::CodeQl | Tool::TrivyFs | Tool::TrivyImage);
    let has_failed = scan.state == ScanState::Failed;
    if writes_end || has_failed {
        let mut invocation = Map::new();
        invocation.insert("executionSuccessful".to_owned(), json!(!has_failed));
        if has_failed {
            invocation.insert("exitCode".to_owned(), json!(1));
        }
        if writes_end {
            invocation.insert("startTimeUtc".to_owned(), json!(instant(scan.started_at)));
            invocation.insert("endTimeUtc".to_owned(), json!(instant(scan.completed_at)));
        }
        run.insert("invocations".to_owned(), json!([invocation]));
    }
    if scan.state == ScanState::WithoutResults {
        run.remove("results");
    }
    written(run)
}

/// The document, with the tool in front of the results, as every tool writes it: who reads it as it comes has to know
/// whose results they are.
fn written(mut run: Map<String, Value>) -> Vec<u8> {
    const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
    let tool = run.remove("tool").unwrap_or_default();
    let mut text = format!(r#"{{"$schema":"{SCHEMA}","version":"2.1.0","runs":[{{"tool":{tool}"#);
    for (name, value) in &run {
        text.push(',');
        text.push_str(&json!(name).to_string());
        text.push(':');
        text.push_str(&value.to_string());
    }
    text.push_str("}]}");
    text.into_bytes()
}

/// What the scan saw, in its order, and the first finding of each rule.
fn seen<'w>(repository: &'w Repository, scan: &Scan, commit: Option<&Commit>) -> (Vec<Seen<'w>>, Vec<usize>) {
    let at = commit.map_or(scan.started_at, |commit| commit.pushed_at);
    let mut rules: Vec<usize> = Vec::new();
    let mut all: Vec<Seen<'_>> = Vec::new();
    for &index in &scan.findings {
        let Some(finding) = repository.findings.get(index) else {
            continue;
        };
        let known = rules.iter().position(|&first| all[first].finding.rule == finding.rule);
        let rule = known.unwrap_or(rules.len());
        if known.is_none() {
            rules.push(all.len());
        }
        let (path, line) = place(repository, scan.tool, finding, at);
        all.push(Seen {
            index,
            finding,
            severity: value_at(&finding.severities, scan.completed_at).unwrap_or(Severity::Medium),
            path,
            line,
            rule,
        });
    }
    (all, rules)
}

/// Where a finding stands; a vulnerability without a place stands in the lock file, or in the image.
fn place(repository: &Repository, tool: Tool, finding: &Finding, at: Timestamp) -> (String, i64) {
    if let Some((path, line)) = finding.place_at(at) {
        return (path.to_string(), line.max(1));
    }
    let path = match tool {
        Tool::TrivyFs => "poetry.lock".to_owned(),
        Tool::TrivyImage => repository.full_name(),
        Tool::CodeQl | Tool::Gitleaks | Tool::Checkov => "README.md".to_owned(),
    };
    (path, 1)
}

fn code_ql(world: &World, repository: &Repository, seen: &[Seen<'_>], rules: &[usize]) -> Map<String, Value> {
    let rules: Vec<Value> = of_rules(seen, rules)
        .map(|first| {
            let id = &first.finding.rule;
            json!({
                "id": id,
                "name": id,
                "shortDescription": {"text": title(id)},
                "fullDescription": {"text": title(id)},
                "defaultConfiguration": {"enabled": true, "level": level(first.severity)},
                "properties": {
                    "tags": ["security", "external/cwe/cwe-089"],
                    "kind": "path-problem",
                    "precision": "high",
                    "problem.severity": level(first.severity),
                    "security-severity": score(first.severity),
                },
            })
        })
        .collect();
    let results: Vec<Value> = seen
        .iter()
        .map(|seen| {
            let id = &seen.finding.rule;
            let path: [&dyn std::fmt::Display; 4] = [&repository.name, id, &seen.index, &"line hash"];
            let mut chance = Chance::of(world.seed, &path);
            json!({
                "ruleId": id,
                "rule": {"id": id, "index": seen.rule, "toolComponent": {"index": 0}},
                "message": {"text": format!("{}: this depends on a user-provided value.", title(id))},
                "locations": [{"physicalLocation": {
                    "artifactLocation": {"uri": seen.path, "uriBaseId": "%SRCROOT%", "index": 0},
                    "region": {"startLine": seen.line, "startColumn": 5, "endColumn": 40},
                }}],
                "partialFingerprints": {
                    "primaryLocationLineHash": format!("{:016x}:1", chance.bits()),
                    "primaryLocationStartColumnFingerprint": "4",
                },
            })
        })
        .collect();
    object([
        (
            "tool",
            json!({
                "driver": {"name": Tool::CodeQl.driver(), "organization": "GitHub", "semanticVersion": "2.23.3"},
                "extensions": [{"name": "codeql/python-queries", "semanticVersion": "1.6.7", "rules": rules}],
            }),
        ),
        ("results", json!(results)),
        ("columnKind", json!("utf16CodeUnits")),
    ])
}

fn trivy(repository: &Repository, scan: &Scan, seen: &[Seen<'_>], rules: &[usize]) -> Map<String, Value> {
    let is_image = scan.tool == Tool::TrivyImage;
    let name = if is_image {
        "OsPackageVulnerability"
    } else {
        "LanguageSpecificPackageVulnerability"
    };
    let rules: Vec<Value> = of_rules(seen, rules)
        .map(|first| {
            let id = &first.finding.rule;
            json!({
                "id": id,
                "name": name,
                "shortDescription": {"text": format!("{}: {id}", package(first.finding))},
                "fullDescription": {"text": format!("A flaw in {}.", package(first.finding))},
                "defaultConfiguration": {"level": level(first.severity)},
                "helpUri": format!("https://avd.aquasec.com/nvd/{}", id.to_lowercase()),
                "properties": {
                    "precision": "very-high",
                    "security-severity": score(first.severity),
                    "tags": ["vulnerability", "security", first.severity.as_str().to_uppercase()],
                },
            })
        })
        .collect();
    let results: Vec<Value> = seen
        .iter()
        .map(|seen| {
            let id = &seen.finding.rule;
            let package = package(seen.finding);
            let version = value_at(&seen.finding.versions, scan.completed_at).unwrap_or_default();
            let text = format!(
                "Package: {package}\nInstalled Version: {version}\nVulnerability {id}\nSeverity: {}\nFixed Version: {}\nLink: [{id}](https://avd.aquasec.com/nvd/{})",
                seen.severity.as_str().to_uppercase(),
                next_version(&version),
                id.to_lowercase()
            );
            json!({
                "ruleId": id,
                "ruleIndex": seen.rule,
                "level": level(seen.severity),
                "message": {"text": text},
                "locations": [{
                    "physicalLocation": {
                        "artifactLocation": {"uri": seen.path, "uriBaseId": "ROOTPATH"},
                        "region": {"startLine": seen.line, "startColumn": 1, "endLine": seen.line, "endColumn": 1},
                    },
                    "message": {"text": format!("{}: {package}@{version}", seen.path)},
                }],
            })
        })
        .collect();
    let mut run = object([
        (
            "tool",
            json!({"driver": {
                "name": Tool::TrivyFs.driver(),
                "fullName": "Trivy Vulnerability Scanner",
                "informationUri": "https://github.com/aquasecurity/trivy",
                "version": "0.67.2",
                "rules": rules,
            }}),
        ),
        ("results", json!(results)),
        ("columnKind", json!("utf16CodeUnits")),
        ("originalUriBaseIds", json!({"ROOTPATH": {"uri": "file:///"}})),
    ]);
    if is_image {
        run.insert("properties".to_owned(), json!({"imageName": repository.full_name()}));
    }
    run
}

fn gitleaks(world: &World, repository: &Repository, seen: &[Seen<'_>], rules: &[usize]) -> Map<String, Value> {
    let rules: Vec<Value> = of_rules(seen, rules)
        .map(|first| json!({"id": first.finding.rule, "shortDescription": {"text": title(&first.finding.rule)}}))
        .collect();
    let results: Vec<Value> = seen
        .iter()
        .map(|seen| {
            let id = &seen.finding.rule;
            let secret = secret(world, repository, seen);
            let columns = 16 + secret.len();
            json!({
                "ruleId": id,
                "message": {"text": format!("{id} has detected secret for file {}.", seen.path)},
                "locations": [{"physicalLocation": {
                    "artifactLocation": {"uri": seen.path},
                    "region": {
                        "startLine": seen.line, "startColumn": 16, "endLine": seen.line, "endColumn": columns,
                        "snippet": {"text": secret},
                    },
                }}],
                "partialFingerprints": commit_fingerprints(world, repository, seen.finding),
                "properties": {"tags": []},
            })
        })
        .collect();
    object([
        (
            "tool",
            json!({"driver": {
                "name": Tool::Gitleaks.driver(),
                "semanticVersion": "v8.0.0",
                "informationUri": "https://github.com/gitleaks/gitleaks",
                "rules": rules,
            }}),
        ),
        ("results", json!(results)),
    ])
}

/// The secret itself: the canary, or one that is drawn here and stands in no source.
fn secret(world: &World, repository: &Repository, seen: &Seen<'_>) -> String {
    if seen.finding.rule == CANARY_RULE {
        return world.canary.clone();
    }
    let path: [&dyn std::fmt::Display; 4] = [&repository.name, &seen.finding.rule, &seen.index, &"secret"];
    Chance::of(world.seed, &path).token(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 20)
}

fn commit_fingerprints(world: &World, repository: &Repository, finding: &Finding) -> Value {
    let Some(commit) = finding.commit.and_then(|commit| repository.commits.get(commit)) else {
        return json!({});
    };
    let author = world.people.get(commit.author);
    json!({
        "commitSha": commit.sha,
        "email": author.map(|author| format!("{}@users.noreply.github.com", author.login)),
        "author": author.map(|author| author.name.as_str()),
        "date": commit.committed_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        "commitMessage": commit.message,
    })
}

fn checkov(seen: &[Seen<'_>], rules: &[usize]) -> Map<String, Value> {
    let rules: Vec<Value> = of_rules(seen, rules)
        .map(|first| {
            let text = title(&first.finding.rule);
            json!({
                "id": first.finding.rule,
                "name": text,
                "shortDescription": {"text": text},
                "fullDescription": {"text": text},
                "help": {"text": format!("{text}\nResource: {}", resource(first.finding))},
                "defaultConfiguration": {"level": "error"},
            })
        })
        .collect();
    let results: Vec<Value> = seen
        .iter()
        .map(|seen| {
            json!({
                "ruleId": seen.finding.rule,
                "ruleIndex": seen.rule,
                "level": "error",
                "attachments": [],
                "message": {"text": title(&seen.finding.rule)},
                "locations": [{
                    "physicalLocation": {
                        "artifactLocation": {"uri": seen.path},
                        "region": {"startLine": seen.line, "endLine": seen.line + 6},
                    },
                    "logicalLocations": [{"fullyQualifiedName": resource(seen.finding)}],
                }],
            })
        })
        .collect();
    object([
        (
            "tool",
            json!({"driver": {
                "name": Tool::Checkov.driver(),
                "version": "3.2.489",
                "organization": "bridgecrew",
                "informationUri": "https://checkov.io",
                "rules": rules,
            }}),
        ),
        ("results", json!(results)),
    ])
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn of_rules<'s, 'w>(seen: &'s [Seen<'w>], rules: &'s [usize]) -> impl Iterator<Item = &'s Seen<'w>> {
    rules.iter().filter_map(|&first| seen.get(first))
}

fn instant(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn package(finding: &Finding) -> &str {
    finding.package.as_deref().unwrap_or("unknown")
}

fn resource(finding: &Finding) -> &str {
    finding.resource.as_deref().unwrap_or("unknown")
}

/// A rule's id as words.
fn title(rule: &str) -> String {
    rule.rsplit('/').next().unwrap_or(rule).replace(['-', '_'], " ")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.1",
        Severity::High => "7.5",
        Severity::Medium => "5.0",
        Severity::Low => "2.0",
    }
}

/// The version after this one, by its last number.
fn next_version(version: &str) -> String {
    let (head, last) = version.rsplit_once('.').unwrap_or(("0", version));
    format!("{head}.{}", last.parse::<u64>().unwrap_or(0).saturating_add(1))
}

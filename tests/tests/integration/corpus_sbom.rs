//! Real bills of materials: `make test CORPUS=DIR`. Counts of a second implementation.

use std::path::Path;

use domain::clock::format_timestamp;
use domain::sbom::{LicenseStatus, Package, Sbom};
use domain::source::SourceStatus;
use ingest::document::Row;
use ingest::formats::registry::{HEAD_BYTES, Recognised, reader_of_documents, recognise};
use serde_json::{Value, json};

use crate::corpus::{corpus, table};

/// Reads a file as what it is recognised to be; none where it is refused by name.
fn read(file: &Path) -> Option<(SourceStatus, Sbom, Vec<Package>)> {
    let bytes = std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let format = match recognise(&bytes[..bytes.len().min(HEAD_BYTES)]) {
        Recognised::Format(format) => format,
        Recognised::Refused { format, reason } => {
            let is_named = reason.contains("CycloneDX in XML") || reason.contains("not SPDX in JSON");
            assert!(format == "other" && is_named, "{}: {reason}", file.display());
            return None;
        }
        found => panic!("{}: {found:?}", file.display()),
    };
    let (mut sboms, mut packages) = (Vec::new(), Vec::new());
    let reader = reader_of_documents(format.name).unwrap();
    let outline = reader(&mut bytes.as_slice(), &mut |row| {
        if let Row::Package(package) = row {
            packages.push(*package);
        } else if let Row::Sbom(sbom) = row {
            sboms.push(*sbom);
        } else {
            panic!("a row of another format");
        }
        Ok(())
    });
    let outline = outline.unwrap();
    assert_eq!(sboms.len(), 1, "{}: {:?}", file.display(), outline.reason);
    Some((outline.status, sboms.remove(0), packages))
}

#[test]
fn bills_of_materials_have_the_packages_that_another_implementation_counts() {
    let Some(corpus) = corpus() else { return };
    let mut n_files = 0;
    let mut wrong = Vec::new();
    for line in table(&corpus.join("FACTS.tsv")) {
        let file = line["file"].as_str();
        if !["cyclonedx", "spdx"].contains(&line["kind"].as_str()) {
            continue;
        }
        n_files += 1;
        let facts: Value = serde_json::from_str(&line["facts_json"]).unwrap();
        let Some((status, sbom, packages)) = read(&corpus.join(file)) else {
            continue;
        };
        let n_components = packages.iter().filter(|package| !package.is_root).count();
        let mut ours = json!({ "status": status.as_str() });
        let mut theirs = json!({ "status": "complete" });
        let mut compare = |name: &str, found: Value, expected: Value| {
            ours[name] = found;
            theirs[name] = expected;
        };
        if let Some(n) = facts.get("components") {
            // What is nested in what the document describes is a row here, and none of theirs.
            compare("components", json!(n_components), n.clone());
            compare("spec", json!(sbom.spec_version), facts["spec"].clone());
        } else if let Some(n) = facts.get("packages") {
            compare("packages", json!(packages.len()), n.clone());
            let version = sbom.spec_version.as_ref().map(|version| format!("SPDX-{version}"));
            compare("spdx", json!(version), facts["spdx"].clone());
            // Goldens hold `redacted` in place of times.
            if let Some(created) = facts["created"].as_str().filter(|created| created.starts_with("20")) {
                let second = |time: &str| time.split(['.', 'Z']).next().unwrap_or_default().to_owned();
                let found = sbom.created_at.map(|time| second(&format_timestamp(time)));
                compare("created", json!(found), json!(second(created)));
            }
            let is_tool = |creator: &Value| {
                creator
                    .as_str()
                    .is_some_and(|creator| creator.starts_with("Tool: syft"))
            };
            let is_syft = facts["creators"].as_array().into_iter().flatten().any(is_tool);
            compare(
                "syft",
                json!(sbom.tools.iter().any(|tool| tool == "syft")),
                json!(is_syft),
            );
        } else {
            let text = std::fs::read_to_string(corpus.join(file)).unwrap();
            let n = text.matches("\"software_Package\"").count();
            compare("packages", json!(packages.len()), json!(n));
        }
        if ours != theirs {
            wrong.push(format!("{file}: {ours} {theirs}"));
        }
        for package in &packages {
            let license = &package.license;
            assert_eq!(
                license.choices.is_some(),
                license.status == LicenseStatus::Valid,
                "{file}: {license:?}"
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(n_files > 0, "the corpus has no bill of materials");
}

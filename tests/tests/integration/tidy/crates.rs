//! Crates: who may see whom, which library lives where, what every crate has.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::tree::{SourceFile, assert_none, files_with, root};

/// Our crates that a crate may see. `cli` composes and `tests` look at everything.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("demo", &["domain"]),
    ("lake", &["domain"]),
    ("ingest", &["domain", "lake"]),
    ("query", &["domain", "lake"]),
    ("reports", &["domain", "query"]),
    ("web", &["domain", "query", "reports"]),
    ("cli", &["demo", "domain", "ingest", "lake", "query", "reports", "web"]),
    (
        "tests",
        &["cli", "demo", "domain", "ingest", "lake", "query", "reports", "web"],
    ),
];

/// The crates, beside `tests`, that may use a library.
const CONFINED: &[(&str, &[&str])] = &[
    ("askama", &["reports", "web"]),
    ("aws-credential-types", &["ingest"]),
    ("aws-sdk-s3", &["ingest"]),
    ("axum", &["demo", "web"]),
    ("clap", &["cli"]),
    ("datafusion", &["query"]),
    ("deltalake-core", &["lake"]),
    ("hyper", &["web"]),
    ("hyper-util", &["web"]),
    ("indicatif", &["cli"]),
    ("object_store", &["lake"]),
    ("croner", &["cli"]),
    ("octocrab", &["ingest"]),
    ("tokio-cron-scheduler", &["cli"]),
    ("quick-xml", &["demo", "ingest"]),
    ("regex", &["ingest"]),
    ("saphyr-parser", &["ingest"]),
    ("sigstore-verify", &["ingest"]),
    ("spdx", &["ingest"]),
    ("statrs", &["query"]),
    ("tracing-subscriber", &["cli"]),
    ("x509-cert", &["ingest"]),
    ("zip", &["demo", "ingest"]),
    ("zstd", &["lake"]),
];

/// A crate's manifest.
struct Manifest {
    name: String,
    file: SourceFile,
    table: Table,
}

impl Manifest {
    /// Names and values of every kind of dependency.
    fn dependencies(&self) -> Vec<(&str, &Value)> {
        let of = |section: &str| self.table.get(section).and_then(Value::as_table).into_iter().flatten();
        let all = ["dependencies", "dev-dependencies", "build-dependencies"]
            .into_iter()
            .flat_map(of);
        all.map(|(name, value)| (name.as_str(), value)).collect()
    }

    /// `path:line` of the first line that begins with a text.
    fn at(&self, begins: &str) -> String {
        let line = self
            .file
            .lines()
            .find(|(_, line)| line.starts_with(begins))
            .map_or(1, |(number, _)| number);
        format!("{}:{line}", self.file.path)
    }
}

fn workspace() -> Table {
    std::fs::read_to_string(root().join("Cargo.toml"))
        .unwrap()
        .parse()
        .unwrap()
}

fn manifests() -> Vec<Manifest> {
    let members = workspace()["workspace"]["members"].clone();
    let members = members
        .as_array()
        .unwrap()
        .iter()
        .map(|member| member.as_str().unwrap().to_owned());
    let read = |name: String| {
        let file = files_with(&name, "toml")
            .into_iter()
            .find(|file| file.path == format!("{name}/Cargo.toml"));
        let file = file.unwrap_or_else(|| panic!("Cargo.toml:1: the member `{name}` has no Cargo.toml"));
        let table = file
            .text
            .parse()
            .unwrap_or_else(|error| panic!("{}: {error}", file.path));
        Manifest { name, file, table }
    };
    members.map(read).collect()
}

#[test]
fn dependencies_between_our_crates_point_one_way() {
    let mut findings = Vec::new();
    for manifest in manifests() {
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == manifest.name) else {
            findings.push(format!(
                "Cargo.toml:1: say in ARROWS which of our crates `{}` may see",
                manifest.name
            ));
            continue;
        };
        for (name, _) in manifest.dependencies() {
            if ARROWS.iter().any(|(ours, _)| *ours == name) && !allowed.contains(&name) {
                let at = manifest.at(name);
                findings.push(format!(
                    "{at}: `{}` may not see `{name}`; move what both need downward",
                    manifest.name
                ));
            }
        }
    }
    assert_none(
        "arrows point one way: domain <- lake <- ingest, lake <- query <- web",
        &findings,
    );
}

#[test]
fn a_confined_library_is_used_by_its_crate_only() {
    let mut findings = Vec::new();
    for manifest in manifests() {
        for (name, _) in manifest.dependencies() {
            if let Some((_, homes)) = CONFINED.iter().find(|(library, _)| *library == name)
                && !homes.contains(&manifest.name.as_str())
                && manifest.name != "tests"
            {
                findings.push(format!(
                    "{}: `{name}` belongs to {}; call that crate instead",
                    manifest.at(name),
                    homes.join(" and ")
                ));
            }
        }
    }
    assert_none("libraries are confined, so that one crate knows each", &findings);
}

#[test]
fn every_dependency_stands_once_in_the_workspace_and_is_used() {
    let mut findings = Vec::new();
    let mut used = BTreeSet::new();
    for manifest in &manifests() {
        for (name, value) in manifest.dependencies() {
            used.insert(name.to_owned());
            if value.get("workspace").and_then(Value::as_bool) != Some(true) {
                let at = manifest.at(name);
                findings.push(format!(
                    "{at}: write `{name}.workspace = true`; its version stands in the root's table"
                ));
            }
        }
    }
    let workspace = workspace();
    for name in workspace["workspace"]["dependencies"].as_table().unwrap().keys() {
        if !used.contains(name) {
            findings.push(format!(
                "Cargo.toml:1: no crate uses `{name}`; take it out of [workspace.dependencies]"
            ));
        }
    }
    assert_none("one table holds every dependency", &findings);
}

#[test]
fn every_crate_has_the_lints_of_the_house_a_readme_and_is_not_published() {
    let mut findings = Vec::new();
    for manifest in manifests() {
        let is_from_workspace = |value: Option<&Value>| {
            value.and_then(|value| value.get("workspace")).and_then(Value::as_bool) == Some(true)
        };
        if !is_from_workspace(manifest.table.get("lints")) {
            findings.push(format!(
                "{}: add `[lints]` with `workspace = true`",
                manifest.at("[lints")
            ));
        }
        for key in ["version", "edition", "rust-version", "license", "publish"] {
            if !is_from_workspace(manifest.table["package"].get(key)) {
                findings.push(format!("{}: write `{key}.workspace = true`", manifest.at("[package")));
            }
        }
        if !root().join(&manifest.name).join("README.md").is_file() {
            findings.push(format!(
                "{}: write `{}/README.md`: what it is, and is not",
                manifest.file.path, manifest.name
            ));
        }
    }
    if workspace()["workspace"]["package"]["publish"].as_bool() != Some(false) {
        findings.push("Cargo.toml:1: `publish = false` in [workspace.package]".to_owned());
    }
    assert_none("every crate is furnished alike", &findings);
}

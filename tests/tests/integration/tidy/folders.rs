//! Folders that speak of one another: formats and their registry and fixtures, pages and their templates.

use std::collections::BTreeSet;

use super::tree::{assert_none, files_with, names, root};

#[test]
fn every_format_has_a_folder_a_line_in_the_registry_and_fixtures() {
    let folder = "ingest/src/formats";
    let mut findings = Vec::new();
    let folders: BTreeSet<_> = names(folder)
        .into_iter()
        // What the formats of scanners share is no format.
        .filter(|name| name != "scanner" && root().join(folder).join(name).is_dir())
        .collect();
    let registered: Vec<_> = ingest::formats::registry::ALL
        .iter()
        .map(|format| format.name.to_owned())
        .collect();
    if !registered.is_sorted() {
        findings.push(format!("{folder}/registry.rs: ALL is alphabetic; sort it"));
    }
    for name in &folders {
        if !registered.contains(name) {
            findings.push(format!(
                "{folder}/registry.rs: add the format `{name}` to ALL, or delete its folder"
            ));
        }
        let fixtures = format!("{folder}/{name}/fixtures");
        if !root().join(&fixtures).is_dir() {
            findings.push(format!("{fixtures}: add fixtures, among them `empty` and `truncated`"));
            continue;
        }
        let fixtures_found = names(&fixtures);
        for needed in ["empty", "truncated"] {
            if !fixtures_found
                .iter()
                .any(|fixture| fixture.split('.').next() == Some(needed))
            {
                findings.push(format!("{fixtures}: add the fixture `{needed}`"));
            }
        }
        for fixture in &fixtures_found {
            let stem = fixture.split('.').next().unwrap_or_default();
            let n = fixtures_found
                .iter()
                .filter(|other| other.split('.').next() == Some(stem))
                .count();
            if n != 2 || !fixtures_found.contains(&format!("{stem}.expected")) {
                findings.push(format!(
                    "{fixtures}/{fixture}: a fixture is one input and one `{stem}.expected`"
                ));
            }
        }
    }
    for name in registered {
        if !folders.contains(&name) {
            findings.push(format!(
                "{folder}/registry.rs: `{name}` has no folder; add `{folder}/{name}/`"
            ));
        }
    }
    assert_none("a format is a folder, a line in ALL, and fixtures", &findings);
}

#[test]
fn every_page_has_its_template_and_its_route() {
    // `problem` is what every address shows when it cannot show its page.
    let mut findings = Vec::new();
    let templates: BTreeSet<_> = names("web/templates/pages").into_iter().collect();
    let routes = std::fs::read_to_string(root().join("web/src/routes.rs")).unwrap();
    let mut used = BTreeSet::new();
    for page in files_with("web/src/pages", "rs") {
        let stem = page.stem().to_owned();
        for (number, line) in page.lines() {
            let Some(template) = line.split_once("\"pages/").and_then(|(_, rest)| rest.split_once('"')) else {
                continue;
            };
            used.insert(template.0.to_owned());
            if template.0 != format!("{stem}.html") {
                findings.push(format!(
                    "{}:{number}: a page's template has its name: `pages/{stem}.html`",
                    page.path
                ));
            }
            if stem != "problem" && !routes.contains(&format!("{stem}::")) {
                findings.push(format!(
                    "{}:{number}: the page is not in web/src/routes.rs; add its line",
                    page.path
                ));
            }
        }
    }
    for template in templates.symmetric_difference(&used) {
        findings.push(format!(
            "web/templates/pages/{template}: a template and a page of the same name go together"
        ));
    }
    assert_none("a page is a module, a template and a route of one name", &findings);
}

#[test]
fn every_table_has_a_file_of_its_own() {
    let mut findings = Vec::new();
    let modules: BTreeSet<_> = files_with("lake/src/tables", "rs")
        .iter()
        .map(|file| file.stem().to_owned())
        .filter(|stem| !matches!(stem.as_str(), "mod" | "report" | "rows" | "spec"))
        .collect();
    let tables: BTreeSet<_> = lake::tables::ALL.iter().map(|table| table.name.to_owned()).collect();
    for name in modules.symmetric_difference(&tables) {
        findings.push(format!(
            "lake/src/tables/{name}.rs: a table is a file and a line in ALL of mod.rs"
        ));
    }
    for name in &tables {
        if !root().join(format!("sql/stg/{name}.sql")).is_file() {
            findings.push(format!(
                "sql/stg/{name}.sql: add it; nothing above stg reads raw.{name}"
            ));
        }
    }
    for table in lake::tables::ALL {
        let named = [table.key, table.sort, table.statistics].concat();
        for column in named.into_iter().chain([table.event_time]) {
            if table.index(column).is_none() {
                findings.push(format!(
                    "lake/src/tables/{}.rs: there is no column `{column}`",
                    table.name
                ));
            }
        }
    }
    assert_none("a table is a file, a line in ALL, and a relation of stg", &findings);
}

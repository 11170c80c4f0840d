//! `docs/reference/`: written from the sources by this test (`UPDATE_EXPECT=1`), and held current by it.

use std::fmt::Write as _;

use domain::clock::format_timestamp;
use domain::kpi::EXCLUSIONS;
use domain::policy::Policy;
use lake::tables::spec::ColumnType;
use query::catalog::Catalog;
use query::controls::Answered;
use query::definition::{Definition, Kind};

use super::tree::{assert_none, root};

const GENERATED: &str = "<!-- Written by `make docs`; do not edit. -->\n";

#[test]
fn the_reference_is_current() {
    #[expect(
        clippy::disallowed_methods,
        reason = "whoever runs the tests says so by the environment"
    )]
    let is_update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut findings = Vec::new();
    for (name, text) in [
        ("controls", controls()),
        ("exclusions", exclusions()),
        ("policy", policy()),
        ("relations", relations()),
    ] {
        let path = root().join("docs/reference").join(format!("{name}.md"));
        if is_update {
            std::fs::create_dir_all(root().join("docs/reference")).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        if found != text {
            let same = found.lines().zip(text.lines()).take_while(|(a, b)| a == b).count();
            findings.push(format!(
                "docs/reference/{name}.md:{}: out of date; run the tests with UPDATE_EXPECT=1",
                same + 1
            ));
        }
    }
    assert_none("the reference says what the sources say", &findings);
}

fn controls() -> String {
    let catalog = Catalog::read(&root().join("sql")).unwrap();
    let listed = catalog.controls();
    let n_needing = listed
        .iter()
        .filter(|control| matches!(control.answered, Answered::Needs(_)))
        .count();
    let n_computed = listed.iter().filter(|control| control.definition().is_some()).count();
    let mut text = format!("# The controls of CI/CL-001\n\n{GENERATED}\n");
    let _ = writeln!(
        text,
        "{} controls: {n_computed} are computed, {} roll others up, {n_needing} need evidence that is not collected yet\n\
         and have the status `no_evidence` until it is.",
        listed.len(),
        listed.len() - n_computed - n_needing,
    );
    text.push_str("\n| control | clause | decisions | subject | answered by |\n|---|---|---|---|---|\n");
    for control in listed {
        let how = match &control.answered {
            Answered::Computed(definition) => format!("`{}`", definition.name()),
            Answered::RollsUp(adr) => format!("the controls of {adr}"),
            Answered::Needs(needs) => format!("needs: {needs}"),
        };
        let (id, adr) = (&control.id, control.adr.join(", "));
        let _ = writeln!(
            text,
            "| {id} | {} | {adr} | {} | {} |",
            cell(&control.clause),
            control.unit,
            cell(&how)
        );
    }
    text
}

fn exclusions() -> String {
    let mut text = format!("# What a number leaves out, and why\n\n{GENERATED}\n");
    text.push_str(
        "The closed list of reasons in the column `excluded`. A gap in the data makes a verdict that would be\n",
    );
    text.push_str("`met` `undetermined`; it never excuses a `missed`.\n\n");
    text.push_str("| reason | counts | why | gap |\n|---|---|---|---|\n");
    for exclusion in EXCLUSIONS {
        let gap = if exclusion.is_gap { "yes" } else { "no" };
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {gap} |",
            exclusion.reason, exclusion.counts, exclusion.because
        );
    }
    text
}

fn policy() -> String {
    let mut text = format!("# The numbers that hold\n\n{GENERATED}\n");
    text.push_str("The relation `policy` as it is without a policy file. `spec`: CI/CL-001 states the number; `house`: it leaves\n");
    text.push_str(
        "it open and the number is Plumbline's. A policy file adds rules with a `valid_from`; a rule is never\n",
    );
    text.push_str("retroactive.\n\n| name | value | unit | basis | clause | from |\n|---|---:|---|---|---|---|\n");
    for rule in Policy::default().rules() {
        let from = rule.valid_from.map_or_else(|| "ever".to_owned(), format_timestamp);
        let (name, value, unit, basis) = (&rule.name, rule.value, &rule.unit, rule.basis.as_str());
        let _ = writeln!(
            text,
            "| `{name}` | {value} | {unit} | {basis} | {} | {from} |",
            rule.clause
        );
    }
    text
}

fn relations() -> String {
    let catalog = Catalog::read(&root().join("sql")).unwrap();
    let mut text = format!("# Relations\n\n{GENERATED}\n");
    text.push_str(
        "What SQL reads: the tables of the lake as `raw`, and the relations of `sql/`, lowest layer first.\n",
    );
    for table in lake::tables::ALL {
        let _ = write!(text, "\n## raw.{}\n\n{}.\n\n", table.name, sentence(table.doc));
        let _ = writeln!(text, "- key: {}", list(table.key.iter().copied()));
        let _ = writeln!(text, "- event time: `{}`", table.event_time);
        let _ = writeln!(text, "- sort: {}", list(table.sort.iter().copied()));
        text.push_str("\n| column | type | null | meaning |\n|---|---|---|---|\n");
        for column in table.columns {
            let r#type = match column.r#type {
                ColumnType::Text | ColumnType::Word => "text",
                ColumnType::Long => "bigint",
                ColumnType::Integer => "integer",
                ColumnType::Boolean => "boolean",
                ColumnType::Time => "timestamp, UTC, microseconds",
            };
            let null = if column.is_nullable { "yes" } else { "" };
            let _ = writeln!(text, "| `{}` | {type} | {null} | {} |", column.name, cell(column.doc));
        }
    }
    for kind in Kind::ALL {
        for definition in catalog.of_kind(kind) {
            relation(&mut text, &definition);
        }
    }
    text
}

fn relation(text: &mut String, definition: &Definition) {
    let _ = write!(text, "\n## {}\n\n{}.\n\n", definition.name(), definition.title);
    let mut line = |key: &str, value: String| {
        if !value.is_empty() {
            let _ = writeln!(text, "- {key}: {value}");
        }
    };
    let reads = definition.reads();
    let reads: Vec<_> = reads.iter().map(|(schema, name)| format!("{schema}.{name}")).collect();
    line("file", format!("`sql/{}`", definition.path));
    line("clause", definition.spec.clone());
    line("grain", list(definition.grain.split(", ")));
    line("unit", definition.unit.clone());
    line(
        "target",
        definition
            .target
            .as_ref()
            .map_or_else(String::new, |(sign, name)| format!("{sign} `{name}`")),
    );
    if definition.kind == Kind::Kpi {
        line("version of the definition", definition.since.to_string());
    }
    line(
        "window",
        definition
            .window
            .as_ref()
            .map_or_else(String::new, |name| format!("`{name}`")),
    );
    line("arguments", list(definition.arguments.iter().map(String::as_str)));
    if let Some(control) = &definition.control {
        line("control", format!("`{}`", control.id));
        line("decisions", list(control.adr.iter().map(String::as_str)));
        line("lifecycle", control.lifecycle.clone());
        line("where it fails", control.remediation.clone());
    }
    line("severity", definition.severity.clone().unwrap_or_default());
    line("reads", list(reads.iter().map(String::as_str)));
    let _ = write!(text, "\n{}\n", definition.prose);
    if !definition.columns.is_empty() {
        text.push_str("\n| column | meaning |\n|---|---|\n");
        for (name, doc) in &definition.columns {
            let _ = writeln!(text, "| `{name}` | {} |", cell(doc));
        }
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

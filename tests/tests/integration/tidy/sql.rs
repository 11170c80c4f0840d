//! The folder `sql/`: what a statement may not hold, and that every relation is used and has a case.

use std::collections::BTreeSet;

use query::catalog::Catalog;
use query::controls::Answered;
use query::definition::Kind;

use super::tree::{SourceFile, assert_none, files_with, names, root};

/// Controls of CI/CL-001.
const CONTROLS: usize = 128;
/// Columns of a line.
const COLUMNS_MAX: usize = 120;
/// Numbers that are no threshold: nothing, one, and the whole in percent.
const NUMBERS: [&str; 3] = ["0", "1", "100"];
/// Functions whose answer depends on when, or how often, they are asked.
const UNSTEADY: [&str; 9] = [
    "now",
    "current_date",
    "current_time",
    "current_timestamp",
    "localtime",
    "localtimestamp",
    "today",
    "random",
    "uuid",
];

fn catalog() -> Catalog {
    Catalog::read(&root().join("sql")).unwrap_or_else(|error| panic!("{error}"))
}

/// The lines with comments and texts blanked, so that what is left is SQL.
fn statements(file: &SourceFile) -> Vec<(usize, String)> {
    let mut is_text = false;
    let blank = |(number, line): (usize, &str)| {
        let mut left = String::new();
        let mut characters = line.chars().peekable();
        while let Some(character) = characters.next() {
            if character == '\'' {
                is_text = !is_text;
            } else if !is_text && character == '-' && characters.peek() == Some(&'-') {
                break;
            }
            left.push(if is_text || character == '\'' { ' ' } else { character });
        }
        (number, left)
    };
    file.lines().map(blank).collect()
}

/// Words and numbers of a line.
fn tokens(line: &str) -> impl Iterator<Item = &str> {
    line.split(|character: char| !(character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '$')))
        .filter(|token| !token.is_empty())
}

#[test]
fn the_catalogue_parses_and_refers_downward_only() {
    assert!(catalog().of_kind(Kind::Kpi).count() > 0);
}

#[test]
fn a_statement_holds_no_clock_and_no_chance() {
    let mut findings = Vec::new();
    for file in files_with("sql", "sql") {
        for (number, line) in statements(&file) {
            for token in tokens(&line).filter(|token| UNSTEADY.contains(&token.to_ascii_lowercase().as_str())) {
                findings.push(format!(
                    "{}:{number}: `{token}`; take $as_of, $known_at, $from or $to",
                    file.path
                ));
            }
        }
    }
    assert_none("a statement answers alike whenever it is asked", &findings);
}

#[test]
fn a_statement_holds_no_threshold() {
    let mut findings = Vec::new();
    for file in files_with("sql", "sql") {
        for (number, line) in statements(&file) {
            // Which quantile it is belongs to a number's definition, not to its target.
            let is_quantile = |token: &str| token.starts_with("0.") && line.contains("quantile_cont(");
            for token in tokens(&line).filter(|token| token.starts_with(|first: char| first.is_ascii_digit())) {
                if !NUMBERS.contains(&token) && !is_quantile(token) {
                    let path = &file.path;
                    findings.push(format!(
                        "{path}:{number}: the number {token}; name it in domain::policy and join policy"
                    ));
                }
            }
        }
    }
    assert_none("numbers stand in the policy, with their clause", &findings);
}

#[test]
fn statements_are_in_lower_case_and_fit_a_screen() {
    let mut findings = Vec::new();
    for file in files_with("sql", "sql") {
        for (number, line) in file.lines() {
            let n = line.chars().count();
            if n > COLUMNS_MAX {
                findings.push(format!("{}:{number}: {n} columns; at most {COLUMNS_MAX}", file.path));
            }
            if line.contains('\t') || line.ends_with(' ') {
                findings.push(format!(
                    "{}:{number}: tabs or blanks at the end of the line; take them out",
                    file.path
                ));
            }
        }
        for (number, line) in statements(&file) {
            if let Some(token) = tokens(&line).find(|token| token.contains(|character: char| character.is_uppercase()))
            {
                findings.push(format!("{}:{number}: `{token}`; write it in lower case", file.path));
            }
        }
    }
    assert_none("SQL is written alike", &findings);
}

#[test]
fn every_relation_below_the_answers_is_read_by_another() {
    let catalog = catalog();
    let read: Vec<_> = Kind::ALL
        .into_iter()
        .flat_map(|kind| catalog.of_kind(kind).collect::<Vec<_>>())
        .flat_map(|definition| definition.reads())
        .collect();
    let mut findings = Vec::new();
    for kind in [Kind::Stg, Kind::Mart] {
        for definition in catalog.of_kind(kind) {
            if !read.contains(&(kind.as_str().to_owned(), definition.id.clone())) {
                findings.push(format!(
                    "sql/{}:1: no relation reads it; delete it, or use it",
                    definition.path
                ));
            }
        }
    }
    assert_none("nothing lies about unused", &findings);
}

#[test]
fn every_relation_has_a_case_and_every_case_a_relation() {
    let catalog = catalog();
    let mut findings = Vec::new();
    let cases = files_with("tests/sql", "case");
    for kind in [Kind::Mart, Kind::Kpi, Kind::Control, Kind::List, Kind::Audit] {
        for definition in catalog.of_kind(kind) {
            let folder = format!("tests/sql/{}/{}/", kind.as_str(), definition.id);
            if !cases.iter().any(|case| case.path.starts_with(&folder)) {
                findings.push(format!("sql/{}:1: write a case, as {folder}one.case", definition.path));
            }
        }
    }
    for kind in names("tests/sql") {
        for id in names(&format!("tests/sql/{kind}")) {
            if Kind::parse(&kind).and_then(|kind| catalog.get(kind, &id)).is_none() {
                findings.push(format!(
                    "tests/sql/{kind}/{id}: there is no relation `{kind}.{id}`; delete or rename it"
                ));
            }
        }
    }
    assert_none("a relation and its cases go together", &findings);
}

#[test]
fn every_control_is_computed_or_listed_with_what_it_needs() {
    // That each is answered in exactly one way is the grammar of the list, which reading the catalogue holds.
    let catalog = catalog();
    let n_computed = catalog.of_kind(Kind::Control).count();
    assert!(n_computed > 0);
    assert_eq!(catalog.controls().len(), CONTROLS);
    let mut findings = Vec::new();
    for control in catalog.controls() {
        if let Answered::Needs(needs) = &control.answered
            && needs.trim().is_empty()
        {
            findings.push(format!("sql/controls.toml: say what `{}` needs", control.id));
        }
        if let Answered::RollsUp(adr) = &control.answered
            && !catalog.controls().iter().any(|other| other.adr.contains(adr))
        {
            findings.push(format!(
                "sql/controls.toml: no control belongs to `{adr}`, which `{}` rolls up",
                control.id
            ));
        }
    }
    assert_none("every control of CI/CL-001 is answered", &findings);
}

#[test]
fn every_control_has_a_case_in_which_it_passes_fails_and_has_no_evidence() {
    let cases = files_with("tests/sql/control", "case");
    let mut findings = Vec::new();
    for definition in catalog().of_kind(Kind::Control) {
        let folder = format!("tests/sql/control/{}/", definition.id);
        let of_control = cases.iter().filter(|case| case.path.starts_with(&folder));
        let seen: BTreeSet<String> = of_control.flat_map(|case| statuses(&case.text)).collect();
        for status in ["pass", "fail", "no_evidence"] {
            if !seen.contains(status) {
                findings.push(format!("{folder}: write a case in which a subject is `{status}`"));
            }
        }
    }
    assert_none("a control is tried in all directions", &findings);
}

/// The statuses that a case of a control expects; the column stands before those that may hold commas.
fn statuses(case: &str) -> Vec<String> {
    let expected = case.split_once("//- expect\n").map_or("", |(_, expected)| expected);
    let mut lines = expected.lines();
    let place = lines
        .next()
        .and_then(|head| head.split(',').position(|column| column == "status"));
    let status = |line: &str| place.and_then(|place| line.split(',').nth(place)).map(str::to_owned);
    lines.filter_map(status).collect()
}

#[test]
fn a_text_or_a_comment_is_no_statement() {
    let text = "select 'now() 7' as a, x7 as b -- 8 NOW\nwhere y > 9".to_owned();
    let file = SourceFile {
        path: String::new(),
        text,
    };
    let lines = statements(&file);
    let found: Vec<_> = lines.iter().flat_map(|(_, line)| tokens(line)).collect();
    assert_eq!(found, ["select", "as", "a", "x7", "as", "b", "where", "y", "9"]);
}

//! A test: what it did, execution by execution, as a strip and as a table.

use askama::Template;
use axum::extract;
use axum::http::Uri;
use axum::response::Response;
use query::answer::Table;

use crate::error::PageError;
use crate::format::{self, Moment};
use crate::frame::{Frame, INGEST_COMMAND, Section};
use crate::pages::list::{PAGE_ROWS, Pages};
use crate::selection::{Selection, encode};
use crate::state::State;
use crate::table::{Row, TableView, rows};
use crate::twin::{self, Format};

/// Answers `/tests/{id}` and its twins.
pub(crate) async fn test(
    extract::State(state): extract::State<State>,
    extract::Path(segment): extract::Path<String>,
    uri: Uri,
) -> Result<Response, PageError> {
    let (id, format) = Format::split(&segment);
    if !is_test_id(id) {
        let what = format!("`{id}` names no test: an id is 12 characters of `a` to `z` and `2` to `7`.");
        return Err(PageError::not_found(what));
    }
    let selection = Selection::parse(uri.query())?;
    let mut question = state.question(&selection)?;
    let mut of_test = question.clone();
    of_test.arguments.insert("test_id".to_owned(), id.to_owned());
    let executions = state.engine.list("test_executions", &of_test).await?;
    match format {
        Format::Json => return twin::json(&query::render::table_json(&executions)),
        Format::Csv => return Ok(twin::csv(id, query::render::table_csv(&executions))),
        Format::Html => {}
    }
    // What is published meanwhile must not mix two publications on one page.
    question.publication = Some(executions.asked.publication).filter(|number| *number > 0);
    let flaky = state.engine.list("flaky_tests", &question).await?;
    twin::html(&TestPage::new(selection, id, &executions, &flaky))
}

/// Twelve characters of base 32, as `domain::identity::TestId` writes them.
fn is_test_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'))
}

/// A test.
#[derive(Debug, Template)]
#[template(path = "pages/test.html")]
pub(crate) struct TestPage {
    frame: Frame,
    id: String,
    identity: Option<Identity>,
    flaky: Option<Flaky>,
    tallies: Vec<(Outcome, String)>,
    /// Oldest first.
    runs: Vec<Run>,
    n_strip: usize,
    n: String,
    table: TableView,
    pages: Pages,
    explain_href: String,
    command: &'static str,
}

/// Where a test stands and what it is called.
#[derive(Debug)]
struct Identity {
    repository: String,
    suite: String,
    class_name: String,
    name: String,
    /// In its newest execution.
    is_quarantined: bool,
    /// A URL; empty where there is none.
    ticket: String,
}

/// What the list of flaky tests says of it.
#[derive(Debug)]
struct Flaky {
    grade: String,
    evidence: &'static str,
    n: String,
    n_failed: String,
    n_passed: String,
    last: Option<Moment>,
}

/// Executions of one run, which a retry makes several of.
#[derive(Debug)]
struct Run {
    id: i64,
    is_mixed: bool,
    cells: Vec<StripCell>,
}

/// One execution.
#[derive(Debug)]
struct StripCell {
    href: String,
    outcome: Outcome,
    label: String,
}

/// An outcome as a shape, a letter and a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Outcome {
    class: &'static str,
    letter: &'static str,
}

const OUTCOMES: [Outcome; 4] = [
    Outcome {
        class: "passed",
        letter: "P",
    },
    Outcome {
        class: "failed",
        letter: "F",
    },
    Outcome {
        class: "error",
        letter: "E",
    },
    Outcome {
        class: "skipped",
        letter: "S",
    },
];

impl TestPage {
    pub(crate) fn new(selection: Selection, id: &str, executions: &Table, flaky: &Table) -> Self {
        let identity = rows(executions).next().map(|row| Identity {
            repository: row.text("repository").to_owned(),
            suite: row.text("suite").to_owned(),
            class_name: row.text("class_name").to_owned(),
            name: row.text("name").to_owned(),
            is_quarantined: row.is("is_quarantined"),
            ticket: Some(row.text("ticket"))
                .filter(|url| url.starts_with("https://"))
                .unwrap_or_default()
                .to_owned(),
        });
        let title = identity
            .as_ref()
            .map_or(id, |identity| identity.name.as_str())
            .to_owned();
        let path = format!("/tests/{}", encode(id));
        let frame = Frame::new(title, Section::FlakyTests, &path, selection)
            .answering(&executions.asked)
            .filtering(identity.iter().map(|identity| identity.repository.as_str()))
            .with_twins(&path, &["json", "csv"]);
        let pages = Pages::new(&frame, executions.rows.len());
        let hidden = ["repository", "suite", "class_name", "name"];
        let mut table = TableView::new(&frame, executions, "Executions, newest first", pages.cut(), &hidden)
            .with_first(&[
                "completed_at",
                "outcome",
                "duration_ms",
                "message",
                "run_id",
                "run_attempt",
                "execution",
            ]);
        for (index, row) in table.rows.iter_mut().enumerate() {
            row.anchor = anchor(pages.cut().0 + index);
        }
        let runs = runs(&frame, executions);
        let tally = |outcome: &Outcome| {
            let n = rows(executions)
                .filter(|row| row.text("outcome") == outcome.class)
                .count();
            (n > 0).then(|| (*outcome, format::size(n as u64)))
        };
        let explain = Selection {
            arguments: [("test_id".to_owned(), id.to_owned())].into(),
            ..frame.selection.elsewhere()
        };
        Self {
            id: id.to_owned(),
            identity,
            flaky: rows(flaky).find(|row| row.text("test_id") == id).map(flaky_view),
            tallies: OUTCOMES.iter().filter_map(tally).collect(),
            n_strip: runs.iter().map(|run| run.cells.len()).sum(),
            runs,
            n: format::size(executions.rows.len() as u64),
            table,
            pages,
            explain_href: explain.href("/explain/list/test_executions"),
            frame,
            command: INGEST_COMMAND,
        }
    }
}

fn anchor(index: usize) -> String {
    format!("execution-{}", index + 1)
}

/// The newest executions, oldest first, those of one run side by side.
fn runs(frame: &Frame, executions: &Table) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let newest: Vec<_> = rows(executions).take(PAGE_ROWS).enumerate().collect();
    for (index, row) in newest.into_iter().rev() {
        let outcome = outcome(row.text("outcome"));
        // The strip stands for the first page of the table only.
        let anchor = anchor(index);
        let href = match frame.selection.page {
            0 | 1 => format!("#{anchor}"),
            _ => format!("{}#{anchor}", frame.selection.at_page(1).href(&frame.path)),
        };
        let cell = StripCell {
            href,
            outcome,
            label: label(row),
        };
        let id = row.integer("run_id");
        match runs.last_mut().filter(|run| run.id == id) {
            Some(run) => run.cells.push(cell),
            None => runs.push(Run {
                id,
                is_mixed: false,
                cells: vec![cell],
            }),
        }
    }
    for run in &mut runs {
        let has = |class: &[&str]| run.cells.iter().any(|cell| class.contains(&cell.outcome.class));
        run.is_mixed = has(&["passed"]) && has(&["failed", "error"]);
    }
    runs
}

fn outcome(word: &str) -> Outcome {
    let known = OUTCOMES.into_iter().find(|outcome| outcome.class == word);
    known.unwrap_or(Outcome {
        class: "unknown",
        letter: "?",
    })
}

fn label(row: Row<'_>) -> String {
    let when = row.time("completed_at").map(format::instant).unwrap_or_default();
    let (attempt, execution) = (row.integer("run_attempt"), row.integer("execution"));
    let retry = if execution > 0 {
        format!(", retry {execution}")
    } else {
        String::new()
    };
    format!("{}, {when}, attempt {attempt}{retry}", row.text("outcome"))
}

fn flaky_view(row: Row<'_>) -> Flaky {
    let grade = row.text("grade");
    Flaky {
        evidence: match grade {
            "A" => "it failed and passed in the same run, on the same code",
            "B" => "it failed and passed in push runs of an equal tree",
            "C" => "it failed and passed in pull request runs of one head commit; the merge base may have moved",
            _ => "it failed and passed on one source",
        },
        grade: grade.to_owned(),
        n: format::count(row.integer("n_flaky")),
        n_failed: format::count(row.integer("n_failed")),
        n_passed: format::count(row.integer("n_passed")),
        last: row.time("last_flaky_at").map(Moment),
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, TestPage)> {
    use crate::samples;

    let mut none = samples::executions_table();
    none.rows.clear();
    let mut hostile = samples::executions_table();
    for row in &mut hostile.rows {
        row[3] = query::answer::Cell::Text(samples::HOSTILE.to_owned());
    }
    let page = |id: &str, executions: &Table| {
        let selection = Selection::parse(Some("publication=42")).unwrap();
        TestPage::new(selection, id, executions, &samples::flaky_table())
    };
    vec![
        ("test_flaky", page("aaaabbbbcc22", &samples::executions_table())),
        ("test_hostile", page("aaaabbbbcc33", &hostile)),
        ("test_steady", page("aaaabbbbcc77", &samples::executions_table())),
        ("test_without_executions", page("aaaabbbbcc22", &none)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strip_reads_from_old_to_new_and_joins_the_executions_of_a_run() {
        let (_, page) = samples().remove(0);
        assert_eq!(page.n_strip, 40);
        assert!(page.runs.iter().any(|run| run.is_mixed && run.cells.len() == 2));
        assert_eq!(page.runs.last().unwrap().cells.last().unwrap().href, "#execution-1");
    }

    #[test]
    fn an_id_has_twelve_characters_of_base_32() {
        assert!(is_test_id("aaaabbbbcc22"));
        for id in ["", "aaaabbbbcc2", "aaaabbbbcc21", "AAAABBBBCC22", "../../etc/pa"] {
            assert!(!is_test_id(id), "{id}");
        }
    }
}

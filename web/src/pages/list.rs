//! Any list of the catalogue: its rows in its own order, its columns as its header documents them.

use askama::Template;
use axum::extract;
use axum::http::Uri;
use axum::response::Response;
use query::answer::Table;
use query::definition::Kind;
use query::prose::{Prose, prose};

use crate::error::PageError;
use crate::format;
use crate::frame::{Frame, INGEST_COMMAND, Section};
use crate::selection::Selection;
use crate::state::State;
use crate::table::{TableView, rows};
use crate::twin::{self, Format};

/// Rows of one page of a long list.
pub(crate) const PAGE_ROWS: usize = 200;

/// Answers `/list/{id}` and its twins.
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    extract::Path(segment): extract::Path<String>,
    uri: Uri,
) -> Result<Response, PageError> {
    let (id, format) = Format::split(&segment);
    let Some(definition) = state.engine.catalog().get(Kind::List, id) else {
        return Err(PageError::not_found(format!("There is no list `{id}`.")));
    };
    let selection = Selection::parse_with(uri.query(), &definition.arguments)?;
    let table = state.engine.list(id, &state.question(&selection)?).await?;
    match format {
        Format::Json => twin::json(&query::render::table_json(&table)),
        Format::Csv => Ok(twin::csv(id, query::render::table_csv(&table))),
        Format::Html => twin::html(&ListPage::new(selection, id, &table)),
    }
}

/// A list.
#[derive(Debug, Template)]
#[template(path = "pages/list.html")]
pub(crate) struct ListPage {
    frame: Frame,
    title: String,
    prose: Prose,
    n: String,
    explain_href: String,
    arguments: Vec<(String, String)>,
    table: TableView,
    pages: Pages,
    command: &'static str,
}

/// Where in a long list a page stands.
#[derive(Debug)]
pub(crate) struct Pages {
    /// First and last row shown, from 1, and how many there are.
    pub(crate) range: String,
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
    skip: usize,
}

impl Pages {
    /// Cuts `n_rows` into pages; a page after the last is the last.
    pub(crate) fn new(frame: &Frame, n_rows: usize) -> Self {
        let n_pages = n_rows.div_ceil(PAGE_ROWS).max(1);
        let page = frame.selection.page.clamp(1, n_pages);
        let skip = (page - 1) * PAGE_ROWS;
        let href = |page: usize| frame.selection.at_page(page).href(&frame.path);
        let shown = |n: usize| format::size(n as u64);
        Self {
            range: format!(
                "{} to {} of {}",
                shown(skip + 1),
                shown((skip + PAGE_ROWS).min(n_rows)),
                shown(n_rows)
            ),
            previous: (page > 1).then(|| href(page - 1)),
            next: (page < n_pages).then(|| href(page + 1)),
            skip,
        }
    }

    /// The rows to skip and to take.
    pub(crate) fn cut(&self) -> (usize, usize) {
        (self.skip, PAGE_ROWS)
    }

    /// Whether there is more than one page.
    pub(crate) fn is_cut(&self) -> bool {
        self.previous.is_some() || self.next.is_some()
    }
}

impl ListPage {
    pub(crate) fn new(selection: Selection, id: &str, table: &Table) -> Self {
        let definition = table.definition.as_ref();
        let title = definition.map_or(id, |definition| &definition.title).to_owned();
        let section = if id == "flaky_tests" {
            Section::FlakyTests
        } else {
            Section::None
        };
        let path = format!("/list/{id}");
        let frame = Frame::new(&title, section, &path, selection)
            .answering(&table.asked)
            .filtering(
                rows(table)
                    .map(|row| row.text("repository"))
                    .filter(|name| !name.is_empty()),
            )
            .with_twins(&path, &["json", "csv"]);
        let pages = Pages::new(&frame, table.rows.len());
        Self {
            prose: definition.map(|definition| prose(definition)).unwrap_or_default(),
            n: format::size(table.rows.len() as u64),
            explain_href: frame.selection.at_page(1).href(&format!("/explain/list/{id}")),
            arguments: table.asked.arguments.clone().into_iter().collect(),
            table: TableView::new(&frame, table, &title, pages.cut(), &[]),
            pages,
            frame,
            title,
            command: INGEST_COMMAND,
        }
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, ListPage)> {
    use crate::samples;

    let mut long = samples::flaky_table();
    let row = long.rows[0].clone();
    long.rows.resize(PAGE_ROWS * 3, row);
    long.rows[PAGE_ROWS][4] = query::answer::Cell::Text(samples::HOSTILE.to_owned());
    let mut none = samples::flaky_table();
    none.rows.clear();
    let mut empty = none.clone();
    empty.asked = samples::asked_of_nothing();
    let selection = |query| Selection::parse(Some(query)).unwrap();
    vec![
        (
            "list",
            ListPage::new(Selection::default(), "flaky_tests", &samples::flaky_table()),
        ),
        (
            "list_sources",
            ListPage::new(Selection::default(), "sources", &samples::sources_table()),
        ),
        (
            "list_executions",
            ListPage::new(Selection::default(), "test_executions", &samples::executions_table()),
        ),
        (
            "list_page_2",
            ListPage::new(selection("page=2&publication=42"), "flaky_tests", &long),
        ),
        (
            "list_filtered_to_nothing",
            ListPage::new(selection("repository=o/r"), "flaky_tests", &none),
        ),
        ("list_empty", ListPage::new(Selection::default(), "flaky_tests", &empty)),
    ]
}

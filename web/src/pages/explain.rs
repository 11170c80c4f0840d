//! The chain from a number back to bytes, and how anybody walks it without this page.

use askama::Template;
use axum::extract;
use axum::http::Uri;
use axum::response::Response;
use query::answer::{Asked, Explanation, Subject};
use query::definition::{Definition, Kind};
use query::prose::{Prose, prose};

use crate::error::PageError;
use crate::format::{self, Moment};
use crate::frame::{Frame, INGEST_COMMAND, Section};
use crate::selection::Selection;
use crate::state::State;
use crate::table::TableView;
use crate::twin::{self, Format};
use crate::verdict::{self, VerdictView};

/// Rows of sources that the page shows; the JSON holds all.
const SOURCES_SHOWN: usize = 100;

/// Answers `/explain/{kind}/{id}` and its JSON.
pub(crate) async fn explain(
    extract::State(state): extract::State<State>,
    extract::Path((kind, segment)): extract::Path<(String, String)>,
    uri: Uri,
) -> Result<Response, PageError> {
    let (id, format) = Format::split(&segment);
    let kind = match kind.as_str() {
        "kpi" => Kind::Kpi,
        "control" => Kind::Control,
        "list" => Kind::List,
        _ => {
            return Err(PageError::not_found(format!(
                "`{kind}` is not explained: a `kpi`, a `control` or a `list` is."
            )));
        }
    };
    if format == Format::Csv {
        return Err(twin::no_csv());
    }
    let Some(definition) = state.engine.catalog().get(kind, id) else {
        return Err(PageError::not_found(format!("There is no `{id}` of this kind.")));
    };
    let selection = Selection::parse_with(uri.query(), &definition.arguments)?;
    let explanation = state.engine.explain(kind, id, &state.question(&selection)?).await?;
    match format {
        Format::Json => twin::json(&query::render::explanation_json(&explanation)),
        _ => twin::html(&ExplainPage::new(selection, &explanation)),
    }
}

/// An explanation.
#[derive(Debug, Template)]
#[template(path = "pages/explain.html")]
pub(crate) struct ExplainPage {
    frame: Frame,
    title: String,
    subject_href: String,
    number: Number,
    definitions: Vec<DefinitionView>,
    parameters: Vec<(String, String)>,
    files: Vec<FileView>,
    files_total: String,
    manifests: Vec<(String, String)>,
    publication: Option<(u64, String)>,
    published: Option<Moment>,
    sources: TableView,
    n_sources: String,
    is_sources_cut: bool,
    command: String,
    ingest_command: &'static str,
}

/// What is explained.
#[derive(Debug)]
enum Number {
    /// A value with its verdict.
    Value {
        value: String,
        verdict: VerdictView,
        target: String,
        interval: String,
        n: String,
        n_excluded: String,
    },
    /// A status with what its subjects say.
    Status { status: VerdictView, counts: String },
    /// Rows.
    Rows(String),
}

/// A relation of the chain.
#[derive(Debug)]
struct DefinitionView {
    anchor: String,
    title: String,
    path: String,
    version: u32,
    spec: String,
    owner: String,
    prose: Prose,
    lines: Vec<Line>,
    is_subject: bool,
}

/// A line of SQL.
#[derive(Debug)]
struct Line {
    number: usize,
    text: String,
    is_comment: bool,
}

/// A Parquet file.
#[derive(Debug)]
struct FileView {
    table: String,
    path: String,
    sha256: String,
    rows: String,
    bytes: String,
}

impl ExplainPage {
    pub(crate) fn new(selection: Selection, explanation: &Explanation) -> Self {
        let (definition, asked, kind) = subject(explanation);
        let id = definition.map_or("", |definition| &definition.id);
        let name = match &explanation.subject {
            Subject::Control(answer) => answer.control.id.as_str(),
            _ => definition.map_or("rows", |definition| definition.title.as_str()),
        };
        let path = format!("/explain/{kind}/{id}");
        let frame = Frame::new(format!("How {name} is computed"), Section::None, &path, selection)
            .answering(asked)
            .filtering(asked.repositories.iter().map(String::as_str))
            .with_twins(&path, &["json"]);
        let n_sources = explanation.sources.rows.len();
        let n_rows: u64 = explanation.chain.files.iter().map(|file| file.rows).sum();
        let last = explanation.chain.definitions.len().saturating_sub(1);
        Self {
            title: name.to_owned(),
            subject_href: frame.selection.at_page(1).href(&format!("/{kind}/{id}")),
            number: number(explanation),
            definitions: explanation
                .chain
                .definitions
                .iter()
                .enumerate()
                .map(|(index, definition)| definition_view(definition, index == last))
                .collect(),
            parameters: explanation.chain.parameters.clone(),
            files: explanation.chain.files.iter().map(file_view).collect(),
            files_total: format!(
                "{} files, {} rows",
                format::size(explanation.chain.files.len() as u64),
                format::size(n_rows)
            ),
            manifests: explanation.chain.manifests.clone(),
            publication: (asked.publication > 0).then(|| (asked.publication, asked.publication_sha256.clone())),
            published: asked.published_at.map(Moment),
            sources: TableView::new(&frame, &explanation.sources, "Sources", (0, SOURCES_SHOWN), &[])
                .with_first(&["path", "status", "source_sha256"])
                .whole("source_sha256"),
            n_sources: format::size(n_sources as u64),
            is_sources_cut: n_sources > SOURCES_SHOWN,
            command: explanation.chain.command.clone(),
            frame,
            ingest_command: INGEST_COMMAND,
        }
    }
}

fn subject(explanation: &Explanation) -> (Option<&Definition>, &Asked, &'static str) {
    match &explanation.subject {
        Subject::Kpi(answer) => (Some(&answer.definition), &answer.asked, "kpi"),
        Subject::Control(answer) => (answer.control.definition().map(AsRef::as_ref), &answer.asked, "control"),
        Subject::List(table) => (table.definition.as_deref(), &table.asked, "list"),
    }
}

fn number(explanation: &Explanation) -> Number {
    match &explanation.subject {
        Subject::Kpi(answer) => match answer.rows.first() {
            Some(row) => Number::Value {
                value: verdict::value(answer, row),
                verdict: verdict::view(row.verdict),
                target: verdict::target(answer, row).unwrap_or_default(),
                interval: verdict::interval(answer, row).unwrap_or_default(),
                n: format::count(row.n),
                n_excluded: format::count(row.excluded.iter().map(|excluded| excluded.n).sum()),
            },
            None => Number::Rows("0".to_owned()),
        },
        Subject::Control(answer) => Number::Status {
            status: verdict::status(answer.status),
            counts: reports::words::summary(answer),
        },
        Subject::List(table) => Number::Rows(format::size(table.rows.len() as u64)),
    }
}

fn definition_view(definition: &Definition, is_subject: bool) -> DefinitionView {
    let line = |(index, text): (usize, &str)| Line {
        number: index + 1,
        text: text.to_owned(),
        is_comment: text.trim_start().starts_with("--"),
    };
    DefinitionView {
        anchor: definition.path.trim_end_matches(".sql").replace('/', "."),
        title: definition.title.clone(),
        path: format!("sql/{}", definition.path),
        version: definition.since,
        spec: definition.spec.clone(),
        owner: definition.owner.clone(),
        prose: prose(definition),
        lines: definition.sql.lines().enumerate().map(line).collect(),
        is_subject,
    }
}

fn file_view(file: &query::answer::FileRef) -> FileView {
    FileView {
        table: file.table.clone(),
        path: file.path.clone(),
        sha256: file.sha256.clone(),
        rows: format::size(file.rows),
        bytes: format::bytes(file.bytes),
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, ExplainPage)> {
    use crate::samples;

    let mut of_list = samples::explanation();
    of_list.subject = Subject::List(samples::flaky_table());
    of_list.chain.command = samples::HOSTILE.to_owned();
    let mut empty = samples::explanation();
    empty.subject = Subject::Kpi(samples::kpi_answer_of_nothing());
    empty.chain.files.clear();
    empty.chain.manifests.clear();
    empty.sources.rows.clear();
    let selection = Selection::parse(Some("as_of=2026-11-24&publication=42")).unwrap();
    let mut of_control = samples::explanation();
    of_control.subject = Subject::Control(crate::sample_controls::controls()[0].clone());
    vec![
        ("explain_control", ExplainPage::new(Selection::default(), &of_control)),
        ("explain_kpi", ExplainPage::new(selection, &samples::explanation())),
        ("explain_list", ExplainPage::new(Selection::default(), &of_list)),
        ("explain_empty", ExplainPage::new(Selection::default(), &empty)),
    ]
}

//! The chain of publications: each names the digest of the one before.

use askama::Template;
use axum::extract;
use axum::http::Uri;
use axum::response::Response;
use query::answer::PublicationRef;

use crate::error::PageError;
use crate::format::{self, Moment};
use crate::frame::{Frame, INGEST_COMMAND, Section};
use crate::selection::Selection;
use crate::state::State;
use crate::twin::{self, Format};

/// Publications that the page shows; the twins hold all.
const SHOWN: usize = 100;

/// Answers `/publications` and its twins.
pub(crate) async fn publications(
    extract::State(state): extract::State<State>,
    uri: Uri,
) -> Result<Response, PageError> {
    let selection = Selection::parse(uri.query())?;
    let publications = state.engine.publications().await?;
    match Format::split(uri.path()).1 {
        Format::Json => twin::json(&query::render::publications_json(&publications)),
        Format::Csv => Ok(twin::csv(
            "publications",
            query::render::publications_csv(&publications),
        )),
        Format::Html => twin::html(&PublicationsPage::new(selection, &publications)),
    }
}

/// The publications, newest first.
#[derive(Debug, Template)]
#[template(path = "pages/publications.html")]
pub(crate) struct PublicationsPage {
    frame: Frame,
    publications: Vec<PublicationView>,
    n: String,
    is_cut: bool,
    command: &'static str,
}

/// One publication.
#[derive(Debug)]
struct PublicationView {
    number: u64,
    sha256: String,
    previous: String,
    published: Moment,
    cause: String,
    batches: Vec<String>,
    tables: Vec<(String, String, String, String)>,
    n_rows: String,
    /// The overview as it stood then.
    href: String,
    is_selected: bool,
}

impl PublicationsPage {
    pub(crate) fn new(selection: Selection, publications: &[PublicationRef]) -> Self {
        let frame = Frame::new("Publications", Section::Publications, "/publications", selection)
            .with_twins("/publications", &["json", "csv"]);
        let view = |publication: &PublicationRef| PublicationView {
            number: publication.number,
            sha256: publication.sha256.clone(),
            previous: publication.previous_sha256.clone().unwrap_or_default(),
            published: Moment(publication.published_at),
            cause: publication.cause.clone(),
            batches: publication.batches.clone(),
            tables: publication
                .tables
                .iter()
                .map(|(table, files, rows, bytes)| {
                    (
                        table.clone(),
                        format::size(*files),
                        format::size(*rows),
                        format::bytes(*bytes),
                    )
                })
                .collect(),
            n_rows: format::size(publication.tables.iter().map(|table| table.2).sum()),
            href: Selection {
                repositories: frame.selection.repositories.clone(),
                ..Selection::default()
            }
            .pinned(publication.published_at, publication.number)
            .href("/"),
            is_selected: frame.selection.publication == Some(publication.number),
        };
        Self {
            publications: publications.iter().take(SHOWN).map(view).collect(),
            n: format::size(publications.len() as u64),
            is_cut: publications.len() > SHOWN,
            frame,
            command: INGEST_COMMAND,
        }
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, PublicationsPage)> {
    let mut hostile = crate::samples::publications();
    hostile[0].batches = vec![crate::samples::HOSTILE.to_owned()];
    let selection = Selection::parse(Some("publication=41")).unwrap();
    vec![
        ("publications", PublicationsPage::new(selection, &hostile)),
        ("publications_empty", PublicationsPage::new(Selection::default(), &[])),
    ]
}

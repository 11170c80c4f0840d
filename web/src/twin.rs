//! A page's twins: the same answer in another format, at the same address with a suffix.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{Html, IntoResponse as _, Response};
use serde::Serialize;

use crate::error::PageError;

/// In which format an answer was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// The page.
    Html,
    /// `.json`.
    Json,
    /// `.csv`.
    Csv,
}

impl Format {
    /// Splits `flaky_test_rate.json` into the name and the format.
    pub(crate) fn split(segment: &str) -> (&str, Self) {
        if let Some(name) = segment.strip_suffix(".json") {
            (name, Self::Json)
        } else if let Some(name) = segment.strip_suffix(".csv") {
            (name, Self::Csv)
        } else {
            (segment, Self::Html)
        }
    }
}

/// Responds with a page.
pub(crate) fn html(page: &impl askama::Template) -> Result<Response, PageError> {
    Ok(Html(page.render()?).into_response())
}

/// Responds with JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<Response, PageError> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    Ok(([(CONTENT_TYPE, "application/json")], text).into_response())
}

/// Responds with CSV, to be saved as `name.csv`.
pub(crate) fn csv(name: &str, text: String) -> Response {
    let keep = |character: &char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-');
    let name: String = name.chars().filter(keep).collect();
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8; header=present".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
    ];
    (headers, text).into_response()
}

/// There is no such twin.
pub(crate) fn no_csv() -> PageError {
    PageError::not_found("This page is no single table and has no `.csv`; ask for its `.json`.")
}

//! What went wrong with a page: said to the visitor in words, logged once, never with its chain of causes.

use std::fmt;

use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::frame::{Frame, Section};
use crate::pages::problem::ProblemPage;
use crate::selection::{InvalidSelection, Selection};
use crate::twin::Format;

/// Why there is no page.
#[derive(Debug)]
pub(crate) enum PageError {
    /// The address says something that cannot be meant.
    BadRequest(String),
    /// There is nothing of that name.
    NotFound(String),
    /// Something broke here.
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl PageError {
    pub(crate) fn not_found(what: impl Into<String>) -> Self {
        Self::NotFound(what.into())
    }
}

impl From<query::error::Error> for PageError {
    fn from(error: query::error::Error) -> Self {
        if error.is_not_found() {
            Self::NotFound(sentence(&error))
        } else if error.is_bad_request() {
            Self::BadRequest(sentence(&error))
        } else {
            Self::Internal(Box::new(error))
        }
    }
}

impl From<InvalidSelection> for PageError {
    fn from(error: InvalidSelection) -> Self {
        Self::BadRequest(sentence(&error))
    }
}

impl From<askama::Error> for PageError {
    fn from(error: askama::Error) -> Self {
        Self::Internal(Box::new(error))
    }
}

impl From<serde_json::Error> for PageError {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(Box::new(error))
    }
}

/// Turns an error's fragment into a sentence.
fn sentence(error: &impl fmt::Display) -> String {
    let text = error.to_string();
    let mut characters = text.chars();
    let start = characters.next().map(|first| first.to_uppercase().to_string());
    let stop = if text.ends_with('.') { "" } else { "." };
    [start.as_deref().unwrap_or_default(), characters.as_str(), stop].concat()
}

/// What the visitor is told; travels in the response until [`write_problem`] knows in which format to write it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Problem {
    /// The status once more, for those who keep only the body.
    pub(crate) status: u16,
    /// One line.
    pub(crate) title: &'static str,
    /// What exactly, and what would be right.
    pub(crate) detail: String,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = match status {
            StatusCode::BAD_REQUEST => "This address cannot be read",
            StatusCode::NOT_FOUND => "There is no such page",
            StatusCode::METHOD_NOT_ALLOWED => "Pages can only be read",
            StatusCode::MISDIRECTED_REQUEST => "This server answers to loopback names only",
            _ => "Something broke on our side",
        };
        Self {
            status: status.as_u16(),
            title,
            detail: detail.into(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let problem = match self {
            Self::BadRequest(detail) => Problem::new(StatusCode::BAD_REQUEST, detail),
            Self::NotFound(detail) => Problem::new(StatusCode::NOT_FOUND, detail),
            Self::Internal(error) => {
                tracing::error!(error = error.as_ref(), "failed to make a page");
                let detail = "The page could not be made. The reason is in the server's log.";
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
            }
        };
        problem.into_response()
    }
}

/// What of a request decides how a problem is written.
#[derive(Debug)]
pub(crate) struct Asking {
    path: String,
    query: Option<String>,
    is_head: bool,
}

impl Asking {
    pub(crate) fn of(request: &Request) -> Self {
        Self {
            path: request.uri().path().to_owned(),
            query: request.uri().query().map(str::to_owned),
            is_head: request.method() == Method::HEAD,
        }
    }
}

/// Writes the problem that a response carries: as a page, or in the format of the twin that was asked for.
pub(crate) fn write_problem(asking: &Asking, response: Response) -> Response {
    let status = response.status();
    let problem = match response.extensions().get::<Problem>() {
        Some(problem) => problem.clone(),
        None if status == StatusCode::METHOD_NOT_ALLOWED => {
            Problem::new(status, "Ask with GET or HEAD: nothing can be changed here.")
        }
        None => return response,
    };
    let format = Format::split(&asking.path).1;
    let (content_type, body) = if format == Format::Json {
        let body = serde_json::to_string_pretty(&problem).unwrap_or_default();
        ("application/problem+json", body)
    } else if format == Format::Csv {
        (
            "text/plain; charset=utf-8",
            format!("{}\n{}\n", problem.title, problem.detail),
        )
    } else {
        // A selection that is itself the problem cannot be kept in the links.
        let selection = Selection::parse(asking.query.as_deref()).unwrap_or_default();
        let frame = Frame::new(problem.title, Section::None, &asking.path, selection);
        ("text/html; charset=utf-8", ProblemPage::new(frame, problem).to_string())
    };
    let body = if asking.is_head { String::new() } else { body };
    let mut written = (status, [(CONTENT_TYPE, content_type)], body).into_response();
    if let Some(allow) = response.headers().get(axum::http::header::ALLOW) {
        written.headers_mut().insert(axum::http::header::ALLOW, allow.clone());
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fragment_becomes_a_sentence() {
        assert_eq!(sentence(&"there is no kpi `x`"), "There is no kpi `x`.");
        assert_eq!(sentence(&""), ".");
    }

    #[test]
    fn a_broken_page_does_not_say_why() {
        let error = PageError::Internal("s3://bucket/secret is gone".into());
        let response = error.into_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(
            !response
                .extensions()
                .get::<Problem>()
                .unwrap()
                .detail
                .contains("secret")
        );
    }
}

//! The page of what went wrong: what, where, and what would be right.

use askama::Template;

use crate::error::Problem;
use crate::frame::Frame;

/// A problem in words.
#[derive(Debug, Template)]
#[template(path = "pages/problem.html")]
pub(crate) struct ProblemPage {
    frame: Frame,
    problem: Problem,
}

impl ProblemPage {
    pub(crate) fn new(frame: Frame, problem: Problem) -> Self {
        Self { frame, problem }
    }
}

#[cfg(test)]
pub(crate) fn samples() -> Vec<(&'static str, ProblemPage)> {
    use axum::http::StatusCode;

    use crate::frame::Section;
    use crate::selection::Selection;

    let frame = || Frame::new("Problem", Section::None, "/nowhere", Selection::default());
    vec![
        (
            "problem_not_found",
            ProblemPage::new(frame(), Problem::new(StatusCode::NOT_FOUND, crate::samples::HOSTILE)),
        ),
        (
            "problem_bad_request",
            ProblemPage::new(frame(), Problem::new(StatusCode::BAD_REQUEST, "`as_of`: …")),
        ),
    ]
}

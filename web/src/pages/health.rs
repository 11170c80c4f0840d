//! For supervisors: is the process alive, and can it read its lake.

use axum::extract;

use crate::error::PageError;
use crate::state::State;

/// Answers as long as the process does.
pub(crate) async fn livez() -> &'static str {
    "alive\n"
}

/// Answers when the lake can be read.
pub(crate) async fn readyz(extract::State(state): extract::State<State>) -> Result<&'static str, PageError> {
    state.engine.publications().await?;
    Ok("ready\n")
}

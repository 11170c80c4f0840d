//! `POST /webhooks/github`: hands a delivery to whoever can check it, and answers before anything is done about it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract;
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse as _, Response};

use crate::error::PageError;
use crate::state::State;

/// GitHub gives a delivery up after ten seconds.
const BODY_TIMEOUT: Duration = Duration::from_secs(9);

/// A delivery as it came in; a header that is missing or no text is empty.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// `X-GitHub-Delivery`.
    pub id: &'a str,
    /// `X-GitHub-Event`.
    pub event: &'a str,
    /// `X-Hub-Signature-256`.
    pub signature: &'a str,
    /// The raw body.
    pub body: &'a [u8],
}

/// What becomes of a delivery, with a line that says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It was signed, whether or not there is anything to do.
    Accepted(String),
    /// Nobody knows who sent it.
    Unsigned(String),
    /// It was signed and is no delivery.
    Unreadable(String),
}

/// Who checks deliveries.
#[derive(Clone)]
pub struct Deliveries {
    /// Larger bodies are refused.
    pub bytes_max: usize,
    /// Takes one; must not wait for anything.
    pub take: Arc<dyn Fn(&Delivery<'_>) -> Taken + Send + Sync>,
}

impl fmt::Debug for Deliveries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deliveries")
            .field("bytes_max", &self.bytes_max)
            .finish_non_exhaustive()
    }
}

/// Answers a delivery.
pub(crate) async fn deliver(
    extract::State(state): extract::State<State>,
    request: Request<Body>,
) -> Result<Response, PageError> {
    let Some(deliveries) = &state.deliveries else {
        return Err(PageError::not_found(
            "No webhook is configured: `github.webhook_secrets` is empty.",
        ));
    };
    let (head, body) = request.into_parts();
    let (status, line) = match tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, deliveries.bytes_max)).await {
        Ok(Ok(body)) => {
            let header = |name: &str| {
                head.headers
                    .get(name)
                    .and_then(|value| value.to_str().ok())
                    .unwrap_or_default()
            };
            let delivery = Delivery {
                id: header("x-github-delivery"),
                event: header("x-github-event"),
                signature: header("x-hub-signature-256"),
                body: &body,
            };
            match (deliveries.take)(&delivery) {
                Taken::Accepted(line) => (StatusCode::ACCEPTED, line),
                Taken::Unsigned(line) => (StatusCode::UNAUTHORIZED, line),
                Taken::Unreadable(line) => (StatusCode::BAD_REQUEST, line),
            }
        }
        Ok(Err(_)) => {
            let line = format!("the body broke off, or is larger than {} bytes", deliveries.bytes_max);
            (StatusCode::PAYLOAD_TOO_LARGE, line)
        }
        Err(_) => (StatusCode::REQUEST_TIMEOUT, "the body did not come in time".to_owned()),
    };
    if status.is_client_error() {
        tracing::warn!(
            http.response.status_code = status.as_u16(),
            reason = line,
            "a delivery was refused"
        );
    }
    Ok((status, format!("{line}\n")).into_response())
}

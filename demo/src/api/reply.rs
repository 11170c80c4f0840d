//! Answers: JSON, pages, redirects and problems, with GitHub's headers.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, LINK, LOCATION};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::api::request::Request;
use crate::api::view::View;

/// Where the documentation of a problem is.
const DOCUMENTATION: &str = "https://docs.github.com/rest";

/// The hexadecimal digest of some bytes.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        for digit in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(u32::from(digit), 16));
        }
        text
    })
}

/// How many requests are left.
#[derive(Debug, Clone, Copy)]
pub(super) struct RateLimit {
    /// In an hour.
    pub(super) limit: u64,
    /// Of them, used.
    pub(super) used: u64,
    /// When the hour ends, in seconds of the epoch.
    pub(super) reset: i64,
}

impl RateLimit {
    fn remaining(self) -> u64 {
        self.limit.saturating_sub(self.used)
    }

    /// The body of `/rate_limit`.
    pub(super) fn document(self) -> Value {
        let core = json!({
            "limit": self.limit, "used": self.used, "remaining": self.remaining(), "reset": self.reset,
        });
        let search = json!({"limit": 30, "used": 0, "remaining": 30, "reset": self.reset});
        json!({"resources": {"core": core, "search": search}, "rate": core})
    }
}

/// An answer before its headers.
#[derive(Debug)]
pub(super) struct Reply {
    status: u16,
    body: String,
    link: Option<String>,
    location: Option<String>,
}

impl Reply {
    /// 200 with a document.
    pub(super) fn json(document: Value) -> Self {
        Self {
            status: 200,
            body: document.to_string(),
            link: None,
            location: None,
        }
    }

    /// A document, or 404 where there is none.
    pub(super) fn found(document: Option<Value>) -> Self {
        document.map_or_else(Self::not_found, Self::json)
    }

    /// A problem as GitHub words it.
    pub(super) fn problem(status: u16, message: &str) -> Self {
        let document = json!({"message": message, "documentation_url": DOCUMENTATION, "status": status.to_string()});
        Self {
            status,
            ..Self::json(document)
        }
    }

    /// 404.
    pub(super) fn not_found() -> Self {
        Self::problem(404, "Not Found")
    }

    /// 302.
    pub(super) fn redirect(location: String) -> Self {
        Self {
            status: 302,
            body: String::new(),
            link: None,
            location: Some(location),
        }
    }

    /// One page of a list; `envelope` is the member that holds it next to `total_count`.
    pub(super) fn list<T>(
        view: &View<'_>,
        request: &Request,
        items: Vec<T>,
        envelope: Option<&str>,
        write: impl FnMut(T) -> Value,
    ) -> Self {
        Self::capped(view, request, items, usize::MAX, envelope, write)
    }

    /// One page of a list of which only the first `cap` entries can be reached.
    pub(super) fn capped<T>(
        view: &View<'_>,
        request: &Request,
        items: Vec<T>,
        cap: usize,
        envelope: Option<&str>,
        write: impl FnMut(T) -> Value,
    ) -> Self {
        let (page, size) = request.page();
        let total = items.len();
        let reachable = total.min(cap);
        let last = reachable.div_ceil(size).max(1);
        let start = (page - 1).saturating_mul(size).min(reachable);
        let end = start.saturating_add(size).min(reachable);
        let shown: Vec<Value> = items.into_iter().take(end).skip(start).map(write).collect();
        let mut links = Vec::new();
        let mut add = |page: usize, relation: &str| {
            links.push(format!("<{}{}>; rel=\"{relation}\"", view.api, request.with_page(page)));
        };
        if page > 1 {
            add((page - 1).min(last), "prev");
        }
        if page < last {
            add(page + 1, "next");
            add(last, "last");
        }
        if page > 1 {
            add(1, "first");
        }
        let document = match envelope {
            Some(member) => {
                let mut document = json!({"total_count": total});
                document[member] = Value::Array(shown);
                document
            }
            None => Value::Array(shown),
        };
        Self {
            link: (!links.is_empty()).then(|| links.join(", ")),
            ..Self::json(document)
        }
    }

    fn etag(&self) -> String {
        let linked = format!("{}{}", self.body, self.link.as_deref().unwrap_or_default());
        format!("W/\"{}\"", sha256(linked.as_bytes()))
    }

    /// Tells whether the client has this answer already.
    pub(super) fn is_known(&self, if_none_match: Option<&str>) -> bool {
        let etag = self.etag();
        let opaque = etag.trim_start_matches("W/");
        self.status == 200
            && if_none_match.is_some_and(|held| {
                held.split(',')
                    .any(|held| held.trim().trim_start_matches("W/") == opaque)
            })
    }

    /// Puts the headers on.
    pub(super) fn respond(self, limit: RateLimit, if_none_match: Option<&str>) -> Response {
        let is_known = self.is_known(if_none_match);
        let etag = (self.status == 200).then(|| self.etag());
        let mut response = Response::new(if is_known { Body::empty() } else { Body::from(self.body) });
        let status = if is_known { 304 } else { self.status };
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut put = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                response.headers_mut().insert(name, value);
            }
        };
        if let Some(location) = &self.location {
            put(LOCATION, location);
        } else {
            put(CONTENT_TYPE, "application/json; charset=utf-8");
        }
        put(CACHE_CONTROL, "private, max-age=60, s-maxage=60");
        if let Some(etag) = &etag {
            put(ETAG, etag);
        }
        if let Some(link) = &self.link {
            put(LINK, link);
        }
        put(HeaderName::from_static("x-github-api-version-selected"), "2022-11-28");
        put(HeaderName::from_static("x-github-media-type"), "github.v3; format=json");
        put(HeaderName::from_static("x-ratelimit-limit"), &limit.limit.to_string());
        put(
            HeaderName::from_static("x-ratelimit-remaining"),
            &limit.remaining().to_string(),
        );
        put(HeaderName::from_static("x-ratelimit-used"), &limit.used.to_string());
        put(HeaderName::from_static("x-ratelimit-reset"), &limit.reset.to_string());
        put(HeaderName::from_static("x-ratelimit-resource"), "core");
        response
    }
}

//! What every response says to the browser, and the check of the name that the visitor used.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, HOST, HeaderMap, HeaderName, HeaderValue};
use axum::http::{StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::error::{Asking, Problem, write_problem};

/// Sent with everything.
const HEADERS: [(HeaderName, HeaderValue); 8] = [
    (
        HeaderName::from_static("content-security-policy"),
        HeaderValue::from_static(
            "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; \
             base-uri 'none'",
        ),
    ),
    (
        HeaderName::from_static("x-content-type-options"),
        HeaderValue::from_static("nosniff"),
    ),
    (
        HeaderName::from_static("x-frame-options"),
        HeaderValue::from_static("DENY"),
    ),
    (
        HeaderName::from_static("referrer-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
    (
        HeaderName::from_static("x-robots-tag"),
        HeaderValue::from_static("noindex"),
    ),
];

/// Refuses foreign names, writes problems, adds the headers. The outermost layer.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    let asking = Asking::of(&request);
    let response = match check_host(request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    let mut response = write_problem(&asking, response);
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, value);
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
    response
}

/// A page of another site whose name was made to resolve to this machine still sends its own name (DNS rebinding).
fn check_host(uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
    let mut named = headers.get_all(HOST).iter();
    let (Some(host), None) = (named.next(), named.next()) else {
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "The request names no host, or more than one.",
        ));
    };
    let is_loopback = host.to_str().is_ok_and(is_loopback_name)
        && uri
            .authority()
            .is_none_or(|authority| is_loopback_name(authority.as_str()));
    if is_loopback {
        return Ok(());
    }
    let detail = "Use `localhost`, `127.0.0.1` or `[::1]`: there is no login yet.";
    Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, detail))
}

/// Accepts `localhost`, `127.0.0.0/8` and `[::1]`, with or without a port.
fn is_loopback_name(host: &str) -> bool {
    let (is_loopback, port) =
        if let Some((address, rest)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            let is_loopback = address.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback());
            (is_loopback, rest.strip_prefix(':').or(rest.is_empty().then_some("")))
        } else {
            let (name, port) = host.split_once(':').unwrap_or((host, ""));
            let is_loopback = name.eq_ignore_ascii_case("localhost")
                || name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback());
            (is_loopback, Some(port))
        };
    is_loopback && port.is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_are_answered() {
        for host in [
            "localhost",
            "LocalHost:80",
            "127.0.0.1",
            "127.8.8.8:8080",
            "[::1]",
            "[::1]:8080",
        ] {
            assert!(is_loopback_name(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "127.0.0.1:80@evil",
            "0.0.0.0",
            "[::]:80",
            "[::1",
            "[::1]x",
            "::1",
            "10.0.0.1",
            "localhost:80:80",
            "127.1",
        ] {
            assert!(!is_loopback_name(host), "{host}");
        }
    }

    #[test]
    fn a_foreign_or_missing_host_is_refused() {
        let uri = Uri::from_static("/");
        let check = |hosts: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for host in hosts {
                headers.append(HOST, HeaderValue::from_static(host));
            }
            check_host(&uri, &headers).map_err(|problem| problem.status)
        };
        assert_eq!(check(&["127.0.0.1:8080"]), Ok(()));
        assert_eq!(check(&["rebound.example:8080"]), Err(421));
        assert_eq!(check(&[]), Err(400));
        assert_eq!(check(&["localhost", "localhost"]), Err(400));
        let absolute = Uri::from_static("http://rebound.example/");
        let mut headers = HeaderMap::new();
        headers.append(HOST, HeaderValue::from_static("localhost"));
        assert_eq!(check_host(&absolute, &headers).unwrap_err().status, 421);
    }
}

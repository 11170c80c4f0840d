//! What happens to a request before and after it is answered: credentials, limits, faults, headers.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Body as Stream;
use axum::extract::{Request as Incoming, State as Shared};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use domain::clock::Timestamp;
use futures::stream::{self, StreamExt as _};
use serde_json::{Value, json};

use crate::api::answer::{Answer, Body};
use crate::api::credential::Standing;
use crate::api::fault::Fault;
use crate::api::request::Request;
use crate::api::server::{Origin, Recorded, State};
use crate::api::view::digest;
use crate::api::{download, organization, route};

/// An hour is over after so many refusals: nobody's clock runs here.
const REFUSALS: u64 = 2;

/// A request with what the handlers need of it.
#[derive(Debug)]
struct Call {
    request: Request,
    target: String,
    authorization: Option<String>,
    known: Option<String>,
}

impl Call {
    fn new(incoming: &Incoming) -> Self {
        let uri = incoming.uri();
        let headers = incoming.headers();
        let text = |name: HeaderName| text(headers, name);
        let method = if incoming.method() == "HEAD" {
            "GET"
        } else {
            incoming.method().as_str()
        };
        Self {
            request: Request::new(
                method,
                uri.path(),
                uri.query().unwrap_or_default(),
                &text(header::ACCEPT).unwrap_or_default(),
            ),
            target: uri.path_and_query().map_or("/", |target| target.as_str()).to_owned(),
            authorization: text(header::AUTHORIZATION),
            known: text(header::IF_NONE_MATCH),
        }
    }

    fn recorded(&self, origin: Origin) -> Recorded {
        Recorded {
            origin,
            method: self.request.method.clone(),
            target: self.target.clone(),
            has_authorization: self.authorization.is_some(),
        }
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers
        .get(name)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// Answers a request to the API.
pub(crate) async fn on_api(Shared(state): Shared<Arc<State>>, incoming: Incoming) -> Response {
    let mut call = Call::new(&incoming);
    state.record(call.recorded(Origin::Api));
    let fault = state.faults.draw(&call.request, &call.target);
    call.request.shift = state.faults.shift(&call.request);
    delay(fault).await;
    let answered = tokio::task::spawn_blocking(move || answer(&state, &call, fault)).await;
    let (answer, is_cut) = answered.unwrap_or_else(|_| (Answer::refusal(500, "Server Error"), false));
    respond(answer, is_cut)
}

/// Answers a request to the downloads.
pub(crate) async fn on_downloads(Shared(state): Shared<Arc<State>>, incoming: Incoming) -> Response {
    let call = Call::new(&incoming);
    state.record(call.recorded(Origin::Downloads));
    if call.authorization.is_some() {
        return respond(Answer::refusal(400, "InvalidAuthenticationInfo"), false);
    }
    let fault = state.faults.draw(&call.request, &call.target);
    delay(fault).await;
    let answered = tokio::task::spawn_blocking(move || {
        let now = state.now();
        let mut answer = match fault {
            Some(Fault::Server(status)) => Answer::refusal(status, "ServerBusy"),
            _ => download::answer(&state.view(now), &call.request),
        };
        if let (Some(Fault::Corrupted), Body::Raw(_, bytes)) = (fault, &mut answer.body) {
            let middle = bytes.len() / 2;
            if let Some(byte) = bytes.get_mut(middle) {
                *byte ^= 0x55;
            }
        }
        (answer.with("date", dated(now)), fault == Some(Fault::Truncated))
    })
    .await;
    let (answer, is_cut) = answered.unwrap_or_else(|_| (Answer::refusal(500, "Server Error"), false));
    respond(answer, is_cut)
}

async fn delay(fault: Option<Fault>) {
    if let Some(Fault::Slow(milliseconds)) = fault {
        tokio::time::sleep(Duration::from_millis(u64::from(milliseconds))).await;
    }
}

/// What remains of the hour, and when the next one begins.
#[derive(Debug, Clone, Copy)]
struct Allowance {
    limit: u64,
    used: u64,
    reset: i64,
}

impl Allowance {
    fn document(self) -> Value {
        json!({
            "limit": self.limit,
            "used": self.used,
            "remaining": self.limit.saturating_sub(self.used),
            "reset": self.reset,
        })
    }
}

/// The answer with all its headers, and whether its body breaks off.
fn answer(state: &State, call: &Call, fault: Option<Fault>) -> (Answer, bool) {
    let now = state.now();
    let is_free = call.request.path.trim_end_matches('/') == "/rate_limit";
    let mut allowance = Allowance {
        limit: state.rate_limit,
        used: state.used.load(Ordering::Relaxed),
        reset: (now + chrono::TimeDelta::hours(1)).timestamp(),
    };
    let refused = refusal(state, call, now)
        .or_else(|| faulty(fault, now, &mut allowance))
        .or_else(|| {
            if is_free {
                None
            } else {
                exhausted(state, &mut allowance)
            }
        });
    let mut answer = match refused {
        Some(answer) => answer,
        None if is_free => {
            let core = allowance.document();
            let search = json!({"limit": 30, "used": 0, "remaining": 30, "reset": allowance.reset});
            Answer::json(json!({"resources": {"core": core, "search": search}, "rate": core}))
        }
        None => served(state, call, now),
    };
    spoil(&mut answer, fault);
    if answer.status == 200 {
        answer = tagged(answer, call);
    }
    if !is_free && !matches!(answer.status, 304 | 401 | 403 | 429) {
        allowance.used = state.used.fetch_add(1, Ordering::Relaxed) + 1;
    }
    let id = digest(&["request", &call.target, &now.timestamp().to_string()]).to_uppercase();
    let part = |from: usize, to: usize| id.get(from..to).unwrap_or_default();
    let request_id = format!("{}:{}:{}:{}", part(0, 4), part(4, 10), part(10, 17), part(17, 24));
    let remaining = allowance.limit.saturating_sub(allowance.used);
    let answer = answer
        .with("date", dated(now))
        .with("x-github-media-type", "github.v3; format=json".to_owned())
        .with("x-github-api-version-selected", "2022-11-28".to_owned())
        .with("x-github-request-id", request_id)
        .with("x-ratelimit-limit", allowance.limit.to_string())
        .with("x-ratelimit-remaining", remaining.to_string())
        .with("x-ratelimit-used", allowance.used.to_string())
        .with("x-ratelimit-reset", allowance.reset.to_string())
        .with("x-ratelimit-resource", "core".to_owned());
    (answer, fault == Some(Fault::Truncated))
}

fn dated(now: Timestamp) -> String {
    now.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Why a request is not let in.
fn refusal(state: &State, call: &Call, now: Timestamp) -> Option<Answer> {
    let standing = state.gate.standing(call.authorization.as_deref(), now);
    let segments: Vec<&str> = call.request.segments.iter().map(String::as_str).collect();
    let is_own = matches!(
        segments.as_slice(),
        ["app", ..] | ["repos", _, _, "installation"] | ["orgs", _, "installation"]
    );
    match standing {
        Standing::Missing => Some(Answer::refusal(401, "Requires authentication")),
        Standing::Bad => Some(Answer::refusal(401, "Bad credentials")),
        Standing::Reader if is_own => Some(Answer::refusal(401, "A JSON web token could not be decoded")),
        Standing::Application if !is_own => Some(Answer::refusal(401, "Bad credentials")),
        Standing::Reader | Standing::Application => None,
    }
}

/// The answer of a fault that is one by itself.
fn faulty(fault: Option<Fault>, now: Timestamp, allowance: &mut Allowance) -> Option<Answer> {
    let soon = || "1".to_owned();
    match fault? {
        Fault::PrimaryLimit => {
            allowance.used = allowance.limit;
            allowance.reset = now.timestamp() + 1;
            Some(Answer::refusal(403, "API rate limit exceeded for installation ID 1."))
        }
        Fault::SecondaryLimit => {
            let message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
            Some(Answer::refusal(403, message).with("retry-after", soon()))
        }
        Fault::TooMany => Some(Answer::refusal(429, "Too many requests").with("retry-after", soon())),
        Fault::Server(status) => Some(Answer::refusal(status, "Server Error")),
        Fault::Vanished => Some(Answer::not_found()),
        Fault::ForeignRedirect => Some(Answer::redirect(
            "https://downloads.invalid/artifact.zip?sig=0000".to_owned(),
        )),
        Fault::Slow(_) | Fault::Truncated | Fault::WrongDigest | Fault::Corrupted => None,
    }
}

/// 403 where nothing is left; after a few of them the next hour begins.
fn exhausted(state: &State, allowance: &mut Allowance) -> Option<Answer> {
    if allowance.used < allowance.limit {
        return None;
    }
    if state.refused.fetch_add(1, Ordering::Relaxed) + 1 >= REFUSALS {
        state.refused.store(0, Ordering::Relaxed);
        state.used.store(0, Ordering::Relaxed);
    }
    allowance.used = allowance.limit;
    Some(Answer::refusal(403, "API rate limit exceeded for installation ID 1."))
}

/// What the world says.
fn served(state: &State, call: &Call, now: Timestamp) -> Answer {
    let view = state.view(now);
    let segments: Vec<&str> = call.request.segments.iter().map(String::as_str).collect();
    if let Some(application) = &state.gate.application {
        if let ("POST", ["app", "installations", id, "access_tokens"]) =
            (call.request.method.as_str(), segments.as_slice())
        {
            if *id != application.installation_id.to_string() {
                return Answer::not_found();
            }
            return organization::access_token(&view, &state.gate.issue(state.world.seed, now));
        }
        if let Some(answer) = organization::application(&view, &call.request, application, &segments) {
            return answer;
        }
    }
    if call.request.method == "GET" {
        route::answer(&view, &call.request)
    } else {
        Answer::not_found()
    }
}

/// Makes a document name another digest.
fn spoil(answer: &mut Answer, fault: Option<Fault>) {
    if let (Some(Fault::WrongDigest), Body::Json(Value::Object(fields))) = (fault, &mut answer.body)
        && let Some(held) = fields.get_mut("digest")
    {
        *held = json!(format!("sha256:{}", "0".repeat(64)));
    }
}

/// Gives a document its tag, or 304 where the client has it already. Tags are of one client's token.
fn tagged(mut answer: Answer, call: &Call) -> Answer {
    let Body::Json(document) = &answer.body else {
        return answer;
    };
    let token = call.authorization.as_deref().unwrap_or_default();
    let tag = format!("W/\"{}\"", digest(&["tag", token, &document.to_string()]));
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let is_known = call
        .known
        .as_deref()
        .is_some_and(|known| known.split(',').any(|one| bare(one) == bare(&tag)));
    if is_known {
        answer.status = 304;
        answer.body = Body::Empty;
    }
    answer
        .with("etag", tag)
        .with("cache-control", "private, max-age=60, s-maxage=60".to_owned())
        .with("vary", "Accept, Authorization, Cookie, X-GitHub-OTP".to_owned())
}

/// Puts an answer on the wire, or the first half of it.
fn respond(answer: Answer, is_cut: bool) -> Response {
    let (media, bytes) = match answer.body {
        Body::Json(document) => ("application/json; charset=utf-8", document.to_string().into_bytes()),
        Body::Raw(media, bytes) => (media, bytes),
        Body::Empty => ("", Vec::new()),
    };
    let length = bytes.len();
    let body = if is_cut && length > 0 {
        let half = bytes.get(..length / 2).unwrap_or_default().to_vec();
        // The half is on the wire before the connection breaks only if the stream waits once in between.
        let breaks = async {
            tokio::task::yield_now().await;
            Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
        };
        Stream::from_stream(stream::iter([Ok(half)]).chain(stream::once(breaks)))
    } else {
        Stream::from(bytes)
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if !media.is_empty() {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

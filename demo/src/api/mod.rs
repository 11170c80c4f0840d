//! GitHub's REST interface over a world cut at an instant: nothing that happens later shows.
//!
//! Two origins listen on loopback, as GitHub has two: the interface itself, and the store that downloads are
//! redirected to, which answers 400 to a request that carries credentials. Bodies depend on the world, the instant
//! and the request only.

mod artifacts;
mod changes;
mod findings;
mod jobs;
mod operations;
mod reply;
mod repositories;
mod request;
mod router;
mod runs;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
mod view;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, IF_NONE_MATCH};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use chrono::{DurationRound as _, TimeDelta};
use domain::clock::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::api::reply::{RateLimit, Reply};
use crate::api::request::Request;
use crate::api::view::View;
use crate::world::World;
use crate::world::repository::Repository;
use crate::world::run::Artifact;

/// How artifact bytes are made: (world, repository, artifact) to a zip.
pub type Files = fn(&World, &Repository, &Artifact) -> Vec<u8>;

/// What the server answers with.
#[derive(Debug, Clone)]
pub struct Options {
    /// The instant that the world is cut at.
    pub now: Timestamp,
    /// Requests in an hour of the world; one more is answered with 403.
    pub rate_limit: u64,
    /// The only token that is let in; null: everybody is.
    pub token: Option<String>,
}

/// What moves while the server runs.
#[derive(Debug)]
struct Moving {
    now: Timestamp,
    used: u64,
    /// Size and digest of the artifacts that were asked for.
    sizes: BTreeMap<i64, (usize, String)>,
}

/// What both origins share.
#[derive(Debug)]
struct Shared {
    world: Arc<World>,
    rate_limit: u64,
    token: Option<String>,
    files: Files,
    api: String,
    downloads: String,
    moving: Mutex<Moving>,
}

/// The hour of an instant, which is the window of the rate limit.
fn hour(instant: Timestamp) -> Timestamp {
    instant.duration_trunc(TimeDelta::hours(1)).unwrap_or(instant)
}

impl Shared {
    fn moving(&self) -> std::sync::MutexGuard<'_, Moving> {
        self.moving.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn view(&self) -> View<'_> {
        View {
            world: &self.world,
            now: self.moving().now,
            api: &self.api,
            downloads: &self.downloads,
            files: self.files,
        }
    }

    /// Size and digest of an artifact's zip, made once.
    fn size(&self, repository: &Repository, artifact: &Artifact) -> (usize, String) {
        if let Some(known) = self.moving().sizes.get(&artifact.id) {
            return known.clone();
        }
        let bytes = (self.files)(&self.world, repository, artifact);
        let size = (bytes.len(), reply::sha256(&bytes));
        self.moving().sizes.insert(artifact.id, size.clone());
        size
    }

    /// Why a request is not let in.
    fn refusal(&self, headers: &HeaderMap) -> Option<Reply> {
        let token = self.token.as_ref()?;
        let Some(sent) = headers.get(AUTHORIZATION) else {
            return Some(Reply::problem(401, "Requires authentication"));
        };
        let sent = sent.to_str().unwrap_or_default();
        let is_known = sent.split_once(' ').is_some_and(|(scheme, value)| {
            (scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token")) && value.trim() == token
        });
        if is_known {
            None
        } else {
            Some(Reply::problem(401, "Bad credentials"))
        }
    }

    /// Answers a request of the interface.
    fn answer(&self, method: &Method, uri: &str, headers: &HeaderMap) -> Response {
        let view = self.view();
        let mut limit = RateLimit {
            limit: self.rate_limit,
            used: self.moving().used,
            reset: (hour(view.now) + TimeDelta::hours(1)).timestamp(),
        };
        let if_none_match = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        if let Some(refusal) = self.refusal(headers) {
            return refusal.respond(limit, None);
        }
        let request = Request::read(uri);
        if request.segments == ["rate_limit"] {
            return Reply::json(limit.document()).respond(limit, None);
        }
        if limit.used >= self.rate_limit {
            return Reply::problem(403, "API rate limit exceeded for this token.").respond(limit, None);
        }
        let reply = if method == Method::GET || method == Method::HEAD {
            router::route(&view, self, &request)
        } else {
            Reply::not_found()
        };
        // An answer that the client already has is free.
        if !reply.is_known(if_none_match) {
            limit.used += 1;
            self.moving().used += 1;
        }
        reply.respond(limit, if_none_match)
    }

    /// Answers a request of the store.
    fn download(&self, uri: &str, headers: &HeaderMap) -> Response {
        let plain = |status: StatusCode, text: &'static str| {
            let mut response = Response::new(Body::from(text));
            *response.status_mut() = status;
            response
        };
        if headers.contains_key(AUTHORIZATION) {
            return plain(StatusCode::BAD_REQUEST, "InvalidAuthenticationInfo");
        }
        let request = Request::read(uri);
        match artifacts::bytes(&self.view(), &request) {
            Some(bytes) => {
                let mut response = Response::new(Body::from(bytes));
                if let Ok(value) = "application/zip".parse() {
                    response.headers_mut().insert(CONTENT_TYPE, value);
                }
                response
            }
            None => plain(StatusCode::FORBIDDEN, "AuthenticationFailed"),
        }
    }
}

/// The running server.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<io::Result<()>>>,
}

impl Server {
    /// Listens on `listen` for the interface, and on another port of the same address for downloads.
    pub async fn start(world: Arc<World>, options: Options, listen: SocketAddr, files: Files) -> io::Result<Self> {
        let interface = TcpListener::bind(listen).await?;
        let store = TcpListener::bind(SocketAddr::new(listen.ip(), 0)).await?;
        let shared = Arc::new(Shared {
            world,
            rate_limit: options.rate_limit,
            token: options.token,
            files,
            api: format!("http://{}", interface.local_addr()?),
            downloads: format!("http://{}", store.local_addr()?),
            moving: Mutex::new(Moving {
                now: options.now,
                used: 0,
                sizes: BTreeMap::new(),
            }),
        });
        let (stop, stopped) = watch::channel(false);
        let routers = [
            (
                interface,
                Router::new().fallback(on_interface).with_state(Arc::clone(&shared)),
            ),
            (store, Router::new().fallback(on_store).with_state(Arc::clone(&shared))),
        ];
        let tasks = routers
            .into_iter()
            .map(|(listener, router)| {
                let mut stopped = stopped.clone();
                tokio::spawn(async move {
                    axum::serve(listener, router)
                        .with_graceful_shutdown(async move {
                            let _ = stopped.wait_for(|is_stopped| *is_stopped).await;
                        })
                        .await
                })
            })
            .collect();
        Ok(Self { shared, stop, tasks })
    }

    /// Where the interface is, without a slash at its end.
    pub fn api_url(&self) -> String {
        self.shared.api.clone()
    }

    /// Cuts the world at another instant; a new hour of the world has its own requests.
    pub fn set_now(&self, now: Timestamp) {
        let mut moving = self.shared.moving();
        if hour(moving.now) != hour(now) {
            moving.used = 0;
        }
        moving.now = now;
    }

    /// Answers what was asked, then closes both origins.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        for task in self.tasks {
            let _ = task.await;
        }
    }
}

/// The text of a request's target.
fn target(request: &axum::extract::Request) -> String {
    request
        .uri()
        .path_and_query()
        .map_or_else(|| "/".to_owned(), ToString::to_string)
}

async fn on_interface(State(shared): State<Arc<Shared>>, request: axum::extract::Request) -> Response {
    shared.answer(request.method(), &target(&request), request.headers())
}

async fn on_store(State(shared): State<Arc<Shared>>, request: axum::extract::Request) -> Response {
    shared.download(&target(&request), request.headers())
}

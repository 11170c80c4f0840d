//! The running server: two origins on loopback, what it was asked, and the instant that it answers for.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use domain::clock::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::api::credential::{Application, Gate};
use crate::api::fault::Faults;
use crate::api::index::Index;
use crate::api::pipeline;
use crate::api::view::{Measures, View};
use crate::world::World;

/// So many requests are remembered.
const REMEMBERED: usize = 100_000;
/// Connections that are still open at the end get so long.
const FAREWELL: Duration = Duration::from_secs(5);

/// How a server answers.
#[derive(Debug, Clone)]
pub struct Options {
    /// Nothing later shows.
    pub now: Timestamp,
    /// Requests of an hour.
    pub rate_limit: u64,
    /// So many of a hundred requests go wrong.
    pub fault_percent: u8,
    /// The token that every request needs; null: none.
    pub token: Option<String>,
    /// The App that may draw tokens; null: there is none.
    pub application: Option<Application>,
}

impl Options {
    /// A server that lets everybody ask and in which nothing goes wrong.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now,
            rate_limit: 15_000_000,
            fault_percent: 0,
            token: None,
            application: None,
        }
    }
}

/// Which of the two origins was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The API.
    Api,
    /// Downloads, which must never see credentials.
    Downloads,
}

/// One request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Where it arrived.
    pub origin: Origin,
    /// `GET`.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// It carried an `Authorization` header.
    pub has_authorization: bool,
}

/// What the handlers of both origins share.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) world: Arc<World>,
    pub(crate) index: Index,
    pub(crate) measures: Measures,
    pub(crate) now: Mutex<Timestamp>,
    pub(crate) gate: Gate,
    pub(crate) faults: Faults,
    pub(crate) api: String,
    pub(crate) downloads: String,
    pub(crate) rate_limit: u64,
    /// Requests of the present hour.
    pub(crate) used: AtomicU64,
    /// Requests that were refused because nothing was left.
    pub(crate) refused: AtomicU64,
    recorded: Mutex<VecDeque<Recorded>>,
    leaks: AtomicU64,
}

impl State {
    /// The world at an instant.
    pub(crate) fn view(&self, now: Timestamp) -> View<'_> {
        View {
            world: &self.world,
            index: &self.index,
            measures: &self.measures,
            now,
            api: &self.api,
            downloads: &self.downloads,
        }
    }

    /// The instant that is answered for.
    pub(crate) fn now(&self) -> Timestamp {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a request.
    pub(crate) fn record(&self, request: Recorded) {
        if request.origin == Origin::Downloads && request.has_authorization {
            self.leaks.fetch_add(1, Ordering::Relaxed);
        }
        let mut recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        if recorded.len() == REMEMBERED {
            recorded.pop_front();
        }
        recorded.push_back(request);
    }
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    state: Arc<State>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<io::Result<()>>>,
}

impl Server {
    /// Listens on `listen` for the API and on another port of the same address for downloads.
    pub async fn start(world: Arc<World>, options: Options, listen: SocketAddr) -> io::Result<Self> {
        let api = TcpListener::bind(listen).await?;
        let downloads = TcpListener::bind(SocketAddr::new(listen.ip(), 0)).await?;
        let read = Arc::clone(&world);
        let index = tokio::task::spawn_blocking(move || Index::of(&read))
            .await
            .map_err(io::Error::other)?;
        let state = Arc::new(State {
            index,
            measures: Mutex::new(HashMap::new()),
            now: Mutex::new(options.now),
            gate: Gate::new(options.token, options.application),
            faults: Faults::new(world.seed, options.fault_percent),
            api: format!("http://{}", api.local_addr()?),
            downloads: format!("http://{}", downloads.local_addr()?),
            rate_limit: options.rate_limit,
            used: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            recorded: Mutex::new(VecDeque::new()),
            leaks: AtomicU64::new(0),
            world,
        });
        let (stop, stopped) = watch::channel(false);
        let on_api = Router::new().fallback(pipeline::on_api).with_state(Arc::clone(&state));
        let on_downloads = Router::new()
            .fallback(pipeline::on_downloads)
            .with_state(Arc::clone(&state));
        let tasks = vec![
            tokio::spawn(serve(api, on_api, stopped.clone())),
            tokio::spawn(serve(downloads, on_downloads, stopped)),
        ];
        Ok(Self { state, stop, tasks })
    }

    /// `http://127.0.0.1:4001`, where the API answers.
    pub fn api_url(&self) -> String {
        self.state.api.clone()
    }

    /// The same of the downloads.
    pub fn download_url(&self) -> String {
        self.state.downloads.clone()
    }

    /// Answers for another instant from now on.
    pub fn set_now(&self, now: Timestamp) {
        *self.state.now.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// The last hundred thousand requests, the oldest first.
    pub fn requests(&self) -> Vec<Recorded> {
        let recorded = self.state.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        recorded.iter().cloned().collect()
    }

    /// How many requests carried credentials to the downloads.
    pub fn leaks(&self) -> u64 {
        self.state.leaks.load(Ordering::Relaxed)
    }

    /// Stops listening, and waits for what is being answered.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for mut task in self.tasks {
            if tokio::time::timeout(FAREWELL, &mut task).await.is_err() {
                task.abort();
            }
        }
    }
}

async fn serve(listener: TcpListener, router: Router, mut stopped: watch::Receiver<bool>) -> io::Result<()> {
    let stop = async move {
        // An error means that the server was dropped, which ends it as well.
        let _ = stopped.wait_for(|is_stopped| *is_stopped).await;
    };
    axum::serve(listener, router).with_graceful_shutdown(stop).await
}

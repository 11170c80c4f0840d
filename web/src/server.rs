//! The accept loop: what `axum::serve` has no setting for is a limit of connections and of the time for a header.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::routes::router;
use crate::state::State;

/// Connections served at one time; further ones wait in the listener's backlog.
const CONNECTIONS_MAX: usize = 256;
/// Time for a request's head to arrive, and for a kept connection to send its next one.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Time that requests under way are given at shutdown.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);
/// Pause after an error of the machine, as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(500);

/// Why the server does not listen on an address.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{address}` is reachable from other machines and there is no login yet: listen on loopback, as `127.0.0.1:{port}` \
     or `[::1]:{port}`",
    port = .address.port()
)]
pub struct AddressRefused {
    address: SocketAddr,
}

/// Accepts loopback only: anybody who reaches the server reads everything.
pub fn check_address(address: SocketAddr) -> Result<(), AddressRefused> {
    if address.ip().to_canonical().is_loopback() {
        Ok(())
    } else {
        Err(AddressRefused { address })
    }
}

/// Serves pages until `shutdown`, then lets requests under way finish for at most five seconds.
///
/// Fails if the listener is not on loopback, whoever opened it.
pub async fn serve(listener: TcpListener, state: State, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    let address = listener.local_addr()?;
    check_address(address).map_err(|refused| io::Error::new(io::ErrorKind::PermissionDenied, refused))?;
    tracing::info!(server.address = %address, "the server listens");

    let service = TowerToHyperService::new(router(state));
    let permits = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = async {
            let permit = Arc::clone(&permits).acquire_owned().await;
            (listener.accept().await, permit)
        };
        let (accepted, permit) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut shutdown => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) if is_of_the_connection(&error) => continue,
            Err(error) => {
                tracing::error!(error = %error, "failed to accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        while connections.try_join_next().is_some() {}
        let connection = graceful.watch(connection(stream, service.clone()));
        connections.spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error = %error, "a connection ended early");
            }
            drop(permit);
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN_TIMEOUT, graceful.shutdown()).await.is_err() {
        tracing::warn!(
            server.connections = connections.len(),
            "requests under way were cut off at shutdown"
        );
    }
    connections.shutdown().await;
    Ok(())
}

fn connection(
    stream: TcpStream,
    service: TowerToHyperService<axum::Router>,
) -> http1::Connection<TokioIo<TcpStream>, TowerToHyperService<axum::Router>> {
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service)
}

/// The visitor went away before being accepted: nobody's fault here.
fn is_of_the_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_listened_on() {
        for address in ["127.0.0.1:8080", "127.9.9.9:1", "[::1]:8080", "[::ffff:127.0.0.1]:80"] {
            assert_eq!(check_address(address.parse().unwrap()), Ok(()), "{address}");
        }
        for address in [
            "0.0.0.0:8080",
            "[::]:8080",
            "192.168.1.5:80",
            "10.0.0.1:80",
            "[fe80::1]:80",
            "8.8.8.8:80",
        ] {
            let refused = check_address(address.parse().unwrap()).unwrap_err().to_string();
            assert!(
                refused.contains("no login yet") && refused.contains("127.0.0.1:"),
                "{refused}"
            );
        }
    }
}

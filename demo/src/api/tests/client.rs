//! A client that sees what is on the wire.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::api::server::{Options, Server};
use crate::world::World;

/// The sample's repository.
pub(crate) const REPOSITORY: &str = "/repos/neurocipher/payments";

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
    /// Its body has as many bytes as its head says.
    pub(crate) is_whole: bool,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Asks over a connection of its own, so that a body that breaks off shows as one.
pub(crate) async fn ask(url: &str, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
    let host = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    for &(name, value) in headers {
        text.extend([name, ": ", value, "\r\n"]);
    }
    stream.write_all((text + "\r\n").as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    // A reset of the connection is what a body that breaks off looks like.
    let _ = stream.read_to_end(&mut bytes).await;
    let end = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap_or(bytes.len());
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let body = bytes.get(end + 4..).unwrap_or_default().to_vec();
    let mut lines = head.lines();
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .and_then(|code| code.parse().ok());
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers
        .get("content-length")
        .map_or(0, |length| length.parse().unwrap());
    Reply {
        status: status.unwrap_or(0),
        is_whole: body.len() == length,
        headers,
        body,
    }
}

/// Serves a world.
pub(crate) async fn start(world: World, options: Options) -> Server {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    Server::start(Arc::new(world), options, listen).await.unwrap()
}

/// Asks without credentials.
pub(crate) async fn get(server: &Server, path: &str) -> Reply {
    ask(&server.api_url(), "GET", path, &[]).await
}

/// A document of the sample's repository.
pub(crate) async fn of_repository(server: &Server, path: &str) -> Value {
    let reply = get(server, &format!("{REPOSITORY}/{path}")).await;
    assert_eq!(reply.status, 200, "{path}");
    reply.json()
}

/// The part of a redirect's address after its origin.
pub(crate) fn on_downloads(server: &Server, reply: &Reply) -> String {
    assert_eq!(reply.status, 302);
    reply.headers["location"]
        .strip_prefix(&server.download_url())
        .unwrap()
        .to_owned()
}

/// The ids in a list.
pub(crate) fn ids(list: &Value) -> Vec<i64> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].as_i64().unwrap())
        .collect()
}

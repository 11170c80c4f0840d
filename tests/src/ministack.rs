//! An S3 server for tests: ministack from `.venv-ministack`, on a free port of the loopback interface.
//!
//! It ends when its handle is dropped, and at the latest when this process does, however that ends.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use lake::store::StoreOptions;

/// How long a server may take until it answers.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// How long one answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// A server of its own.
#[derive(Debug)]
pub struct Ministack {
    port: u16,
    child: Child,
    n_buckets: AtomicU32,
}

impl Ministack {
    /// The server that all tests of a binary share.
    #[expect(clippy::expect_used, reason = "without the server its tests fail, and say why")]
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Ministack> = OnceLock::new();
        SHARED.get_or_init(|| Self::start().expect("the S3 server of the tests starts"))
    }

    /// Starts a server and waits until it answers.
    pub fn start() -> anyhow::Result<Self> {
        // Another process may take the port between its choice and its use.
        let mut tries = 0;
        loop {
            tries += 1;
            match Self::try_start() {
                Err(error) if tries < 3 => drop(error),
                result => return result,
            }
        }
    }

    fn try_start() -> anyhow::Result<Self> {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let mut child = Command::new(format!("{root}/.venv-ministack/bin/python"))
            .arg(format!("{root}/tests/python/ministack_server.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("`.venv-ministack` is missing or broken: run `make test`, or `tests/setup.sh`")?;
        let stdout = child.stdout.take().context("the server has no output")?;
        let mut server = Self {
            port: 0,
            child,
            n_buckets: AtomicU32::new(0),
        };
        let mut output = BufReader::new(stdout);
        let mut line = String::new();
        output.read_line(&mut line)?;
        let port = line
            .trim()
            .strip_prefix("port ")
            .context("the server ended before it told its port")?;
        server.port = port.parse()?;
        // Whatever else it prints must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        let begun = Instant::now();
        while server.request("GET", "/").is_err() {
            if let Some(status) = server.child.try_wait()? {
                bail!("the server ended with {status} before it answered");
            }
            if begun.elapsed() > READY_WITHIN {
                bail!("the server does not answer after {} seconds", READY_WITHIN.as_secs());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// `http://127.0.0.1:port`.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// URL of a lake that nothing was written to: a prefix of a bucket of its own.
    #[expect(clippy::expect_used, reason = "without the server its tests fail, and say why")]
    pub fn fresh_lake(&self) -> String {
        let bucket = format!("lake-{}", self.n_buckets.fetch_add(1, Ordering::Relaxed));
        let status = self
            .request("PUT", &format!("/{bucket}"))
            .expect("the S3 server answers");
        assert_eq!(status, 200, "the bucket `{bucket}` was not made");
        format!("s3://{bucket}/lake")
    }

    /// Settings that reach the server, by their AWS names.
    pub fn options(&self) -> StoreOptions {
        BTreeMap::from([
            ("AWS_ACCESS_KEY_ID".to_owned(), "test".to_owned()),
            ("AWS_ALLOW_HTTP".to_owned(), "true".to_owned()),
            ("AWS_ENDPOINT_URL".to_owned(), self.endpoint()),
            ("AWS_REGION".to_owned(), "us-east-1".to_owned()),
            ("AWS_SECRET_ACCESS_KEY".to_owned(), "test".to_owned()),
        ])
    }

    /// Sends a request without a body and returns the status of the answer.
    fn request(&self, method: &str, path: &str) -> anyhow::Result<u16> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(ANSWER_WITHIN))?;
        let host = format!("127.0.0.1:{}", self.port);
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer);
        let status = answer
            .strip_prefix("HTTP/1.1 ")
            .and_then(|rest| rest.get(..3))
            .context("no HTTP answer")?;
        Ok(status.parse()?)
    }
}

impl Drop for Ministack {
    fn drop(&mut self) {
        // The server cleans up behind itself once its input closes; one that hangs is killed.
        drop(self.child.stdin.take());
        for _ in 0..100 {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

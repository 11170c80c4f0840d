//! GitHub's own description as a judge: Prism from `.prism`, between a client and what answers in GitHub's place.
//!
//! It ends when its handle is dropped, and at the latest when this process does, however that ends.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::Context as _;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The paths that the judge's description is cut to, in order.
pub fn paths() -> anyhow::Result<Vec<String>> {
    let text = std::fs::read_to_string(format!("{ROOT}/tests/prism/paths.txt"))?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// Writes the paths that the judge's description is cut to.
pub fn write_paths(paths: &[String]) -> anyhow::Result<()> {
    Ok(std::fs::write(
        format!("{ROOT}/tests/prism/paths.txt"),
        paths.join("\n") + "\n",
    )?)
}

/// GitHub's whole description.
pub fn description() -> anyhow::Result<serde_json::Value> {
    let path = format!("{ROOT}/.prism/description.json");
    let bytes = std::fs::read(path).context("`.prism` is missing: run `make test`, or `tests/setup.sh`")?;
    Ok(serde_json::from_slice(&bytes)?)
}

/// A judge in front of an API.
#[derive(Debug)]
pub struct Prism {
    child: Child,
    output: BufReader<ChildStdout>,
    port: u16,
}

impl Prism {
    /// Starts so many judges in front of `upstream`, and waits until they listen.
    pub fn start(upstream: &str, n: usize) -> anyhow::Result<Vec<Self>> {
        let mut judges: Vec<Self> = (0..n).map(|_| Self::spawn(upstream)).collect::<Result<_, _>>()?;
        for judge in &mut judges {
            let mut line = String::new();
            judge.output.read_line(&mut line)?;
            let port = line.trim().strip_prefix("port ");
            judge.port = port.context("the judge ended before it told its port")?.parse()?;
        }
        Ok(judges)
    }

    fn spawn(upstream: &str) -> anyhow::Result<Self> {
        let root = Path::new(ROOT).canonicalize()?;
        let mut child = Command::new(root.join(".venv/bin/node"))
            .arg(root.join("tests/prism/judge.js"))
            .arg(root.join(".prism/description.json"))
            .arg(root.join("tests/prism/paths.txt"))
            .arg(upstream)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("`.venv` has no Node: run `make test`, or `tests/setup.sh`")?;
        let stdout = child.stdout.take().context("the judge has no output")?;
        Ok(Self {
            child,
            output: BufReader::new(stdout),
            port: 0,
        })
    }

    /// `http://127.0.0.1:port`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! JUnit to rows and nothing else: `parse THREADS FOLDER_OR_FILE`, for `make bench`. Rows are counted and dropped.
//!
//! Prints reports, bytes, rows, partial reports and seconds, separated by blanks.
#![expect(clippy::print_stdout, reason = "its output is its purpose")]

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::Context as _;
use domain::source::SourceStatus;
use ingest::formats::junit;
use ingest::sources::directory::walk;

#[derive(Debug, Default)]
struct Counts {
    bytes: AtomicU64,
    rows: AtomicU64,
    partial: AtomicU64,
}

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let n_threads: usize = arguments
        .next()
        .context("usage: parse THREADS FOLDER_OR_FILE")?
        .parse()?;
    let root = PathBuf::from(arguments.next().context("usage: parse THREADS FOLDER_OR_FILE")?);
    let files: Vec<_> = walk(&root)?.files.into_iter().map(|(path, _)| path).collect();
    let n_reports = files.len();
    let queue = Mutex::new(files);
    let counts = Counts::default();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..n_threads).map(|_| scope.spawn(|| work(&queue, &counts))).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().unwrap_or_else(|_| anyhow::bail!("a worker failed")))
    })?;
    let seconds = begun.elapsed().as_secs_f64();
    let [bytes, rows, partial] = [counts.bytes, counts.rows, counts.partial].map(AtomicU64::into_inner);
    println!("{n_reports} {bytes} {rows} {partial} {seconds}");
    Ok(())
}

fn work(queue: &Mutex<Vec<PathBuf>>, counts: &Counts) -> anyhow::Result<()> {
    while let Some(path) = queue.lock().ok().and_then(|mut queue| queue.pop()) {
        let file = File::open(&path)?;
        counts.bytes.fetch_add(file.metadata()?.len(), Ordering::Relaxed);
        let mut rows = 0;
        let outline = junit::read(&mut BufReader::with_capacity(256 * 1024, file), &mut |result| {
            std::hint::black_box(result);
            rows += 1;
            Ok(())
        })?;
        counts.rows.fetch_add(rows, Ordering::Relaxed);
        counts
            .partial
            .fetch_add(u64::from(outline.status != SourceStatus::Complete), Ordering::Relaxed);
    }
    Ok(())
}

//! Where each object of a lake lies. Everything is immutable and put once, except leases, the hint
//! to the newest publication, and answers that were computed ahead.

use domain::clock::Timestamp;
use domain::identity::Sha256Digest;
use object_store::path::Path;

/// `answers`: what was computed ahead.
pub const ANSWERS: &str = "answers";

/// `raw/sha256/ab/<digest>.zst`: a payload as it landed.
pub fn raw(landed: &Sha256Digest) -> Path {
    let digest = landed.to_string();
    Path::from(format!("raw/sha256/{}/{digest}.zst", &digest[..2]))
}

/// `batches/<number>.json`: what a batch is about to do.
pub fn intent(number: u64) -> Path {
    Path::from(format!("batches/{number:020}.json"))
}

/// `tables/<table>`: the root of a Delta table.
pub fn table(table: &str) -> Path {
    Path::from(format!("tables/{table}"))
}

/// `tables/<table>/<digest>.parquet`: a data file.
pub fn data_file(table: &str, name: &str) -> Path {
    Path::from(format!("tables/{table}/{name}"))
}

/// `manifests/<digest>.json`: the files of a table in a publication.
pub fn manifest(digest: &Sha256Digest) -> Path {
    Path::from(format!("manifests/{digest}.json"))
}

/// `publications/<number>.json`: what a reader may see.
pub fn publication(number: u64) -> Path {
    Path::from(format!("publications/{number:020}.json"))
}

/// `publications/newest`: a number at or below the newest; only a hint.
pub fn newest_hint() -> Path {
    Path::from("publications/newest")
}

/// `lease/<number>.json`: who writes.
pub fn lease(number: u64) -> Path {
    Path::from(format!("lease/{number:020}.json"))
}

/// `jobs/<job>/due`: the due times of a job that were taken.
pub fn appointments(job: &str) -> String {
    format!("jobs/{job}/due")
}

/// `jobs/<job>/due/<microseconds>.json`: who took a due time.
pub fn appointment(job: &str, due_micros: u64) -> Path {
    Path::from(format!("jobs/{job}/due/{due_micros:020}.json"))
}

/// `jobs/<job>/ended/<microseconds>.json`: how it ended.
pub fn ending(job: &str, due_micros: u64) -> Path {
    Path::from(format!("jobs/{job}/ended/{due_micros:020}.json"))
}

/// `answers/<publication>/<microseconds>`: what was computed ahead for an instant.
pub fn answers(publication: u64, as_of: Timestamp) -> Path {
    let micros = as_of.timestamp_micros().max(0);
    Path::from(format!("{ANSWERS}/{publication:020}/{micros:020}"))
}

/// Reads the number in the name of an intent, a publication or a lease.
pub fn number(path: &Path) -> Option<u64> {
    path.filename()?.strip_suffix(".json")?.parse().ok()
}

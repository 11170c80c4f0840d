//! The stores that whole flows are run on: a folder, and a real S3 server.

use lake::store::{Store, StoreOptions};
use tests::ministack::Ministack;

/// A fresh folder and a fresh prefix of a bucket, each with a name for messages and what keeps it alive.
pub(crate) fn both() -> Vec<(&'static str, Store, Option<tempfile::TempDir>)> {
    let folder = tempfile::tempdir().unwrap();
    let local = Store::open(folder.path().to_str().unwrap(), &StoreOptions::new()).unwrap();
    vec![("file", local, Some(folder)), ("s3", s3(), None)]
}

/// A fresh prefix on the S3 server of the tests.
pub(crate) fn s3() -> Store {
    let server = Ministack::shared();
    Store::open(&server.fresh_lake(), &server.options()).unwrap()
}

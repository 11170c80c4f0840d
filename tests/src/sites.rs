//! Where the lakes of whole-flow tests lie: a folder, and a real S3 server. A flow runs on both, and only the URL differs.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::FutureExt as _;
use lake::store::{Store, StoreOptions};

use crate::faults::{Fault, FaultStore};
use crate::ministack::Ministack;

/// Runs a flow on a site of each kind; a failure names the kind below its own message.
pub async fn on_every_site(flow: impl AsyncFn(&Site)) {
    for kind in [SiteKind::File, SiteKind::S3] {
        let site = Site::new(kind);
        let done = AssertUnwindSafe(flow(&site)).catch_unwind().await;
        assert!(done.is_ok(), "the flow failed on `{kind}:`");
    }
}

/// The scheme of a lake's URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SiteKind {
    /// A folder.
    File,
    /// A prefix of a bucket.
    S3,
}

impl fmt::Display for SiteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => "file",
            Self::S3 => "s3",
        })
    }
}

/// A place for any number of lakes, and for files beside them. Folders go when it is dropped.
#[derive(Debug)]
pub struct Site {
    /// Which scheme its lakes have.
    pub kind: SiteKind,
    folder: tempfile::TempDir,
    n_lakes: AtomicU32,
}

impl Site {
    /// A place of files only, for what does not depend on the store.
    pub fn local() -> Self {
        Self::new(SiteKind::File)
    }

    #[expect(clippy::expect_used, reason = "tests have a writable folder")]
    fn new(kind: SiteKind) -> Self {
        Self {
            kind,
            folder: tempfile::tempdir().expect("a folder"),
            n_lakes: AtomicU32::new(0),
        }
    }

    /// A local folder for reports.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// A lake that nothing was written to.
    pub fn fresh_lake(&self) -> LakeUrl {
        let number = self.n_lakes.fetch_add(1, Ordering::Relaxed);
        LakeUrl(match self.kind {
            SiteKind::File => format!("file://{}", self.folder().join(format!("lake-{number}")).display()),
            SiteKind::S3 => Ministack::shared().fresh_lake(),
        })
    }
}

/// URL of a lake.
#[derive(Debug, Clone)]
pub struct LakeUrl(String);

impl LakeUrl {
    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Settings of its store: the same for every scheme, as in a user's environment.
    pub fn options(&self) -> StoreOptions {
        Ministack::shared().options()
    }

    /// Opens its store.
    #[expect(clippy::expect_used, reason = "the URL is the site's own")]
    pub fn open(&self) -> Store {
        Store::open(&self.0, &self.options()).expect("a store")
    }

    /// Opens its store behind a fault.
    pub fn open_behind(&self, fault: Fault) -> Store {
        let store = self.open();
        Store::from_objects(Arc::new(FaultStore::new(store.objects(), fault)), store.url().clone())
    }
}

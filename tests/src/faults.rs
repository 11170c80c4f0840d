//! Stores that misbehave: one that dies after some number of changes, and one whose put-if-absent lets everybody win.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, Result,
};

/// How a store misbehaves.
#[derive(Debug)]
pub enum Fault {
    /// After this many changes nothing works any more, as after `kill -9`.
    DiesAfter(AtomicI64),
    /// Put-if-absent overwrites.
    EverybodyWins,
}

/// A store with a fault in front of another store.
#[derive(Debug)]
pub struct FaultStore {
    inner: Arc<dyn ObjectStore>,
    fault: Fault,
}

impl FaultStore {
    /// Puts a fault in front of a store.
    pub fn new(inner: Arc<dyn ObjectStore>, fault: Fault) -> Self {
        Self { inner, fault }
    }

    /// Counts a change; fails once the store is dead.
    fn change(&self) -> Result<()> {
        match &self.fault {
            Fault::DiesAfter(left) if left.fetch_sub(1, Ordering::SeqCst) <= 0 => Err(dead()),
            _ => Ok(()),
        }
    }

    fn look(&self) -> Result<()> {
        match &self.fault {
            Fault::DiesAfter(left) if left.load(Ordering::SeqCst) < 0 => Err(dead()),
            _ => Ok(()),
        }
    }
}

fn dead() -> object_store::Error {
    object_store::Error::Generic {
        store: "fault",
        source: "the process is gone".into(),
    }
}

impl fmt::Display for FaultStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} before {}", self.fault, self.inner)
    }
}

#[async_trait]
impl ObjectStore for FaultStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, mut options: PutOptions) -> Result<PutResult> {
        self.change()?;
        if matches!(self.fault, Fault::EverybodyWins) {
            options.mode = PutMode::Overwrite;
        }
        self.inner.put_opts(location, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.change()?;
        self.inner.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.look()?;
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        match self.change() {
            Ok(()) => self.inner.delete_stream(locations),
            Err(error) => Box::pin(futures::stream::once(async { Err(error) })),
        }
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list_with_offset(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.look()?;
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.change()?;
        self.inner.copy_opts(from, to, options).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        self.change()?;
        self.inner.rename_opts(from, to, options).await
    }
}

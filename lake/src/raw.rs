//! Raw landing: every payload once, compressed, named by the digest of what landed.

use std::io::{BufRead as _, Read, Write};
use std::path::Path;

use bytes::Bytes;
use domain::identity::Sha256Digest;
use sha2::{Digest as _, Sha256};
use tokio::task::JoinSet;

use crate::error::{Error, Result};
use crate::layout;
use crate::store::Store;

/// zstd's level: payloads are text, written once and seldom read.
const LEVEL: i32 = 1;

/// Payloads that land at once: on S3 each is a round trip.
const AT_ONCE: usize = 8;

/// Lands small payloads, several at once.
#[expect(missing_debug_implementations, reason = "zstd's compressor has none")]
pub struct Landing {
    store: Store,
    compressor: zstd::bulk::Compressor<'static>,
    under_way: JoinSet<Result<bool>>,
}

impl Landing {
    /// Lands into a store.
    pub fn new(store: &Store) -> Result<Self> {
        Ok(Self {
            store: store.clone(),
            compressor: zstd::bulk::Compressor::new(LEVEL)?,
            under_way: JoinSet::new(),
        })
    }

    /// Begins to land a payload; an error of an earlier one may come here.
    pub async fn land(&mut self, digest: &Sha256Digest, payload: &[u8]) -> Result<()> {
        let compressed = Bytes::from(self.compressor.compress(payload)?);
        while self.under_way.len() >= AT_ONCE {
            self.wait_for_one().await?;
        }
        let (store, path) = (self.store.clone(), layout::raw(digest));
        self.under_way
            .spawn(async move { store.put_if_absent(&path, compressed).await });
        Ok(())
    }

    /// Waits until everything has landed.
    pub async fn finish(&mut self) -> Result<()> {
        while !self.under_way.is_empty() {
            self.wait_for_one().await?;
        }
        Ok(())
    }

    async fn wait_for_one(&mut self) -> Result<()> {
        if let Some(landed) = self.under_way.join_next().await {
            landed.map_err(std::io::Error::other)??;
        }
        Ok(())
    }
}

/// Lands a large payload that was compressed into a scratch file.
pub async fn land_file(store: &Store, digest: &Sha256Digest, compressed: &Path) -> Result<()> {
    store.put_content(&layout::raw(digest), compressed).await
}

/// Compresses a payload into `output`.
pub fn compressor<W: Write>(output: W) -> std::io::Result<zstd::Encoder<'static, W>> {
    zstd::Encoder::new(output, LEVEL)
}

/// Reads a compressed payload.
pub fn decompressor<R: Read>(input: R) -> std::io::Result<impl std::io::BufRead> {
    Ok(std::io::BufReader::with_capacity(256 << 10, zstd::Decoder::new(input)?))
}

/// Reads a landed payload back, still compressed.
pub async fn fetch(store: &Store, digest: &Sha256Digest) -> Result<Bytes> {
    let path = layout::raw(digest);
    store
        .get_if_exists(&path)
        .await?
        .ok_or_else(|| Error::damaged(&path, "it is missing"))
}

/// Confirms that a landed payload has the digest of its name.
pub async fn verify(store: &Store, digest: &Sha256Digest) -> Result<()> {
    let path = layout::raw(digest);
    let compressed = fetch(store, digest).await?;
    let damaged = |error: std::io::Error| Error::damaged(&path, error);
    let mut payload = decompressor(std::io::Cursor::new(compressed)).map_err(damaged)?;
    let mut hasher = Sha256::new();
    loop {
        let read = payload.fill_buf().map_err(damaged)?;
        if read.is_empty() {
            break;
        }
        hasher.update(read);
        let n = read.len();
        payload.consume(n);
    }
    let found = Sha256Digest::from_bytes(hasher.finalize().into());
    if found == *digest {
        return Ok(());
    }
    Err(Error::damaged(&path, format!("its payload has the SHA-256 {found}")))
}

//! Raw landing: every payload once, compressed, named by the digest of what landed.

use std::io::{BufRead as _, Read, Write};
use std::path::Path;

use bytes::Bytes;
use domain::identity::Sha256Digest;
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};
use crate::layout;
use crate::store::Store;

/// zstd's level: payloads are text, written once and seldom read.
const LEVEL: i32 = 1;

/// Lands a small payload from memory.
pub async fn land(store: &Store, digest: &Sha256Digest, payload: &[u8]) -> Result<()> {
    let path = layout::raw(digest);
    if store.exists(&path).await? {
        return Ok(());
    }
    store
        .put(&path, Bytes::from(zstd::bulk::compress(payload, LEVEL)?))
        .await
}

/// Lands a payload that was compressed into a scratch file.
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

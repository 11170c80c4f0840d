//! Answers that a process computed ahead, kept for the next one to show from its start.
//!
//! Derived and never evidence: no publication names them, whoever recomputes does not read them, and older ones go when
//! newer ones come.

use bytes::Bytes;
use domain::clock::Timestamp;
use domain::identity::Sha256Digest;

use crate::error::Result;
use crate::layout;
use crate::store::Store;

/// Keeps the answers of a publication as of an instant in place of those before.
pub async fn put(store: &Store, publication: u64, as_of: Timestamp, answers: &[u8]) -> Result<()> {
    let path = layout::answers(publication, as_of);
    let mut bytes = Sha256Digest::of(answers).to_string().into_bytes();
    bytes.push(b'\n');
    bytes.extend_from_slice(answers);
    store.put(&path, Bytes::from(bytes)).await?;
    for object in store.list(layout::ANSWERS).await? {
        if object.location < path {
            store.delete(&object.location).await?;
        }
    }
    Ok(())
}

/// Reads the newest answers; null where there are none, or damaged ones.
pub async fn newest(store: &Store) -> Result<Option<Bytes>> {
    let Some(newest) = store.list(layout::ANSWERS).await?.pop() else {
        return Ok(None);
    };
    let Some(bytes) = store.get_if_exists(&newest.location).await? else {
        return Ok(None);
    };
    let digest_length = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let answers = bytes.slice((digest_length + 1).min(bytes.len())..);
    if Sha256Digest::of(&answers).to_string().as_bytes() == &bytes[..digest_length] {
        return Ok(Some(answers));
    }
    tracing::warn!(path = %newest.location, "answers that were computed ahead are damaged, and computed again");
    Ok(None)
}

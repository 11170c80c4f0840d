//! File manifests: the exact files of a table in a publication, named by the digest of the manifest itself.

use std::collections::BTreeMap;

use bytes::Bytes;
use domain::identity::Sha256Digest;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::layout;
use crate::parquet_file::DataFile;
use crate::store::Store;

/// The latest instant of `column` in some files, in microseconds; null where one does not tell.
pub fn latest<'f>(files: impl IntoIterator<Item = &'f DataFile>, column: &str) -> Option<i64> {
    files
        .into_iter()
        .try_fold(i64::MIN, |latest, file| Some(latest.max(file.span(column)?.1)))
}

/// The files of a table, in the order of their names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The files.
    pub files: Vec<DataFile>,
}

impl Manifest {
    /// Takes files out and puts files in.
    #[must_use]
    pub fn with(&self, removed: &[String], added: impl IntoIterator<Item = DataFile>) -> Self {
        let mut files: BTreeMap<_, _> = self
            .files
            .iter()
            .map(|file| (file.name.clone(), file.clone()))
            .collect();
        removed.iter().for_each(|name| drop(files.remove(name)));
        files.extend(added.into_iter().map(|file| (file.name.clone(), file)));
        Self {
            files: files.into_values().collect(),
        }
    }

    /// Rows in all files.
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// The files that may hold a row whose `column` is not after an instant in microseconds.
    pub fn begun_by(&self, column: &str, at: i64) -> impl Iterator<Item = &DataFile> {
        self.files
            .iter()
            .filter(move |file| file.span(column).is_none_or(|(first, _)| first <= at))
    }

    /// The files that may hold a row whose `column` is in `[from, to)`, in microseconds.
    pub fn within(&self, column: &str, from: i64, to: i64) -> impl Iterator<Item = &DataFile> {
        self.files
            .iter()
            .filter(move |file| file.span(column).is_none_or(|(first, last)| first < to && from <= last))
    }

    /// Puts the manifest under its digest.
    pub(crate) async fn put(&self, store: &Store) -> Result<Sha256Digest> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        let digest = Sha256Digest::of(&bytes);
        let path = layout::manifest(&digest);
        if !store.exists(&path).await? {
            store.put(&path, Bytes::from(bytes)).await?;
        }
        Ok(digest)
    }

    /// Reads the manifest `digest`, refusing one with other bytes.
    pub async fn get(store: &Store, digest: &Sha256Digest) -> Result<Self> {
        let path = layout::manifest(digest);
        let bytes = store
            .get_if_exists(&path)
            .await?
            .ok_or_else(|| Error::damaged(&path, "it is missing"))?;
        let found = Sha256Digest::of(&bytes);
        if found != *digest {
            return Err(Error::damaged(&path, format!("its bytes have the SHA-256 {found}")));
        }
        serde_json::from_slice(&bytes).map_err(|error| Error::damaged(&path, error))
    }
}

//! Verification: the chain from the newest publication to the bytes, link by link.

use std::collections::BTreeSet;

use domain::identity::Sha256Digest;
use parquet::file::reader::{FileReader as _, SerializedFileReader};

use crate::delta::DeltaLog;
use crate::error::{Error, Result};
use crate::layout;
use crate::manifest::Manifest;
use crate::parquet_file::{DataFile, bounds};
use crate::publication::Published;
use crate::raw;
use crate::store::Store;
use crate::tables::{self, spec::TableSpec};

/// What was looked at, and everything that is wrong.
#[derive(Debug, Default)]
pub struct Verification {
    /// Publications in the chain.
    pub publications: u64,
    /// Manifests.
    pub manifests: u64,
    /// Data files.
    pub files: u64,
    /// Payloads of the raw landing; only when looked at deeply.
    pub payloads: u64,
    /// What is wrong: object and reason.
    pub failures: Vec<String>,
}

/// Walks the chain. `deep` reads every byte: data files and payloads against their digests, rows against their manifest,
/// Delta tables against the newest publication.
pub async fn verify(store: &Store, deep: bool, progress: &(dyn Fn(&str) + Sync)) -> Result<Verification> {
    let mut found = Verification::default();
    let numbers = store.list_numbers("publications", 0).await?;
    let mut previous: Option<Published> = None;
    let mut chain = Vec::new();
    for (index, number) in numbers.iter().enumerate() {
        found.publications += 1;
        let expected = index as u64 + 1;
        if *number != expected {
            found
                .failures
                .push(format!("`{}` is missing", layout::publication(expected)));
        }
        match Published::load(store, *number).await {
            Ok(Some(published)) => {
                let states = published.publication.previous_sha256.clone();
                let actual = previous.as_ref().map(|previous| previous.sha256.to_string());
                let is_named = published.publication.number == *number;
                if !is_named || (*number == expected && states != actual && (previous.is_some() || expected == 1)) {
                    let path = layout::publication(*number);
                    found
                        .failures
                        .push(format!("`{path}` does not follow the publication before it"));
                }
                chain.push(published.clone());
                previous = Some(published);
            }
            Ok(None) => {}
            Err(error @ Error::Damaged { .. }) => {
                found.failures.push(error.to_string());
                previous = None;
            }
            Err(error) => return Err(error),
        }
    }
    let mut seen_manifests = BTreeSet::new();
    let mut seen_files = BTreeSet::new();
    let retained_from = chain.last().map_or(1, |published| published.publication.retained_from);
    for published in &chain {
        if published.publication.number < retained_from {
            continue;
        }
        for (table, state) in &published.publication.tables {
            if !seen_manifests.insert(state.manifest_sha256.clone()) {
                continue;
            }
            found.manifests += 1;
            let manifest = match Sha256Digest::parse(&state.manifest_sha256) {
                Ok(digest) => Manifest::get(store, &digest).await,
                Err(error) => Err(Error::damaged(layout::publication(published.publication.number), error)),
            };
            let manifest = match manifest {
                Ok(manifest) => manifest,
                Err(error @ Error::Damaged { .. }) => {
                    found.failures.push(error.to_string());
                    continue;
                }
                Err(error) => return Err(error),
            };
            if (manifest.rows(), manifest.files.len() as u64) != (state.rows, state.files) {
                let path = layout::publication(published.publication.number);
                found.failures.push(format!(
                    "`{path}` counts other rows or files of `{table}` than its manifest"
                ));
            }
            let Some(spec) = tables::ALL.iter().find(|spec| spec.name == table.as_str()) else {
                continue;
            };
            for file in manifest.files {
                if seen_files.insert((spec.name, file.name.clone())) {
                    found.files += 1;
                    progress(&file.name);
                    found.failures.extend(check_file(store, spec, &file, deep).await?);
                }
            }
        }
    }
    if deep {
        if let Some(newest) = chain.last() {
            check_delta(store, newest, &mut found).await?;
        }
        for object in store.list("raw").await? {
            found.payloads += 1;
            progress(object.location.filename().unwrap_or_default());
            let digest = object.location.filename().and_then(|name| name.strip_suffix(".zst"));
            match digest.map(Sha256Digest::parse) {
                Some(Ok(digest)) => match raw::verify(store, &digest).await {
                    Ok(()) => {}
                    Err(error @ Error::Damaged { .. }) => found.failures.push(error.to_string()),
                    Err(error) => return Err(error),
                },
                _ => found
                    .failures
                    .push(format!("`{}` does not belong into the raw landing", object.location)),
            }
        }
    }
    Ok(found)
}

async fn check_file(store: &Store, table: &TableSpec, file: &DataFile, deep: bool) -> Result<Option<String>> {
    let path = layout::data_file(table.name, &file.name);
    if !deep {
        let is_there = store.exists(&path).await?;
        return Ok((!is_there).then(|| format!("`{path}` is missing")));
    }
    let Some(bytes) = store.get_if_exists(&path).await? else {
        return Ok(Some(format!("`{path}` is missing")));
    };
    let digest = Sha256Digest::of(&bytes).to_string();
    if digest != file.sha256 || file.name != format!("{}.parquet", file.sha256) {
        return Ok(Some(format!(
            "`{path}` is damaged: its bytes have the SHA-256 {digest}"
        )));
    }
    match SerializedFileReader::new(bytes) {
        Ok(reader) => {
            let rows = u64::try_from(reader.metadata().file_metadata().num_rows()).unwrap_or_default();
            let agrees = rows == file.rows && bounds(table, reader.metadata()) == file.columns;
            Ok((!agrees).then(|| format!("`{path}` holds other rows than its manifest says")))
        }
        Err(error) => Ok(Some(format!("`{path}` is damaged: {error}"))),
    }
}

/// Holds each Delta table, at the version that the publication names or later, against the manifest.
async fn check_delta(store: &Store, newest: &Published, found: &mut Verification) -> Result<()> {
    for table in tables::ALL {
        let Some(state) = newest.publication.tables.get(table.name) else {
            continue;
        };
        let log = match DeltaLog::open(store, table).await {
            Ok(log) => log,
            Err(error) => {
                let source = std::error::Error::source(&error)
                    .map(ToString::to_string)
                    .unwrap_or_default();
                found
                    .failures
                    .push(format!("`{}` is damaged: {error}: {source}", layout::table(table.name)));
                continue;
            }
        };
        let Ok(digest) = Sha256Digest::parse(&state.manifest_sha256) else {
            continue;
        };
        let Ok(manifest) = Manifest::get(store, &digest).await else {
            continue;
        };
        let wanted: BTreeSet<_> = manifest.files.into_iter().map(|file| file.name).collect();
        let present = log.file_names()?;
        if log.version() == state.delta_version && present != wanted {
            let path = layout::table(table.name);
            found.failures.push(format!(
                "the Delta table `{path}` lists other files than the newest publication"
            ));
        }
    }
    Ok(())
}

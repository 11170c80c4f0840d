//! The chain from a number to bytes: files, digests, parameters for people, and the command that computes it again.

use domain::clock::{Timestamp, format_timestamp};
use lake::publication::Published;
use lake::snapshot::Snapshot;

use crate::answer::{Asked, FileRef, PublicationRef};
use crate::definition::Definition;
use crate::error::Result;

/// The files that can hold rows of the window, and the manifests that name them.
pub(crate) fn files(
    snapshot: &Snapshot,
    history_from: &Timestamp,
    asked: &Asked,
) -> (Vec<FileRef>, Vec<(String, String)>) {
    let mut files = Vec::new();
    let mut manifests = Vec::new();
    for table in lake::tables::ALL {
        let Some(manifest) = snapshot.manifest(table.name) else {
            continue;
        };
        let state = snapshot
            .published()
            .and_then(|published| published.publication.tables.get(table.name));
        manifests.extend(state.map(|state| (table.name.to_owned(), state.manifest_sha256.clone())));
        for file in &manifest.files {
            // Runs are looked up whenever they were created.
            let is_in_time = table.name == "runs"
                || file.columns.get(table.event_time).is_none_or(|bounds| {
                    bounds
                        .min
                        .as_long()
                        .is_none_or(|min| min < asked.window.to.timestamp_micros())
                        && bounds
                            .max
                            .as_long()
                            .is_none_or(|max| max >= history_from.timestamp_micros())
                });
            if is_in_time {
                files.push(FileRef {
                    table: table.name.to_owned(),
                    path: lake::layout::data_file(table.name, &file.name).to_string(),
                    sha256: file.sha256.clone(),
                    rows: file.rows,
                    bytes: file.bytes,
                });
            }
        }
    }
    (files, manifests)
}

/// Parameters for people: instants as RFC 3339.
pub(crate) fn times_as_text(
    parameters: Vec<(String, String)>,
    asked: &Asked,
    history_from: Timestamp,
) -> Vec<(String, String)> {
    let known_at = asked.known_at.or(asked.published_at).or(Some(asked.as_of));
    parameters
        .into_iter()
        .map(|(name, value)| {
            let time = match name.as_str() {
                "from" => Some(asked.window.from),
                "to" => Some(asked.window.to),
                "as_of" => Some(asked.as_of),
                "known_at" => known_at,
                "history_from" => Some(history_from),
                _ => None,
            };
            (name, time.map_or(value, format_timestamp))
        })
        .collect()
}

/// The command that computes it again, with everything pinned.
pub(crate) fn command(definition: &Definition, asked: &Asked) -> String {
    let mut words = vec![
        "plumbline".to_owned(),
        definition.kind.as_str().to_owned(),
        definition.id.clone(),
    ];
    let mut option = |name: &str, value: String| {
        words.push(format!("--{name}"));
        words.push(value);
    };
    if asked.publication > 0 {
        option("publication", asked.publication.to_string());
    }
    option("as-of", format_timestamp(asked.as_of));
    if let Some(known_at) = asked.known_at {
        option("known-at", format_timestamp(known_at));
    }
    option("from", format_timestamp(asked.window.from));
    option("to", format_timestamp(asked.window.to));
    for repository in &asked.repositories {
        option("repository", repository.clone());
    }
    for (name, value) in &asked.arguments {
        option("argument", format!("{name}={value}"));
    }
    words.join(" ")
}

pub(crate) fn publication_ref(published: &Published) -> Result<PublicationRef> {
    let publication = &published.publication;
    Ok(PublicationRef {
        number: publication.number,
        sha256: published.sha256.to_string(),
        previous_sha256: publication.previous_sha256.clone(),
        published_at: published.published_at()?,
        cause: publication.cause.as_str().to_owned(),
        batches: publication.batches.iter().map(ToString::to_string).collect(),
        tables: publication
            .tables
            .iter()
            .map(|(name, state)| (name.clone(), state.files, state.rows, state.bytes))
            .collect(),
    })
}

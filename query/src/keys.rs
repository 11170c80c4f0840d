//! What an answer is a function of, as the key under which it is kept.
//!
//! Not the publication: the files in it that can hold a row of the question. What is published later and begins after
//! `as_of` changes no answer about the past, so what was computed stays good.

use std::sync::Arc;

use domain::clock::{Timestamp, format_timestamp};
use domain::identity::Sha256Digest;
use lake::manifest::latest;
use lake::parquet_file::DataFile;

use crate::answer::Asked;
use crate::catalog::reads_parameter;
use crate::definition::{Definition, Kind};
use crate::engine::Engine;
use crate::error::Result;
use crate::months::Month;
use crate::session::Rows;

/// The one use of `$known_at` that its default, the time of the publication, cannot change.
const KNOWN: &str = "known_at <= $known_at";
/// What stands before the digest of the evidence in the key of an answer.
const EVIDENCE: &str = " over ";

/// What a relation reads of a publication as of an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Evidence {
    /// Of the names of the files, which are digests themselves.
    digest: Sha256Digest,
    /// Whether rows depend on `$known_at` also where no reader names one.
    reads_known_at: bool,
}

impl Engine {
    /// Key of an answer: the instant, the relation and what was asked, then the evidence.
    pub(crate) fn answer_key(&self, definition: &Arc<Definition>, rows: &Rows, asked: &Asked) -> Result<String> {
        let memo = format!("{} {}{}", asked.publication, as_of_key(asked.as_of), definition.path);
        let evidence = if let Some(evidence) = self.0.evidence.get(&memo) {
            evidence
        } else {
            let evidence = evidence(&self.0.catalog.in_order(definition)?, rows, asked);
            self.0.evidence.keep(memo, evidence, 1);
            evidence
        };
        let published_at = asked.published_at.filter(|_| evidence.reads_known_at);
        Ok(format!(
            "{}{} {:?} {:?} {:?} {:?}{EVIDENCE}{}",
            as_of_key(asked.as_of),
            definition.path,
            asked.window,
            asked.known_at.or(published_at),
            asked.repositories,
            asked.arguments,
            evidence.digest,
        ))
    }

    /// Key of a materialized relation: the repositories, the evidence, and the parameters that it or one below it reads.
    /// One that only picks observations is the same for every `as_of` after the last of them.
    pub(crate) fn relation_key(&self, definition: &Arc<Definition>, rows: &Rows, asked: &Asked) -> Result<String> {
        let below = self.0.catalog.in_order(definition)?;
        let evidence = evidence(&below, rows, asked);
        let mut parameters = self.parameters(asked);
        parameters.retain(|name, _| below.iter().any(|definition| definition.mentions(name)));
        if asked.known_at.is_none() && !evidence.reads_known_at {
            parameters.remove("known_at");
        }
        if let (Kind::Stg, Rows::Pinned(snapshot)) = (definition.kind, rows) {
            let reads = below.iter().flat_map(|definition| definition.reads());
            let mut raw = reads.filter(|(schema, _)| schema == "raw");
            let has_ended = raw.all(|(_, table)| {
                let manifest = snapshot.manifest(&table);
                manifest.is_none_or(|manifest| has_ended(&manifest.files, event_time(&table), asked.as_of))
            });
            if has_ended {
                parameters.remove("as_of");
            }
        }
        let (path, repositories, digest) = (&definition.path, &asked.repositories, evidence.digest);
        Ok(format!("{path} {repositories:?} {parameters:?}{EVIDENCE}{digest}"))
    }

    /// Key of a month of a relation, which stands last in `below`: as [`Self::relation_key`], over the files of the month.
    pub(crate) fn month_key(&self, below: &[Arc<Definition>], rows: &Rows, asked: &Asked, month: &Month) -> String {
        let manifest = match rows {
            Rows::Pinned(snapshot) => snapshot.manifest(month.table.name),
            Rows::Memory(_) => None,
        };
        let files: Vec<_> = manifest
            .into_iter()
            .flat_map(|manifest| month.files(manifest))
            .collect();
        let mut parameters = self.parameters(asked);
        parameters.retain(|name, _| below.iter().any(|definition| definition.mentions(name)));
        if asked.known_at.is_none() && !reads_known_at(below) {
            parameters.remove("known_at");
        }
        if has_ended(files.iter().copied(), month.table.event_time, asked.as_of) {
            parameters.remove("as_of");
        }
        let path = below.last().map_or("", |definition| &definition.path);
        let digest = digest_of(files.into_iter());
        format!(
            "{path} {} {:?} {parameters:?}{EVIDENCE}{digest}",
            month.from, asked.repositories
        )
    }
}

/// How the keys of answers as of an instant begin.
pub(crate) fn as_of_key(as_of: Timestamp) -> String {
    format!("{} ", format_timestamp(as_of))
}

/// What an answer is to, whatever it was computed from.
pub(crate) fn question_of(key: &str) -> &str {
    key.rsplit_once(EVIDENCE).map_or(key, |(question, _)| question)
}

/// What relations, each with all below it, read. One that filters by `$as_of` sees nothing of a file that begins later:
/// it compares the table's event time, which a test holds.
fn evidence(relations: &[Arc<Definition>], rows: &Rows, asked: &Asked) -> Evidence {
    let mut files = Vec::new();
    if let Rows::Pinned(snapshot) = rows {
        for relation in relations {
            let at = if relation.mentions("as_of") {
                asked.as_of.timestamp_micros()
            } else {
                i64::MAX
            };
            for (_, table) in relation.reads().iter().filter(|(schema, _)| schema == "raw") {
                let manifest = snapshot.manifest(table).into_iter();
                files.extend(manifest.flat_map(|manifest| manifest.begun_by(event_time(table), at)));
            }
        }
    }
    Evidence {
        digest: digest_of(files.into_iter()),
        reads_known_at: reads_known_at(relations),
    }
}

/// Of the names of files, which are digests themselves.
fn digest_of<'f>(files: impl Iterator<Item = &'f DataFile>) -> Sha256Digest {
    let names: String = files.flat_map(|file| [&*file.name, "\n"]).collect();
    Sha256Digest::of(names.as_bytes())
}

/// Whether rows depend on `$known_at` also where nobody names one.
fn reads_known_at(relations: &[Arc<Definition>]) -> bool {
    relations
        .iter()
        .any(|relation| reads_parameter(&relation.sql.replace(KNOWN, ""), "known_at"))
}

/// Column of a raw table with the time of its events; empty where there is no such table.
fn event_time(table: &str) -> &'static str {
    let spec = lake::tables::ALL.iter().find(|spec| spec.name == table);
    spec.map_or("", |spec| spec.event_time)
}

/// Whether every event in some files had happened by an instant.
fn has_ended<'f>(files: impl IntoIterator<Item = &'f DataFile>, event_time: &str, as_of: Timestamp) -> bool {
    latest(files, event_time).is_some_and(|latest| latest <= as_of.timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn whoever_reads_as_of_beside_raw_rows_filters_each_table_by_its_event_time() {
        let catalog = Catalog::embedded().unwrap();
        let definitions = Kind::ALL.into_iter().flat_map(|kind| catalog.of_kind(kind));
        for definition in definitions.filter(|definition| definition.mentions("as_of")) {
            let reads = definition.reads();
            let tables = reads
                .iter()
                .filter(|(schema, _)| schema == "raw")
                .map(|(_, table)| table);
            for table in tables {
                let n_read = definition.sql.matches(&format!("from raw.{table}\n")).count();
                let filter = format!("{KNOWN} and {} <= $as_of", event_time(table));
                let n_filtered = definition.sql.matches(&filter).count();
                assert!((1..=n_filtered).contains(&n_read), "{}: raw.{table}", definition.path);
            }
        }
    }
}

//! Relations that are computed month by month: of what lies months back nothing changes, and nothing is computed again.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Datelike, Months, NaiveTime, Utc};
use datafusion::arrow::array::AsArray as _;
use datafusion::arrow::datatypes::{Schema, TimestampMicrosecondType};
use domain::clock::Timestamp;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use lake::manifest::Manifest;
use lake::parquet_file::DataFile;
use lake::tables::spec::TableSpec;

use crate::answer::Asked;
use crate::definition::{Definition, Materialize};
use crate::engine::Engine;
use crate::error::Result;
use crate::session::{self, Computed, Rows};

/// A month of UTC of the events of a raw table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Month {
    pub(crate) table: &'static TableSpec,
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
}

impl Month {
    /// The files that may hold rows of it.
    pub(crate) fn files<'m>(&self, manifest: &'m Manifest) -> impl Iterator<Item = &'m DataFile> {
        let (from, to) = (self.from.timestamp_micros(), self.to.timestamp_micros());
        manifest.within(self.table.event_time, from, to)
    }
}

impl Engine {
    /// A relation that is computed by month, over all months that a question reads.
    pub(crate) async fn by_month(&self, definition: &Arc<Definition>, rows: &Rows, asked: &Asked) -> Result<Computed> {
        let below = self.0.catalog.in_order(definition)?;
        let months = self.months(definition, &below, rows, asked);
        let computed = months
            .into_iter()
            .map(|month| self.of_month(&below, rows, asked, month));
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let computed: Vec<_> = stream::iter(computed).buffered(cores).try_collect().await?;
        let schema = computed.first().map(|(schema, _)| Arc::clone(schema));
        let batches = computed.into_iter().flat_map(|(_, batches)| batches).collect();
        Ok((schema.unwrap_or_else(|| Arc::new(Schema::empty())), batches))
    }

    /// The months, at least one, in which the raw table below a relation has events until `as_of`.
    fn months(&self, definition: &Definition, below: &[Arc<Definition>], rows: &Rows, asked: &Asked) -> Vec<Month> {
        let Some(table) = raw_table(below) else {
            return Vec::new();
        };
        let as_of = asked.as_of.timestamp_micros();
        let Some(spans) = spans(rows, table) else {
            let (from, to) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
            return vec![Month { table, from, to }];
        };
        let mut begins = BTreeSet::new();
        for (first, last) in spans {
            let mut begin = begin_of_month(first);
            while begin.timestamp_micros() <= last.min(as_of) {
                begins.insert(begin);
                begin = begin + Months::new(1);
            }
        }
        let mut months: Vec<_> = begins
            .into_iter()
            .map(|from| Month {
                table,
                from,
                to: from + Months::new(1),
            })
            .collect();
        if definition.materialize == Materialize::RecentMonths {
            let (from, to) = (self.history_from(asked.window), asked.window.to);
            months.retain(|month| from < month.to && month.from < to);
        }
        if months.is_empty() {
            let from = begin_of_month(as_of);
            months.push(Month {
                table,
                from,
                to: from + Months::new(1),
            });
        }
        months
    }

    /// The rows of one month, computed once for its files.
    async fn of_month(&self, below: &[Arc<Definition>], rows: &Rows, asked: &Asked, month: Month) -> Result<Computed> {
        let key = self.month_key(below, rows, asked, &month);
        let turn = self.0.months.turn(&key);
        let _turn = turn.lock().await;
        if let Some(computed) = self.0.months.get(&key) {
            return Ok(computed);
        }
        let session = self.open_session(rows, asked, Some(&month))?;
        let computed = session.stack(below).await?;
        if asked.publication > 0 {
            self.0
                .months
                .keep(key, computed.clone(), session::size_bytes(&computed.1));
        }
        Ok(computed)
    }
}

/// The raw table that relations, each with all below it, read; none where there are several.
pub(crate) fn raw_table(relations: &[Arc<Definition>]) -> Option<&'static TableSpec> {
    let reads = relations.iter().flat_map(|definition| definition.reads());
    let raw: BTreeSet<_> = reads
        .filter(|(schema, _)| schema == "raw")
        .map(|(_, table)| table)
        .collect();
    let table = raw.first().filter(|_| raw.len() == 1)?;
    lake::tables::ALL.iter().copied().find(|spec| spec.name == table)
}

/// From when to when events of a raw table happened, in microseconds: for each of its files, or for each row in memory;
/// none where a file does not tell.
fn spans(rows: &Rows, table: &TableSpec) -> Option<Vec<(i64, i64)>> {
    match rows {
        Rows::Pinned(snapshot) => {
            let files = snapshot
                .manifest(table.name)
                .into_iter()
                .flat_map(|manifest| &manifest.files);
            files.map(|file| file.span(table.event_time)).collect()
        }
        Rows::Memory(rows) => {
            let times = rows
                .get(table.name)
                .and_then(|batch| batch.column_by_name(table.event_time));
            let times = times.and_then(|times| times.as_primitive_opt::<TimestampMicrosecondType>());
            let instants = times.into_iter().flat_map(|times| times.values().iter());
            Some(instants.map(|instant| (*instant, *instant)).collect())
        }
    }
}

/// The first instant of the month of an instant in microseconds.
fn begin_of_month(micros: i64) -> Timestamp {
    let instant = DateTime::from_timestamp_micros(micros).unwrap_or_default();
    let first = instant.date_naive().with_day(1).unwrap_or_default();
    first.and_time(NaiveTime::MIN).and_utc()
}

#[cfg(test)]
mod tests {
    use domain::clock::parse_timestamp;

    use super::*;

    #[test]
    fn a_month_begins_at_midnight_of_its_first_day() {
        for (instant, begin) in [
            ("2026-11-30T23:59:59.999Z", "2026-11-01T00:00:00Z"),
            ("2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z"),
            ("1969-12-31T23:59:59Z", "1969-12-01T00:00:00Z"),
        ] {
            let instant = parse_timestamp(instant).unwrap();
            assert_eq!(
                begin_of_month(instant.timestamp_micros()),
                parse_timestamp(begin).unwrap()
            );
        }
    }
}

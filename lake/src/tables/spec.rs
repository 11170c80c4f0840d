//! What a table is: the shape that its file describes and the rest of the lake works from.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use domain::clock::Timestamp;

/// A column's type; few, so that every engine reads them alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// UTF-8.
    Text,
    /// UTF-8 that is the same over many rows; dictionary-encoded in memory, plain text in the file.
    Word,
    /// Signed 64 bits.
    Long,
    /// Signed 32 bits.
    Integer,
    /// True or false.
    Boolean,
    /// Microseconds in UTC.
    Time,
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct ColumnSpec {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub r#type: ColumnType,
    /// Whether it may be null.
    pub is_nullable: bool,
    /// What it means, with unit and source.
    pub doc: &'static str,
}

/// A table.
#[derive(Debug)]
pub struct TableSpec {
    /// Its name: a folder under `tables/`, a relation of the schema `raw`.
    pub name: &'static str,
    /// One row is …
    pub doc: &'static str,
    /// The columns, in order.
    pub columns: &'static [ColumnSpec],
    /// The columns that name a row.
    pub key: &'static [&'static str],
    /// The event time: never null, never changed.
    pub event_time: &'static str,
    /// How compacted files are sorted; total.
    pub sort: &'static [&'static str],
    /// The columns whose smallest and largest values stand in manifests and in the Delta log.
    pub statistics: &'static [&'static str],
    /// Rows of a compacted file; larger cells are split at days.
    pub target_rows: u64,
}

impl TableSpec {
    /// The schema that readers see.
    pub fn schema(&self) -> SchemaRef {
        self.schema_with(DataType::Utf8)
    }

    /// The schema of batches that are about to be written: words are dictionaries.
    pub fn write_schema(&self) -> SchemaRef {
        thread_local! {
            /// Made once for each table: every payload asks for it.
            static MADE: RefCell<HashMap<*const ColumnSpec, SchemaRef>> = RefCell::default();
        }
        MADE.with_borrow_mut(|made| {
            let schema = made.entry(self.columns.as_ptr());
            Arc::clone(schema.or_insert_with(|| self.schema_with(word_type())))
        })
    }

    fn schema_with(&self, word: DataType) -> SchemaRef {
        let fields: Vec<_> = self
            .columns
            .iter()
            .map(|column| {
                let data_type = match column.r#type {
                    ColumnType::Text => DataType::Utf8,
                    ColumnType::Word => word.clone(),
                    ColumnType::Long => DataType::Int64,
                    ColumnType::Integer => DataType::Int32,
                    ColumnType::Boolean => DataType::Boolean,
                    ColumnType::Time => time_type(),
                };
                Field::new(column.name, data_type, column.is_nullable)
            })
            .collect();
        Arc::new(Schema::new(fields))
    }

    /// Position of a column.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

/// Microseconds in UTC.
pub fn time_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// A dictionary of text.
pub fn word_type() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// A required column.
pub(crate) const fn required(name: &'static str, r#type: ColumnType, doc: &'static str) -> ColumnSpec {
    ColumnSpec {
        name,
        r#type,
        is_nullable: false,
        doc,
    }
}

/// A column that may be null.
pub(crate) const fn optional(name: &'static str, r#type: ColumnType, doc: &'static str) -> ColumnSpec {
    ColumnSpec {
        name,
        r#type,
        is_nullable: true,
        doc,
    }
}

/// What every row of a batch carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// When we learned it; fixed in the batch's intent.
    pub known_at: Timestamp,
    /// Number of the batch.
    pub batch: i64,
}

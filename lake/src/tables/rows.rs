//! From rows of the domain to batches: each table says, column by column, what fills it.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Int32Builder, Int64Builder, RecordBatch, StringBuilder, StringDictionaryBuilder,
    TimestampMicrosecondBuilder,
};
use arrow::datatypes::Int32Type;
use domain::clock::Timestamp;
use domain::identity::{GitSha, RepositoryName, Sha256Digest};

use super::spec::{ColumnSpec, ColumnType, Stamp, TableSpec};
use crate::error::Result;

/// A row of the domain, with the digest of the payload that said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed<R> {
    /// What was said.
    pub row: R,
    /// Where.
    pub source_sha256: Sha256Digest,
}

/// What stands in one cell.
#[derive(Debug)]
pub enum Cell<'a> {
    /// Nothing.
    Null,
    /// Text, in a column of texts or words.
    Text(Cow<'a, str>),
    /// 64 bits.
    Long(i64),
    /// 32 bits.
    Integer(i32),
    /// True or false.
    Boolean(bool),
    /// An instant.
    Time(Timestamp),
}

/// A column of a table of rows `R`.
pub(crate) struct Column<R: 'static> {
    spec: ColumnSpec,
    cell: fn(&R, Stamp) -> Cell<'_>,
}

/// A table whose rows are `R`.
pub struct RowTable<R: 'static> {
    /// Its shape.
    pub spec: TableSpec,
    columns: &'static [Column<R>],
}

impl<R: 'static> std::fmt::Debug for RowTable<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.spec.fmt(f)
    }
}

impl<R: 'static> RowTable<R> {
    /// Joins a table's shape, whose columns are [`specs`] of `columns`, with what fills them.
    pub(crate) const fn new(spec: TableSpec, columns: &'static [Column<R>]) -> Self {
        Self { spec, columns }
    }

    /// The rows as a batch that can be written.
    pub fn batch<'a>(&self, stamp: Stamp, rows: impl Iterator<Item = &'a R> + Clone) -> Result<RecordBatch> {
        let n = rows.clone().count();
        let columns = self.columns.iter().map(|column| column.array(stamp, rows.clone(), n));
        Ok(RecordBatch::try_new(self.spec.write_schema(), columns.collect())?)
    }
}

/// What the columns are, apart from what fills them; `N` is their number.
pub(crate) const fn specs<R, const N: usize>(columns: &[Column<R>]) -> [ColumnSpec; N] {
    assert!(columns.len() == N, "N is the number of columns");
    let mut specs = [columns[0].spec; N];
    let mut index = 1;
    while index < N {
        specs[index] = columns[index].spec;
        index += 1;
    }
    specs
}

/// A required column.
pub(crate) const fn required<R>(
    name: &'static str,
    r#type: ColumnType,
    doc: &'static str,
    cell: fn(&R, Stamp) -> Cell<'_>,
) -> Column<R> {
    let spec = super::spec::required(name, r#type, doc);
    Column { spec, cell }
}

/// A column that may be null.
pub(crate) const fn optional<R>(
    name: &'static str,
    r#type: ColumnType,
    doc: &'static str,
    cell: fn(&R, Stamp) -> Cell<'_>,
) -> Column<R> {
    let spec = super::spec::optional(name, r#type, doc);
    Column { spec, cell }
}

/// The column that tells when we learned a row.
pub(crate) const fn known_at<R>() -> Column<R> {
    required("known_at", ColumnType::Time, "when we learned it", |_, stamp| {
        stamp.known_at.into()
    })
}

/// The column that names the batch of a row.
pub(crate) const fn batch<R>() -> Column<R> {
    required(
        "batch",
        ColumnType::Long,
        "number of the batch that added the row",
        |_, stamp| stamp.batch.into(),
    )
}

/// The column that names the payload of a row.
pub(crate) const fn source_sha256<R>() -> Column<Observed<R>> {
    required(
        "source_sha256",
        ColumnType::Text,
        "digest of the payload that said so",
        |row, _| row.source_sha256.to_string().into(),
    )
}

impl<R> Column<R> {
    /// The cells of this column. A cell of another type than the column's is null, which a required column refuses.
    ///
    /// Builders begin with room for `n` rows: their own default is a thousand, and most payloads give a few.
    fn array<'a>(&self, stamp: Stamp, rows: impl Iterator<Item = &'a R>, n: usize) -> ArrayRef
    where
        R: 'a,
    {
        let cells = rows.map(|row| (self.cell)(row, stamp));
        macro_rules! fill {
            ($builder:expr, $kind:ident, |$value:ident| $converted:expr) => {{
                let mut builder = $builder;
                cells.for_each(|cell| match cell {
                    Cell::$kind($value) => builder.append_value($converted),
                    _ => builder.append_null(),
                });
                Arc::new(builder.finish())
            }};
        }
        match self.spec.r#type {
            ColumnType::Text => fill!(StringBuilder::with_capacity(n, n * 16), Text, |text| text),
            ColumnType::Word => fill!(words(n), Text, |text| text),
            ColumnType::Long => fill!(Int64Builder::with_capacity(n), Long, |number| number),
            ColumnType::Integer => fill!(Int32Builder::with_capacity(n), Integer, |number| number),
            ColumnType::Boolean => fill!(BooleanBuilder::with_capacity(n), Boolean, |truth| truth),
            ColumnType::Time => {
                let times = TimestampMicrosecondBuilder::with_capacity(n).with_timezone("UTC");
                fill!(times, Time, |time| time.timestamp_micros())
            }
        }
    }
}

/// Builds words with room for `n` rows of a few different ones.
pub(crate) fn words(n: usize) -> StringDictionaryBuilder<Int32Type> {
    StringDictionaryBuilder::with_capacity(n, n.min(8), n.min(8) * 16)
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<&'a RepositoryName> for Cell<'a> {
    fn from(name: &'a RepositoryName) -> Self {
        name.as_str().into()
    }
}

impl<'a> From<&'a GitSha> for Cell<'a> {
    fn from(sha: &'a GitSha) -> Self {
        sha.as_str().into()
    }
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Self::Long(number)
    }
}

impl From<i32> for Cell<'_> {
    fn from(number: i32) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Cell<'_> {
    fn from(truth: bool) -> Self {
        Self::Boolean(truth)
    }
}

impl From<Timestamp> for Cell<'_> {
    fn from(time: Timestamp) -> Self {
        Self::Time(time)
    }
}

impl<T> From<Option<T>> for Cell<'_>
where
    Self: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::from)
    }
}

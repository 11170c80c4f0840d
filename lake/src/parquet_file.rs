//! One Parquet file: written to scratch, named by the SHA-256 of its bytes, described for manifests and the Delta log.

use std::collections::BTreeMap;
use std::io::Write;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use domain::identity::Sha256Digest;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::{ParquetMetaData, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnPath;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::Result;
use crate::tables::spec::{ColumnType, TableSpec};

/// Rows of a row group: small enough that a month of one test prunes, large enough for dictionaries to pay.
const ROW_GROUP_ROWS: usize = 256 * 1024;

/// A word's dictionary may grow to this, in bytes: sorted by test, a row group holds the digest of every report, and without
/// a dictionary each row would hold one.
const WORDS_BYTES: usize = 16 << 20;

/// A data file, as a manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataFile {
    /// Its name under the table's folder: digest and `.parquet`.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Size.
    pub bytes: u64,
    /// Rows.
    pub rows: u64,
    /// Whether the rows are in the order of the table's sort.
    pub is_sorted: bool,
    /// Bounds of the columns with statistics.
    pub columns: BTreeMap<String, Bounds>,
}

impl DataFile {
    /// The first and the last number or instant of a column; null where the file does not tell.
    pub fn span(&self, column: &str) -> Option<(i64, i64)> {
        let bounds = self.columns.get(column)?;
        Some((bounds.min.as_long()?, bounds.max.as_long()?))
    }
}

/// Smallest and largest value of a column; for long text the largest may be rounded up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// No value is smaller.
    pub min: Bound,
    /// No value is larger.
    pub max: Bound,
}

/// A bound: text, or a number (times are microseconds since 1970 in UTC).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// A number or an instant.
    Long(i64),
    /// Text.
    Text(String),
}

impl Bound {
    /// The number, if it is one.
    pub fn as_long(&self) -> Option<i64> {
        match self {
            Self::Long(value) => Some(*value),
            Self::Text(_) => None,
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Long(_) => None,
            Self::Text(value) => Some(value),
        }
    }
}

/// A data file that waits in scratch to be put.
#[derive(Debug)]
pub struct FinishedFile {
    /// What it is.
    pub file: DataFile,
    /// Where its bytes are.
    pub scratch: tempfile::NamedTempFile,
}

/// Rows that are gathered before they are written: reports of a few rows each would cost more for each batch than for
/// its rows.
const GATHERED_ROWS: usize = 4096;

/// Writes one data file.
#[derive(Debug)]
pub struct DataFileWriter {
    table: &'static TableSpec,
    is_sorted: bool,
    inner: ArrowWriter<HashingFile>,
    gathered: Vec<RecordBatch>,
    n_gathered: usize,
}

impl DataFileWriter {
    /// Starts a file. Sorted files are kept for long, so that they are compressed harder.
    pub fn new(table: &'static TableSpec, is_sorted: bool) -> Result<Self> {
        let output = HashingFile {
            file: tempfile::NamedTempFile::new()?,
            hasher: Sha256::new(),
            bytes: 0,
        };
        let level = ZstdLevel::try_new(if is_sorted { 6 } else { 1 })?;
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
            .set_statistics_enabled(EnabledStatistics::Chunk);
        for column in table.statistics {
            let path = ColumnPath::from(*column);
            properties = properties.set_column_statistics_enabled(path, EnabledStatistics::Page);
        }
        for column in table.columns {
            if column.r#type == ColumnType::Word {
                properties =
                    properties.set_column_dictionary_page_size_limit(ColumnPath::from(column.name), WORDS_BYTES);
            }
        }
        if is_sorted {
            let sorting = table
                .sort
                .iter()
                .filter_map(|name| table.index(name))
                .map(|index| SortingColumn {
                    column_idx: i32::try_from(index).unwrap_or(i32::MAX),
                    descending: false,
                    nulls_first: true,
                });
            properties = properties.set_sorting_columns(Some(sorting.collect()));
        }
        // Without Arrow's own schema in the file, words come back as plain text in every engine.
        let options = ArrowWriterOptions::new()
            .with_properties(properties.build())
            .with_skip_arrow_metadata(true);
        let inner = ArrowWriter::try_new_with_options(output, table.write_schema(), options)?;
        Ok(Self {
            table,
            is_sorted,
            inner,
            gathered: Vec::new(),
            n_gathered: 0,
        })
    }

    /// Adds rows.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.n_gathered += batch.num_rows();
        self.gathered.push(batch.clone());
        if self.n_gathered >= GATHERED_ROWS {
            self.write_gathered()?;
        }
        Ok(())
    }

    fn write_gathered(&mut self) -> Result<()> {
        self.n_gathered = 0;
        match &*std::mem::take(&mut self.gathered) {
            [] => {}
            [batch] => self.inner.write(batch)?,
            batches => self
                .inner
                .write(&concat_batches(&self.table.write_schema(), batches)?)?,
        }
        Ok(())
    }

    /// Ends the file.
    pub fn finish(mut self) -> Result<FinishedFile> {
        self.write_gathered()?;
        let metadata = self.inner.finish()?;
        // `into_inner` would finish a second time, so the scratch file is taken out from under the writer.
        let output = self.inner.inner_mut();
        output.file.as_file_mut().flush()?;
        let sha256 = Sha256Digest::from_bytes(output.hasher.clone().finalize().into()).to_string();
        let file = DataFile {
            name: format!("{sha256}.parquet"),
            sha256,
            bytes: output.bytes,
            rows: u64::try_from(metadata.file_metadata().num_rows()).unwrap_or_default(),
            is_sorted: self.is_sorted,
            columns: bounds(self.table, &metadata),
        };
        let scratch = std::mem::replace(&mut output.file, tempfile::NamedTempFile::new()?);
        Ok(FinishedFile { file, scratch })
    }
}

/// A scratch file that knows the digest of what went in.
#[derive(Debug)]
struct HashingFile {
    file: tempfile::NamedTempFile,
    hasher: Sha256,
    bytes: u64,
}

impl Write for HashingFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let n = self.file.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// Joins the bounds of all row groups.
pub(crate) fn bounds(table: &TableSpec, metadata: &ParquetMetaData) -> BTreeMap<String, Bounds> {
    let mut joined: BTreeMap<String, Bounds> = BTreeMap::new();
    for name in table.statistics {
        // By name: a file from before a column came has its columns at other places.
        let columns = metadata.file_metadata().schema_descr().columns();
        let Some(index) = columns.iter().position(|column| column.name() == *name) else {
            continue;
        };
        let groups = metadata.row_groups().iter().filter(|group| group.num_rows() > 0);
        let found = groups
            .map(|group| group.column(index).statistics().and_then(bounds_of))
            .reduce(|a, b| {
                let (a, b) = (a?, b?);
                Some(Bounds {
                    min: a.min.min(b.min),
                    max: a.max.max(b.max),
                })
            });
        if let Some(Some(found)) = found {
            joined.insert((*name).to_owned(), found);
        }
    }
    joined
}

fn bounds_of(statistics: &Statistics) -> Option<Bounds> {
    match statistics {
        Statistics::Int32(values) => Some(Bounds {
            min: Bound::Long(i64::from(*values.min_opt()?)),
            max: Bound::Long(i64::from(*values.max_opt()?)),
        }),
        Statistics::Int64(values) => Some(Bounds {
            min: Bound::Long(*values.min_opt()?),
            max: Bound::Long(*values.max_opt()?),
        }),
        Statistics::ByteArray(values) => Some(Bounds {
            min: Bound::Text(values.min_opt()?.as_utf8().ok()?.to_owned()),
            max: Bound::Text(values.max_opt()?.as_utf8().ok()?.to_owned()),
        }),
        _ => None,
    }
}

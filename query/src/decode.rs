//! Arrow batches to plain values.

use std::collections::BTreeMap;

use datafusion::arrow::array::{Array, ArrayRef, AsArray as _, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use datafusion::arrow::util::display::array_value_to_string;
use domain::clock::{Timestamp, Window};
use domain::control::ControlStatus;

use crate::answer::{Cell, ControlRow, Excluded};

/// Reads a value; types without a kind of their own come as text.
pub(crate) fn cell(column: &ArrayRef, row: usize) -> Cell {
    if column.is_null(row) {
        return Cell::Null;
    }
    let as_type = |to: DataType| cast(column, &to).ok();
    let data_type = column.data_type();
    let found = match data_type {
        DataType::Boolean => column.as_boolean_opt().map(|values| Cell::Boolean(values.value(row))),
        DataType::Timestamp(..) => time(column, row).map(Cell::Time),
        data_type if data_type.is_integer() => {
            as_type(DataType::Int64).map(|values| Cell::Integer(values.as_primitive::<Int64Type>().value(row)))
        }
        data_type if data_type.is_numeric() => {
            as_type(DataType::Float64).map(|values| Cell::Float(values.as_primitive::<Float64Type>().value(row)))
        }
        _ => None,
    };
    found.unwrap_or_else(|| Cell::Text(array_value_to_string(column, row).unwrap_or_default()))
}

/// Reads every row of every batch.
pub(crate) fn rows(batches: &[RecordBatch]) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    for batch in batches {
        let cast_columns: Vec<ArrayRef> = batch.columns().iter().map(simplify).collect();
        rows.extend((0..batch.num_rows()).map(|row| cast_columns.iter().map(|column| cell(column, row)).collect()));
    }
    rows
}

/// Casts once for a column what [`cell`] would cast for each value.
fn simplify(column: &ArrayRef) -> ArrayRef {
    let to = match column.data_type() {
        data_type if data_type.is_integer() => DataType::Int64,
        DataType::Decimal128(..) | DataType::Float32 => DataType::Float64,
        DataType::Utf8View | DataType::LargeUtf8 | DataType::Dictionary(..) => DataType::Utf8,
        DataType::Timestamp(..) => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        _ => return std::sync::Arc::clone(column),
    };
    cast(column, &to).unwrap_or_else(|_| std::sync::Arc::clone(column))
}

fn time(column: &ArrayRef, row: usize) -> Option<Timestamp> {
    let micros = cast(column, &DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))).ok()?;
    chrono::DateTime::from_timestamp_micros(micros.as_primitive::<TimestampMicrosecondType>().value(row))
}

/// A row of a KPI, before its verdict.
pub(crate) struct RawKpi {
    pub(crate) repository: Option<String>,
    pub(crate) window: Window,
    pub(crate) value: Option<f64>,
    pub(crate) n: i64,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
    pub(crate) excluded: Vec<Excluded>,
    pub(crate) companions: BTreeMap<String, Option<f64>>,
}

/// Reads the rows of a KPI; the reason where they are not of its shape.
pub(crate) fn kpi_rows(batches: &[RecordBatch]) -> Result<Vec<RawKpi>, String> {
    const SHAPE: [&str; 8] = [
        "repository",
        "period_start",
        "period_end",
        "value",
        "n",
        "low",
        "high",
        "excluded",
    ];
    let mut found = Vec::new();
    for batch in batches {
        let column = |name: &str| {
            batch
                .column_by_name(name)
                .ok_or_else(|| format!("there is no column `{name}`"))
        };
        for name in SHAPE {
            column(name)?;
        }
        for row in 0..batch.num_rows() {
            let time_of = |name: &str| {
                column(name).and_then(|values| time(values, row).ok_or_else(|| format!("`{name}` is no instant")))
            };
            let number = |name: &str| -> Result<Option<f64>, String> {
                match cell(column(name)?, row) {
                    Cell::Null => Ok(None),
                    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
                    Cell::Integer(value) => Ok(Some(value as f64)),
                    Cell::Float(value) if value.is_finite() => Ok(Some(value)),
                    other => Err(format!("`{name}` is {other:?}, not a number")),
                }
            };
            let schema = batch.schema();
            let others = schema
                .fields()
                .iter()
                .map(|field| field.name().as_str())
                .filter(|name| !SHAPE.contains(name));
            found.push(RawKpi {
                repository: match cell(column("repository")?, row) {
                    Cell::Text(repository) => Some(repository),
                    _ => None,
                },
                window: Window {
                    from: time_of("period_start")?,
                    to: time_of("period_end")?,
                },
                value: number("value")?,
                n: match cell(column("n")?, row) {
                    Cell::Integer(n) => n,
                    other => return Err(format!("`n` is {other:?}, not a count")),
                },
                low: number("low")?,
                high: number("high")?,
                excluded: excluded(column("excluded")?, row)?,
                companions: others
                    .map(|name| Ok((name.to_owned(), number(name)?)))
                    .collect::<Result<_, String>>()?,
            });
        }
    }
    Ok(found)
}

fn excluded(column: &ArrayRef, row: usize) -> Result<Vec<Excluded>, String> {
    let wrong = || "`excluded` is not `[{reason, n}]`".to_owned();
    if column.is_null(row) {
        return Ok(Vec::new());
    }
    let entries = column.as_list_opt::<i32>().ok_or_else(wrong)?.value(row);
    let entries = entries.as_struct_opt().ok_or_else(wrong)?;
    let reasons = entries.column_by_name("reason").ok_or_else(wrong)?;
    let counts = entries.column_by_name("n").ok_or_else(wrong)?;
    let mut found = Vec::new();
    for entry in 0..entries.len() {
        match (cell(reasons, entry), cell(counts, entry)) {
            (Cell::Text(reason), Cell::Integer(n)) if domain::kpi::exclusion(&reason).is_some() => {
                found.push(Excluded { reason, n });
            }
            (Cell::Text(reason), Cell::Integer(_)) => {
                return Err(format!("`{reason}` is not in the closed list of reasons"));
            }
            _ => return Err(wrong()),
        }
    }
    Ok(found)
}

/// Reads the rows of a control, what fails first, then by subject; the reason where they are not of its shape.
pub(crate) fn control_rows(batches: &[RecordBatch]) -> Result<Vec<ControlRow>, String> {
    const SHAPE: [&str; 5] = ["subject", "status", "reason", "observed_at", "evidence"];
    let mut found: Vec<ControlRow> = Vec::new();
    for batch in batches {
        let schema = batch.schema();
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        if names != SHAPE {
            return Err(format!("it returns the columns {names:?}, a control returns {SHAPE:?}"));
        }
        let text = |index: usize, row: usize| match cell(batch.column(index), row) {
            Cell::Text(text) => Ok(text),
            Cell::Null if SHAPE[index] == "evidence" => Ok(String::new()),
            other => Err(format!("`{}` is {other:?}, not a text", SHAPE[index])),
        };
        for row in 0..batch.num_rows() {
            let word = text(1, row)?;
            found.push(ControlRow {
                subject: text(0, row)?,
                status: ControlStatus::parse(&word).ok_or_else(|| format!("`{word}` is no status"))?,
                reason: text(2, row)?,
                observed_at: match cell(batch.column(3), row) {
                    Cell::Time(at) => Some(at),
                    Cell::Null => None,
                    other => return Err(format!("`observed_at` is {other:?}, not an instant")),
                },
                evidence: text(4, row)?,
            });
        }
    }
    let place = |status: ControlStatus| ControlStatus::ALL.iter().position(|other| *other == status);
    found.sort_by(|a, b| (place(a.status), &a.subject).cmp(&(place(b.status), &b.subject)));
    match found.windows(2).find(|pair| pair[0].subject == pair[1].subject) {
        Some(pair) => Err(format!("the subject `{}` stands twice", pair[0].subject)),
        None => Ok(found),
    }
}

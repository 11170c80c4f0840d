//! Elapsed time between instants, to the microsecond: no calendars and no zones.

use std::sync::Arc;

use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, Float64Builder, TimestampMicrosecondBuilder};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, TimeUnit, TimestampMicrosecondType};
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

pub(super) fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// `plus_minutes(instant, minutes)`, `plus_hours(instant, hours)` and `plus_days(instant, days)`: the instant so many
/// minutes, hours of 3,600 s, or days of 24 hours, later, rounded to the microsecond.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Plus {
    name: &'static str,
    signature: Signature,
    unit_seconds: u32,
}

impl Plus {
    /// A function of this name that adds so many units.
    pub(super) fn new(name: &'static str, unit_seconds: u32) -> Self {
        Self {
            name,
            signature: Signature::any(2, Volatility::Immutable),
            unit_seconds,
        }
    }
}

impl ScalarUDFImpl for Plus {
    fn name(&self) -> &'static str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(instant())
    }

    #[expect(clippy::cast_possible_truncation, reason = "a policy's hours and days are few")]
    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let unit_micros = f64::from(self.unit_seconds) * 1_000_000.0;
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let (instants, units) = (cast(&arrays[0], &instant())?, cast(&arrays[1], &DataType::Float64)?);
        let instants = instants.as_primitive::<TimestampMicrosecondType>();
        let units = units.as_primitive::<Float64Type>();
        let mut later = TimestampMicrosecondBuilder::with_capacity(instants.len()).with_timezone("UTC");
        for row in 0..instants.len() {
            let is_known = instants.is_valid(row) && units.is_valid(row);
            later.append_option(is_known.then(|| {
                let micros = (units.value(row) * unit_micros).round() as i64;
                instants.value(row).saturating_add(micros)
            }));
        }
        Ok(ColumnarValue::Array(Arc::new(later.finish()) as ArrayRef))
    }
}

/// `seconds_between(from, to)` and `days_between(from, to)`: elapsed seconds, or days of 24 hours; negative where `to`
/// is the earlier one.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Between {
    name: &'static str,
    signature: Signature,
    unit_seconds: u32,
}

impl Between {
    /// A function of this name that counts in such units.
    pub(super) fn new(name: &'static str, unit_seconds: u32) -> Self {
        Self {
            name,
            signature: Signature::any(2, Volatility::Immutable),
            unit_seconds,
        }
    }
}

impl ScalarUDFImpl for Between {
    fn name(&self) -> &'static str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "spans of centuries stay below 2^53 microseconds"
    )]
    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let (from, to) = (cast(&arrays[0], &instant())?, cast(&arrays[1], &instant())?);
        let from = from.as_primitive::<TimestampMicrosecondType>();
        let to = to.as_primitive::<TimestampMicrosecondType>();
        let unit_micros = f64::from(self.unit_seconds) * 1_000_000.0;
        let mut units = Float64Builder::with_capacity(from.len());
        for row in 0..from.len() {
            let is_known = from.is_valid(row) && to.is_valid(row);
            units.append_option(is_known.then(|| (to.value(row) - from.value(row)) as f64 / unit_micros));
        }
        Ok(ColumnarValue::Array(Arc::new(units.finish()) as ArrayRef))
    }
}

//! Nights of CI/CL-001 §5, by the local calendar; the rule is the domain's.

use std::sync::Arc;

use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, TimestampMicrosecondBuilder};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type, TimestampMicrosecondType};
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};
use domain::calendar::toronto_night;

use super::time::instant;

/// `night_of(day, hour)`: when the night of a day of the calendar, given as its midnight in UTC, begins in Toronto.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Night {
    signature: Signature,
}

impl Default for Night {
    fn default() -> Self {
        Self {
            signature: Signature::any(2, Volatility::Immutable),
        }
    }
}

impl ScalarUDFImpl for Night {
    fn name(&self) -> &'static str {
        "night_of"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(instant())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let (days, hours) = (cast(&arrays[0], &instant())?, cast(&arrays[1], &DataType::Int64)?);
        let days = days.as_primitive::<TimestampMicrosecondType>();
        let hours = hours.as_primitive::<Int64Type>();
        let mut nights = TimestampMicrosecondBuilder::with_capacity(days.len()).with_timezone("UTC");
        for row in 0..days.len() {
            let is_known = days.is_valid(row) && hours.is_valid(row);
            let day = is_known
                .then(|| chrono::DateTime::from_timestamp_micros(days.value(row)))
                .flatten();
            nights.append_option(day.map(|day| toronto_night(day.date_naive(), hours.value(row)).timestamp_micros()));
        }
        Ok(ColumnarValue::Array(Arc::new(nights.finish()) as ArrayRef))
    }
}

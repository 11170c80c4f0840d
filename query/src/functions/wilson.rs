//! Bounds of the Wilson interval of a proportion.

use std::sync::Arc;

use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, Float64Builder};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};
use statrs::distribution::{ContinuousCDF as _, Normal};

/// `wilson_low(successes, n, confidence_percent)` and `wilson_high(…)`: a bound in percent; null where `n` is 0.
///
/// Wilson, E. B. (1927), J. Am. Stat. Assoc. 22:209-212, without continuity correction.
#[derive(Debug, PartialEq)]
pub(super) struct Wilson {
    name: &'static str,
    side: f64,
    signature: Signature,
}

impl Eq for Wilson {}

impl std::hash::Hash for Wilson {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl Wilson {
    pub(super) fn new(name: &'static str, side: f64) -> Self {
        Self {
            name,
            side,
            signature: Signature::any(3, Volatility::Immutable),
        }
    }
}

impl ScalarUDFImpl for Wilson {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let successes = cast(&arrays[0], &DataType::Int64)?;
        let totals = cast(&arrays[1], &DataType::Int64)?;
        let confidences = cast(&arrays[2], &DataType::Float64)?;
        let (successes, totals) = (
            successes.as_primitive::<Int64Type>(),
            totals.as_primitive::<Int64Type>(),
        );
        let confidences = confidences.as_primitive::<Float64Type>();
        let mut bounds = Float64Builder::with_capacity(totals.len());
        for row in 0..totals.len() {
            let is_known = successes.is_valid(row) && totals.is_valid(row) && confidences.is_valid(row);
            let bound = if is_known {
                wilson(
                    successes.value(row),
                    totals.value(row),
                    confidences.value(row),
                    self.side,
                )
            } else {
                None
            };
            bounds.append_option(bound);
        }
        Ok(ColumnarValue::Array(Arc::new(bounds.finish()) as ArrayRef))
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn wilson(successes: i64, n: i64, confidence_percent: f64, side: f64) -> Option<f64> {
    if n <= 0 || !(0.0..100.0).contains(&confidence_percent) {
        return None;
    }
    let z = Normal::standard().inverse_cdf(0.5 + confidence_percent / 200.0);
    let (n, p) = (n as f64, successes as f64 / n as f64);
    let z2 = z * z;
    let centre = p + z2 / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    // At 0 and n the exact bound is the end of the scale; rounding must not leave it.
    Some((100.0 * (centre + side * half) / (1.0 + z2 / n)).clamp(0.0, 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_agree_with_published_values() {
        // Newcombe (1998), Stat. Med. 17:857-872, table I, method 3: 81/263, 15/148, 0/20, 1/29.
        for (successes, n, low, high) in [
            (81, 263, 25.53, 36.62),
            (15, 148, 6.24, 16.05),
            (0, 20, 0.0, 16.11),
            (1, 29, 0.61, 17.18),
        ] {
            let round = |value: f64| (value * 100.0).round() / 100.0;
            assert_eq!(
                wilson(successes, n, 95.0, -1.0).map(round),
                Some(low),
                "{successes}/{n}"
            );
            assert_eq!(
                wilson(successes, n, 95.0, 1.0).map(round),
                Some(high),
                "{successes}/{n}"
            );
        }
        assert_eq!(wilson(0, 0, 95.0, 1.0), None);
    }
}

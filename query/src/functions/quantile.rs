//! Interpolated quantiles, to the last bit of a double.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray as _, Float64Array, ListArray};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Float64Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, Signature, Volatility};

/// `quantile_cont(value, q)`: the quantile of type 7 of Hyndman and Fan (1996), as R, `NumPy` and DuckDB have it by default;
/// null over nothing. `DataFusion`'s own of this name interpolates in steps of a millionth of the gap.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Quantile(Signature);

impl Default for Quantile {
    fn default() -> Self {
        Self(Signature::exact(
            vec![DataType::Float64, DataType::Float64],
            Volatility::Immutable,
        ))
    }
}

impl AggregateUDFImpl for Quantile {
    fn name(&self) -> &'static str {
        "quantile_cont"
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn accumulator(&self, _: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        Ok(Box::<Values>::default())
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let values = DataType::List(Arc::new(Field::new_list_field(DataType::Float64, true)));
        Ok(vec![
            Arc::new(Field::new(format!("{} values", args.name), values, true)),
            Arc::new(Field::new(format!("{} q", args.name), DataType::Float64, true)),
        ])
    }
}

/// The values of one group.
#[derive(Debug, Default)]
struct Values {
    values: Vec<f64>,
    q: Option<f64>,
}

impl Values {
    fn add(&mut self, values: &Float64Array) {
        self.values.extend(values.iter().flatten());
    }
}

impl Accumulator for Values {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.add(values[0].as_primitive::<Float64Type>());
        self.q = values[1]
            .as_primitive::<Float64Type>()
            .iter()
            .flatten()
            .next()
            .or(self.q);
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for values in states[0].as_list::<i32>().iter().flatten() {
            self.add(values.as_primitive::<Float64Type>());
        }
        self.q = states[1]
            .as_primitive::<Float64Type>()
            .iter()
            .flatten()
            .next()
            .or(self.q);
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let values = Float64Array::from(self.values.clone());
        let list = ListArray::try_new(
            Arc::new(Field::new_list_field(DataType::Float64, true)),
            OffsetBuffer::from_lengths([values.len()]),
            Arc::new(values),
            None,
        )?;
        Ok(vec![ScalarValue::List(Arc::new(list)), ScalarValue::Float64(self.q)])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Float64(self.q.and_then(|q| quantile(&mut self.values, q))))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.values.capacity() * size_of::<f64>()
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an index between 0 and the length"
)]
fn quantile(values: &mut [f64], q: f64) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let position = values.len().checked_sub(1)? as f64 * q.clamp(0.0, 1.0);
    let low = *values.get(position.floor() as usize)?;
    let high = *values.get(position.ceil() as usize)?;
    Some(low + (high - low) * position.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_r() {
        // R 4: quantile(c(15, 20, 35, 40, 50), c(0, .05, .3, .4, .5, .9, 1), type = 7)
        for (q, expected) in [
            (0.0, 15.0),
            (0.05, 16.0),
            (0.3, 23.0),
            (0.4, 29.0),
            (0.5, 35.0),
            (0.9, 46.0),
            (1.0, 50.0),
        ] {
            let found = quantile(&mut [50.0, 15.0, 40.0, 20.0, 35.0], q).unwrap();
            assert!((found - expected).abs() < 1e-12, "{q}: {found}");
        }
        assert_eq!(quantile(&mut [], 0.5), None);
        assert_eq!(quantile(&mut [7.0], 0.9), Some(7.0));
    }
}

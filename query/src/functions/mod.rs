//! Functions that SQL lacks.

mod night;
mod quantile;
mod time;
mod wilson;

use datafusion::logical_expr::{AggregateUDF, ScalarUDF};

use night::Night;
use quantile::Quantile;
use time::{Between, Plus};
use wilson::Wilson;

/// Every function of rows.
pub(crate) fn scalars() -> Vec<ScalarUDF> {
    vec![
        ScalarUDF::from(Wilson::new("wilson_low", -1.0)),
        ScalarUDF::from(Wilson::new("wilson_high", 1.0)),
        ScalarUDF::from(Night::default()),
        ScalarUDF::from(Plus::new("plus_minutes", 60)),
        ScalarUDF::from(Plus::new("plus_hours", 3_600)),
        ScalarUDF::from(Plus::new("plus_days", 86_400)),
        ScalarUDF::from(Between::new("seconds_between", 1)),
        ScalarUDF::from(Between::new("hours_between", 3_600)),
        ScalarUDF::from(Between::new("days_between", 86_400)),
    ]
}

/// Every function of groups.
pub(crate) fn aggregates() -> Vec<AggregateUDF> {
    vec![AggregateUDF::from(Quantile::default())]
}

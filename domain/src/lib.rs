#![doc = include_str!("../README.md")]

pub mod calendar;
pub mod change;
pub mod check;
pub mod clock;
pub mod collection;
pub mod coverage;
pub mod finding;
pub mod identity;
pub mod job;
pub mod kpi;
pub mod policy;
pub mod run;
pub mod scan;
pub mod severity;
pub mod source;
pub mod test_result;

#![doc = include_str!("../README.md")]

pub mod calendar;
pub mod clock;
pub mod identity;
pub mod kpi;
pub mod policy;
pub mod run;
pub mod source;
pub mod test_result;

//! What whole-flow tests share.

pub mod faults;
pub mod lakes;
pub mod ministack;
pub mod organization;
pub mod prism;
pub mod sites;

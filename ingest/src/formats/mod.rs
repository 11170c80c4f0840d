//! File formats, one folder each: bytes to rows and warnings. Files are recognised by their content.

pub mod cobertura;
pub mod jacoco;
pub mod junit;
pub mod lcov;
pub mod registry;
pub mod sarif;

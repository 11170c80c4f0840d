//! File formats, one folder each: bytes to rows and warnings. Files are recognised by their content.

pub mod cobertura;
pub mod grype;
pub mod junit;
pub mod registry;
pub mod sarif;
pub mod scanner;
pub mod semgrep;
pub mod trivy;

//! File formats, one folder each: bytes to rows and warnings. Files are recognised by their content.

pub mod checkov;
pub mod cobertura;
pub mod gitleaks;
pub mod grype;
pub mod jacoco;
pub mod junit;
pub mod lcov;
pub mod registry;
pub mod sarif;
pub mod semgrep;
pub mod tfsec;
pub mod trivy;

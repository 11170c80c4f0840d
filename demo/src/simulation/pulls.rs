//! When a reader has to look at the organization: at its end, and so often before that no artifact expires unseen.

use chrono::TimeDelta;
use domain::clock::Timestamp;

/// Artifacts of branches live for so many days (CI/CL-001 §16), and fewer lie between two pulls.
const ARTIFACT_DAYS: u32 = 30;
const DAYS_BETWEEN_PULLS: u32 = 29;

/// The instants of the pulls of a timeline of `days`, the last one at its end.
pub fn instants(end: Timestamp, days: u32) -> Vec<Timestamp> {
    let n_before = days.saturating_sub(ARTIFACT_DAYS).div_ceil(DAYS_BETWEEN_PULLS);
    let before = |n: u32| end - TimeDelta::days(i64::from(n * DAYS_BETWEEN_PULLS));
    (0..=n_before).rev().map(before).collect()
}

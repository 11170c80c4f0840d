//! What the lake holds of a repository already: what a second pull need not ask for.

use std::collections::{HashMap, HashSet};

use arrow::array::{Array as _, ArrayRef, AsArray as _, RecordBatch};
use arrow::datatypes::{Int32Type, Int64Type, TimestampMicrosecondType};
use chrono::DateTime;
use domain::clock::Timestamp;
use domain::repository_file::ListedScope;
use lake::known;
use lake::snapshot::Snapshot;
use lake::tables::{
    alerts, analyses, artifacts, cache_listings, caches, deployment_statuses, deployments, gaps, issues,
    pull_request_files, pull_request_reviews, pull_requests, quarantine_entries, repository_files, required_checks,
    runs,
};

use super::caches::{CachesHeld, CachesKnown};
use super::checks::Required;
use super::deployments::DeploymentsKnown;
use super::merges::{Merge, MergesKnown};
use super::objects::security::SECRET_SCANNING;
use super::repository_files::FilesKnown;
use crate::error::Result;

/// An attempt's newest observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AttemptState {
    pub(crate) is_completed: bool,
    pub(crate) updated_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
}

/// What is owed: resource and subject.
pub(crate) type Owed = (String, String);

/// Observed requirements: the ruleset, and what it requires.
type Requirements = Vec<(Option<i64>, Required)>;

/// What the lake holds of a repository.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// By run and attempt.
    pub(crate) attempts: HashMap<(i64, i32), AttemptState>,
    pub(crate) artifacts: HashSet<i64>,
    pub(crate) analyses: HashSet<i64>,
    /// Newest change of each secret scanning alert.
    pub(crate) secret_alerts: HashMap<i64, Timestamp>,
    /// Newest change of each pull request, and of each issue.
    pub(crate) pulls: HashMap<i64, Timestamp>,
    pub(crate) issues: HashMap<i64, Timestamp>,
    pub(crate) deployments: DeploymentsKnown,
    pub(crate) caches: CachesKnown,
    /// Pull requests that are merged, and what is in of each.
    pub(crate) merges: MergesKnown,
    /// Gaps that are open, with the reason and the run of each.
    pub(crate) gaps: HashMap<Owed, (String, Option<i64>)>,
    /// By origin: what was required when last observed.
    pub(crate) required: HashMap<String, Requirements>,
    /// Versions of rulesets.
    pub(crate) versions: HashSet<i64>,
    /// Commits whose list of quarantined tests is in.
    pub(crate) quarantine_lists: HashSet<String>,
    /// Files of the repository itself.
    pub(crate) files: FilesKnown,
}

/// The cells of a row, by the position of the column.
pub(crate) struct Row<'a> {
    columns: &'a [ArrayRef],
    row: usize,
}

impl<'a> Row<'a> {
    /// The rows of a batch.
    pub(crate) fn of(batch: &'a RecordBatch) -> impl Iterator<Item = Self> {
        let columns = batch.columns();
        (0..batch.num_rows()).map(move |row| Self { columns, row })
    }

    pub(crate) fn text(&self, column: usize) -> Option<&str> {
        let column = self.columns.get(column)?.as_string_opt::<i32>()?;
        column.is_valid(self.row).then(|| column.value(self.row))
    }

    pub(crate) fn long(&self, column: usize) -> Option<i64> {
        let column = self.columns.get(column)?.as_primitive_opt::<Int64Type>()?;
        column.is_valid(self.row).then(|| column.value(self.row))
    }

    pub(crate) fn integer(&self, column: usize) -> Option<i32> {
        let column = self.columns.get(column)?.as_primitive_opt::<Int32Type>()?;
        column.is_valid(self.row).then(|| column.value(self.row))
    }

    pub(crate) fn boolean(&self, column: usize) -> Option<bool> {
        let column = self.columns.get(column)?.as_boolean_opt()?;
        column.is_valid(self.row).then(|| column.value(self.row))
    }

    pub(crate) fn time(&self, column: usize) -> Option<Timestamp> {
        let column = self
            .columns
            .get(column)?
            .as_primitive_opt::<TimestampMicrosecondType>()?;
        let micros = column.is_valid(self.row).then(|| column.value(self.row))?;
        DateTime::from_timestamp_micros(micros)
    }
}

impl Known {
    /// Reads it.
    pub(crate) async fn read(snapshot: &Snapshot, repository: &str) -> Result<Self> {
        let mut known = Self::default();
        let read = async |table, columns: &[&str], visit: &mut dyn FnMut(&Row<'_>)| -> Result<()> {
            let mut names = vec!["repository"];
            names.extend_from_slice(columns);
            known::rows(snapshot, table, Some(repository), &names, &mut |batch: &RecordBatch| {
                for row in Row::of(batch) {
                    if row.text(0) == Some(repository) {
                        visit(&row);
                    }
                }
            })
            .await?;
            Ok(())
        };
        read(
            &runs::TABLE.spec,
            &["run_id", "run_attempt", "status", "updated_at", "created_at"],
            &mut |row| known.add_attempt(row),
        )
        .await?;
        read(&artifacts::TABLE.spec, &["artifact_id"], &mut |row| {
            known.artifacts.extend(row.long(1));
        })
        .await?;
        read(&analyses::TABLE.spec, &["analysis_id"], &mut |row| {
            known.analyses.extend(row.long(1));
        })
        .await?;
        read(&alerts::TABLE.spec, &["number", "updated_at", "kind"], &mut |row| {
            if row.text(3) == Some(SECRET_SCANNING) {
                newest(&mut known.secret_alerts, row);
            }
        })
        .await?;
        let columns = ["number", "updated_at", "merged_at", "base_sha", "base_branch"];
        read(&pull_requests::TABLE.spec, &columns, &mut |row| {
            newest(&mut known.pulls, row);
            let base = row.text(4).zip(row.text(5));
            if let (Some(number), Some(merged_at), Some((base_sha, base_branch))) = (row.long(1), row.time(3), base) {
                known.merges.add(Merge {
                    number,
                    merged_at,
                    base_sha: base_sha.to_owned(),
                    base_branch: base_branch.to_owned(),
                });
            }
        })
        .await?;
        read(&pull_request_reviews::TABLE.spec, &["number"], &mut |row| {
            known.merges.reviewed.extend(row.long(1));
        })
        .await?;
        let columns = ["number", "path", "previous_path"];
        read(&pull_request_files::TABLE.spec, &columns, &mut |row| {
            if let Some(number) = row.long(1) {
                known.merges.add_file(number, [row.text(2), row.text(3)]);
            }
        })
        .await?;
        read(&issues::TABLE.spec, &["number", "updated_at"], &mut |row| {
            newest(&mut known.issues, row);
        })
        .await?;
        let columns = ["deployment_id", "created_at", "updated_at"];
        read(&deployments::TABLE.spec, &columns, &mut |row| {
            if let (Some(id), Some(created_at), Some(updated_at)) = (row.long(1), row.time(2), row.time(3)) {
                known.deployments.add(id, created_at, updated_at);
            }
        })
        .await?;
        read(
            &deployment_statuses::TABLE.spec,
            &["deployment_id", "state"],
            &mut |row| {
                if let (Some(id), Some(state)) = (row.long(1), row.text(2)) {
                    known.deployments.add_status(id, state);
                }
            },
        )
        .await?;
        read(&caches::TABLE.spec, &["cache_id", "last_accessed_at"], &mut |row| {
            newest(&mut known.caches.accessed, row);
        })
        .await?;
        let columns = [
            "observed_at",
            "n_caches",
            "size_bytes",
            "retention_days",
            "least_recent_at",
            "most_recent_at",
        ];
        read(&cache_listings::TABLE.spec, &columns, &mut |row| {
            let held = CachesHeld {
                n_caches: row.long(2).unwrap_or_default(),
                size_bytes: row.long(3).unwrap_or_default(),
                retention_days: row.long(4),
                least_recent_at: row.time(5),
                most_recent_at: row.time(6),
            };
            if let Some(at) = row.time(1)
                && known.caches.listed.is_none_or(|(newest, _)| newest < at)
            {
                known.caches.listed = Some((at, held));
            }
        })
        .await?;
        read(&quarantine_entries::TABLE.spec, &["commit_sha"], &mut |row| {
            known.quarantine_lists.extend(row.text(1).map(str::to_owned));
        })
        .await?;
        let columns = ["commit_sha", "scope", "blob_sha", "file_sha256"];
        read(&repository_files::TABLE.spec, &columns, &mut |row| {
            let scope = row.text(2).and_then(ListedScope::parse);
            if let (Some(commit), Some(scope)) = (row.text(1), scope) {
                known.files.listed.insert((commit.to_owned(), scope.as_str()));
            }
            if let (Some(blob), Some(sha256)) = (row.text(3), row.text(4)) {
                known.files.blobs.insert(blob.to_owned(), sha256.to_owned());
            }
        })
        .await?;
        let mut gaps_seen: HashMap<Owed, (Timestamp, bool, String, Option<i64>)> = HashMap::new();
        let columns = ["resource", "subject", "is_open", "reason", "run_id", "observed_at"];
        read(&gaps::TABLE.spec, &columns, &mut |row| {
            let owed = (
                row.text(1).unwrap_or_default().to_owned(),
                row.text(2).unwrap_or_default().to_owned(),
            );
            let seen = (
                row.time(6).unwrap_or_default(),
                row.boolean(3).unwrap_or_default(),
                row.text(4).unwrap_or_default().to_owned(),
                row.long(5),
            );
            let held = gaps_seen.entry(owed).or_insert_with(|| seen.clone());
            if (held.0, !held.1) < (seen.0, !seen.1) {
                *held = seen;
            }
        })
        .await?;
        let mut sets: HashMap<String, (Timestamp, Requirements)> = HashMap::new();
        let columns = [
            "origin",
            "version_id",
            "ruleset_id",
            "context",
            "app_id",
            "effective_at",
        ];
        read(&required_checks::TABLE.spec, &columns, &mut |row| {
            if let Some(version) = row.long(2) {
                known.versions.insert(version);
                return;
            }
            let at = row.time(6).unwrap_or_default();
            let set = sets.entry(row.text(1).unwrap_or_default().to_owned()).or_default();
            if set.0 < at {
                *set = (at, Vec::new());
            }
            if set.0 == at {
                set.1.push((row.long(3), (row.text(4).map(str::to_owned), row.long(5))));
            }
        })
        .await?;
        let open = gaps_seen.into_iter().filter(|(_, (_, is_open, ..))| *is_open);
        known.gaps = open
            .map(|(owed, (_, _, reason, run_id))| (owed, (reason, run_id)))
            .collect();
        known.required = sets
            .into_iter()
            .map(|(origin, (_, mut set))| {
                set.sort();
                (origin, set)
            })
            .collect();
        Ok(known)
    }

    fn add_attempt(&mut self, row: &Row<'_>) {
        let (Some(run_id), Some(attempt), Some(created_at)) = (row.long(1), row.integer(2), row.time(5)) else {
            return;
        };
        let seen = AttemptState {
            is_completed: row.text(3) == Some("completed"),
            updated_at: row.time(4),
            created_at,
        };
        let held = self.attempts.entry((run_id, attempt)).or_insert(seen);
        if (held.is_completed, held.updated_at) < (seen.is_completed, seen.updated_at) {
            *held = seen;
        }
    }

    /// When the newest run was created.
    pub(crate) fn newest_run(&self) -> Option<Timestamp> {
        self.attempts.values().map(|state| state.created_at).max()
    }

    /// Runs of which something is still owed: attempts that had not ended, and gaps.
    pub(crate) fn unsettled_runs(&self) -> HashSet<i64> {
        let mut runs: HashSet<i64> = self
            .gaps
            .values()
            // What has expired will not come back.
            .filter(|(reason, _)| reason != "expired")
            .filter_map(|(_, run_id)| *run_id)
            .collect();
        let unfinished = self.attempts.iter().filter(|(_, state)| !state.is_completed);
        runs.extend(unfinished.map(|((run_id, _), _)| *run_id));
        runs
    }
}

fn newest(held: &mut HashMap<i64, Timestamp>, row: &Row<'_>) {
    if let (Some(number), Some(updated_at)) = (row.long(1), row.time(2)) {
        let newest = held.entry(number).or_insert(updated_at);
        *newest = updated_at.max(*newest);
    }
}

//! Artifacts, and buckets that mirror them: how these are set up, what they hold, and what reading it back gave.

use super::random_lake::{DAY, HOUR, MINUTE, RandomLake, Row};

/// The artifact that is mirrored.
struct Mirrored<'a> {
    repository: &'a str,
    run_id: i64,
    run_attempt: i64,
    name: &'a str,
    sha256: Option<&'a str>,
    created_at: i64,
}

impl RandomLake {
    pub(crate) fn draw_artifact(&mut self, repository: &str, run_id: i64, run_attempt: i64, at: i64) {
        if self.happens(60) {
            return;
        }
        let artifact_id = self.id();
        self.artifacts.push(artifact_id);
        let name = self.pick(&["junit", "junit-attempt-1", "scans"]);
        let sha256 = self.happens(70).then(|| self.digest());
        let row = Row::of(repository)
            .with("artifact_id", artifact_id)
            .with("run_id", run_id)
            .maybe("run_attempt", self.perhaps(80, &[run_attempt]))
            .maybe("job", self.perhaps(50, &["test"]))
            .with("name", name)
            .with("size_bytes", 100)
            .maybe("sha256", sha256.as_ref())
            .at("created_at", at)
            .at("expires_at", at + 90 * DAY);
        self.add("artifacts", at, row.clone().with("is_expired", "false"));
        if self.happens(30) {
            self.add("artifacts", at + DAY, row.with("is_expired", "true"));
        }
        self.draw_mirrored(&Mirrored {
            repository,
            run_id,
            run_attempt,
            name,
            sha256: sha256.as_deref(),
            created_at: at,
        });
    }

    /// Objects that are, or look like, copies of an artifact.
    fn draw_mirrored(&mut self, artifact: &Mirrored<'_>) {
        for _ in 0..self.pick(&[0, 1, 1, 1, 2]) {
            // A key is one bucket's, a bucket one organization's; each has one version.
            let version_id = format!("v{}", self.id());
            let key = format!("{}/{version_id}.zip", artifact.repository);
            let bucket = artifact.repository.split('/').next().unwrap_or_default();
            let written_at = artifact.created_at + self.pick(&[0, MINUTE, DAY]);
            let other = self.digest();
            let digests = [artifact.sha256.unwrap_or(&other).to_owned(), other];
            let row = Row::of(artifact.repository)
                .with("bucket", bucket)
                .with("key", &key)
                .with("version_id", &version_id)
                .with("run_id", artifact.run_id)
                .maybe(
                    "run_attempt",
                    self.perhaps(70, &[artifact.run_attempt, artifact.run_attempt, 2]),
                )
                .with("artifact", self.pick(&[artifact.name, artifact.name, "other"]))
                .at("last_modified_at", written_at);
            self.draw_observations(&row, &digests, written_at);
            for _ in 0..self.pick(&[0, 0, 1, 2]) {
                let read_at = written_at + self.pick(&[HOUR, DAY, 3 * DAY]);
                let outcome = self.pick(&["equal", "differs", "unstated", "forbidden", "archived"]);
                let is_read = !matches!(outcome, "forbidden" | "archived");
                let read = row
                    .clone()
                    .with("sample_day", "2026-11-24")
                    .with("sample_seed", "seed")
                    .with("outcome", outcome)
                    .maybe("read_sha256", is_read.then(|| self.pick(&digests)))
                    .with("read_bytes", 100)
                    .with("duration_ms", 5)
                    .at("read_at", read_at);
                self.add("mirror_reads", read_at, read);
            }
        }
    }

    fn draw_observations(&mut self, row: &Row, digests: &[String], written_at: i64) {
        let is_delete_marker = self.happens(10);
        let size_bytes = self.pick(&[100, 100, 100, 99]);
        let mut observed_at = written_at + self.pick(&[0, HOUR, DAY]);
        let mut storage_class = "STANDARD";
        for _ in 0..self.pick(&[1, 1, 2, 3]) {
            let observed = row
                .clone()
                .with("is_listed", self.happens(90))
                .with("is_latest", self.happens(80))
                .with("is_delete_marker", is_delete_marker)
                .with("head_status", "read")
                .with("size_bytes", size_bytes)
                .maybe("storage_class", (!is_delete_marker).then_some(storage_class))
                .maybe("sha256", self.perhaps(50, digests))
                .maybe("claimed_sha256", self.perhaps(50, digests))
                .maybe("kms_key_manager", self.perhaps(60, &["customer", "unproven"]))
                .at("observed_at", observed_at);
            self.add("mirror_objects", observed_at, observed);
            observed_at += self.pick(&[HOUR, DAY, 20 * DAY]);
            storage_class = self.pick(&[storage_class, "STANDARD_IA", "GLACIER", "DEEP_ARCHIVE"]);
        }
    }

    /// A bucket with its rules and listings. It stands under the lake's name, as in no lake of GitHub's, so that many lakes
    /// fit into one database.
    pub(crate) fn draw_bucket(&mut self, owner: &str) {
        let repository = format!("{owner}/bucket");
        let mut observed_at = self.moment();
        // Of one bucket several observations, at instants of their own.
        for nth in 0..self.pick(&[0, 1, 2, 3]) {
            let bucket = format!("{owner}-{}", nth / 2);
            let prefix = self.pick(&["ci", "ci", "old"]);
            observed_at += self.pick(&[MINUTE, HOUR, DAY]);
            let place = || {
                Row::of(&repository)
                    .with("bucket", &bucket)
                    .at("observed_at", observed_at)
            };
            let asked = ["read", "read", "none", "forbidden"];
            let row = place()
                .with("prefix", prefix)
                .with("versioning_status", self.pick(&asked))
                .maybe("versioning", self.perhaps(70, &["Enabled", "Suspended"]))
                .with("object_lock_status", self.pick(&asked))
                .maybe("object_lock", self.perhaps(50, &["Enabled"]))
                .maybe("lock_mode", self.perhaps(50, &["COMPLIANCE", "GOVERNANCE"]))
                .maybe("lock_days", self.perhaps(50, &[910]))
                .with("lifecycle_status", self.pick(&asked))
                .with("encryption_status", self.pick(&asked))
                .maybe("sse_algorithm", self.perhaps(70, &["AES256", "aws:kms"]))
                .with("public_access_block_status", self.pick(&asked))
                .maybe("is_public_access_blocked", self.perhaps(70, &[true, false]))
                .with("policy_status", self.pick(&asked))
                .maybe("is_public", self.perhaps(70, &[true, false]))
                .with("replication_status", self.pick(&asked));
            self.add("mirror_buckets", observed_at, row);
            let digest = self.digest();
            for rule in 0..self.between(0, 3) {
                let action = self.pick(&["transition", "transition", "expiration", "abort_multipart"]);
                let row = place()
                    .with("rule", rule)
                    .with("is_enabled", self.happens(80))
                    .with("prefix", "ci")
                    .with("action_index", 0)
                    .with("action", action)
                    .maybe("after_days", self.perhaps(80, &[30, 180, 910]))
                    .maybe(
                        "storage_class",
                        self.perhaps(80, &["STANDARD_IA", "GLACIER", "DEEP_ARCHIVE"]),
                    );
                self.add_of("mirror_lifecycle_rules", observed_at, &digest, row);
            }
            if self.happens(80) {
                let ended_at = observed_at + MINUTE;
                let row = Row::of(&repository)
                    .with("bucket", &bucket)
                    .with("prefix", prefix)
                    .with("method", "versions")
                    .with("is_complete", self.happens(80))
                    .with("n_pages", 1)
                    .with("n_versions", self.between(0, 9))
                    .with("n_delete_markers", 0)
                    .with("n_unmatched", 0)
                    .with("n_changed", 0)
                    .with("n_gone", 0)
                    .with("size_bytes", self.between(0, 900))
                    .with("n_readable", 0)
                    .with("n_archived", self.between(0, 3))
                    .at("started_at", observed_at)
                    .at("observed_at", ended_at);
                self.add("mirror_listings", ended_at, row);
            }
        }
    }
}

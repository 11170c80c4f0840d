//! A mirror against a store that answers as S3 does, and can be told to misbehave.

mod listings;
mod reads;
mod refusals;
mod server;

use std::sync::Arc;
use std::time::Duration;

use arrow::util::display::array_value_to_string;
use domain::clock::{FixedClock, parse_timestamp};
use lake::known;
use lake::store::{Store, StoreOptions};
use lake::tables::ALL;
use lake::writer::Writer;

use self::server::S3;
use super::place::Location;
use super::take_in::{Mirror, Mirrored, take_in};
use crate::error::Result;

/// A store with a mirror, and a lake that it is taken into.
struct Site {
    s3: S3,
    folder: tempfile::TempDir,
}

impl Site {
    async fn new() -> Self {
        Self {
            s3: S3::start().await,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn mirror(&self) -> Mirror {
        let options = [
            ("aws_access_key_id", "test"),
            ("aws_secret_access_key", "test"),
            ("aws_allow_http", "true"),
            ("aws_endpoint_url", &self.s3.endpoint()),
        ];
        let options: StoreOptions = options.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let mut mirror = Mirror::new(Location::parse("s3://acme-mirror/ci").unwrap(), options);
        mirror.pause = Some(Duration::from_millis(1));
        mirror
    }

    /// Takes the mirror in at an instant.
    async fn take_in(&self, mirror: &Mirror, at: &str) -> Result<Mirrored> {
        let store = Store::open(self.folder.path().to_str().unwrap(), &StoreOptions::new()).unwrap();
        let clock = Arc::new(FixedClock(parse_timestamp(at).unwrap()));
        let mut writer = Writer::open(&store, clock, "tests", Duration::ZERO).await.unwrap();
        let mirrored = take_in(&mut writer, mirror, &|_| {}).await;
        writer.close().await.unwrap();
        mirrored
    }

    /// Columns of every row of a table, in order.
    async fn rows(&self, table: &str, columns: &[&str]) -> Vec<String> {
        let store = Store::open(self.folder.path().to_str().unwrap(), &StoreOptions::new()).unwrap();
        let snapshot = lake::snapshot::Snapshot::open(&store, None).await.unwrap();
        let table = ALL.iter().find(|spec| spec.name == table).unwrap();
        let mut rows = Vec::new();
        known::rows(&snapshot, table, None, columns, &mut |batch| {
            for row in 0..batch.num_rows() {
                let cells = batch
                    .columns()
                    .iter()
                    .map(|column| array_value_to_string(column, row).unwrap());
                rows.push(cells.collect::<Vec<_>>().join("|"));
            }
        })
        .await
        .unwrap();
        rows.sort();
        rows
    }
}

/// What is asked for in the source, and the permissions that it takes; asking whether the bucket is there takes none that
/// listing does not.
const QUESTIONS: &[(&str, &[&str])] = &[
    ("get_bucket_encryption", &["s3:GetEncryptionConfiguration"]),
    ("get_bucket_lifecycle_configuration", &["s3:GetLifecycleConfiguration"]),
    ("get_bucket_policy_status", &["s3:GetBucketPolicyStatus"]),
    ("get_bucket_replication", &["s3:GetReplicationConfiguration"]),
    ("get_bucket_versioning", &["s3:GetBucketVersioning"]),
    ("get_object", &["s3:GetObject", "s3:GetObjectVersion", "kms:Decrypt"]),
    (
        "get_object_attributes",
        &["s3:GetObjectAttributes", "s3:GetObjectVersionAttributes"],
    ),
    (
        "get_object_lock_configuration",
        &["s3:GetBucketObjectLockConfiguration"],
    ),
    ("get_public_access_block", &["s3:GetBucketPublicAccessBlock"]),
    ("head_bucket", &["s3:ListBucket"]),
    // Without the last two a head leaves the lock out.
    (
        "head_object",
        &["s3:GetObject", "s3:GetObjectLegalHold", "s3:GetObjectRetention"],
    ),
    ("list_object_versions", &["s3:ListBucketVersions"]),
    ("list_objects_v2", &["s3:ListBucket"]),
];

#[test]
fn the_policy_allows_what_is_asked_and_nothing_else() {
    let sources = [
        include_str!("../bucket.rs"),
        include_str!("../client.rs"),
        include_str!("../head.rs"),
        include_str!("../listing.rs"),
        include_str!("../reads.rs"),
    ];
    let mut asked = std::collections::BTreeSet::new();
    for after in sources.iter().flat_map(|source| source.split("client").skip(1)) {
        let name = after
            .trim_start()
            .strip_prefix('.')
            .and_then(|rest| rest.split_once("()"));
        asked.extend(
            name.map(|(name, _)| name)
                .filter(|name| name.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric())),
        );
    }
    let named = QUESTIONS.iter().map(|(question, _)| *question).collect();
    assert_eq!(asked, named);

    let policy = include_str!("../../../../../deploy/aws/mirror-policy.json");
    let policy: serde_json::Value = serde_json::from_str(policy).unwrap();
    let mut allowed = std::collections::BTreeSet::new();
    for statement in policy["Statement"].as_array().unwrap() {
        match &statement["Action"] {
            serde_json::Value::Array(actions) => allowed.extend(actions.iter().map(|action| action.as_str().unwrap())),
            action => drop(allowed.insert(action.as_str().unwrap())),
        }
    }
    let needed = QUESTIONS.iter().flat_map(|(_, actions)| *actions).copied().collect();
    assert_eq!(allowed, needed);
}

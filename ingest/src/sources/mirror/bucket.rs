//! How a bucket is set up: seven questions, each of which may be refused without harm to the others.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    ExpirationStatus, LifecycleRule, LifecycleRuleAndOperator, LifecycleRuleFilter, PublicAccessBlockConfiguration,
    ReplicationRuleStatus, ServerSideEncryptionRule, Tag,
};
use domain::clock::Timestamp;
use domain::mirror::{LifecycleAction, MirrorBucket};

use super::client::instant;
use super::failure::{Failure, Kind};
use super::gaps::Gaps;
use super::key::Keys;
use super::place::Location;
use crate::error::Result;

/// A bucket, and what its lifecycle rules do.
#[derive(Debug)]
pub(crate) struct SetUp {
    pub(crate) bucket: MirrorBucket,
    pub(crate) actions: Vec<LifecycleAction>,
}

/// Codes that say that nothing is set up.
const NONE: &[&str] = &[
    "NoSuchLifecycleConfiguration",
    "NoSuchBucketPolicy",
    "NoSuchPublicAccessBlockConfiguration",
    "ObjectLockConfigurationNotFoundError",
    "ReplicationConfigurationNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
];

/// An answer, or the word for why there is none; a refusal becomes a gap.
struct Asked<'a, 'b> {
    gaps: &'a mut Gaps<'b>,
    bucket: &'a str,
    at: Timestamp,
}

impl Asked<'_, '_> {
    fn status<T>(&mut self, resource: &str, answer: Result<T, Failure>) -> Result<(String, Option<T>)> {
        let failure = match answer {
            Ok(answer) => {
                self.gaps.had(resource, self.at);
                return Ok(("read".to_owned(), Some(answer)));
            }
            Err(failure) => failure,
        };
        if let Some(error) = failure.fatal(self.bucket) {
            return Err(error);
        }
        let word = match failure.kind {
            Kind::Absent => {
                self.gaps.had(resource, self.at);
                "none"
            }
            _ if failure.code().is_some_and(|code| NONE.contains(&code)) => {
                self.gaps.had(resource, self.at);
                "none"
            }
            Kind::Forbidden => "forbidden",
            Kind::Unsupported => "unsupported",
            _ => "failed",
        };
        if word != "none" {
            self.gaps.failed(resource, &failure, self.at);
        }
        Ok((word.to_owned(), None))
    }
}

/// Asks how it is set up.
pub(crate) async fn read(
    client: &Client,
    location: &Location,
    keys: &Keys,
    gaps: &mut Gaps<'_>,
    at: Timestamp,
) -> Result<SetUp> {
    let name = location.bucket.as_str();
    let (versioning, lock, lifecycle, encryption, block, policy, replication) = tokio::join!(
        client.get_bucket_versioning().bucket(name).send(),
        client.get_object_lock_configuration().bucket(name).send(),
        client.get_bucket_lifecycle_configuration().bucket(name).send(),
        client.get_bucket_encryption().bucket(name).send(),
        client.get_public_access_block().bucket(name).send(),
        client.get_bucket_policy_status().bucket(name).send(),
        client.get_bucket_replication().bucket(name).send(),
    );
    let mut asked = Asked { gaps, bucket: name, at };
    let (versioning_status, versioning) = asked.status("mirror_versioning", versioning.map_err(Failure::of))?;
    let (object_lock_status, lock) = asked.status("mirror_object_lock", lock.map_err(Failure::of))?;
    let (lifecycle_status, lifecycle) = asked.status("mirror_lifecycle", lifecycle.map_err(Failure::of))?;
    let (encryption_status, encryption) = asked.status("mirror_encryption", encryption.map_err(Failure::of))?;
    let (public_access_block_status, block) = asked.status("mirror_public_access", block.map_err(Failure::of))?;
    let (policy_status, policy) = asked.status("mirror_policy", policy.map_err(Failure::of))?;
    let (replication_status, replication) = asked.status("mirror_replication", replication.map_err(Failure::of))?;

    let lock = lock.and_then(|lock| lock.object_lock_configuration);
    let retention = lock.as_ref().and_then(|lock| lock.rule()?.default_retention());
    let rules = encryption
        .and_then(|encryption| encryption.server_side_encryption_configuration)
        .map(|encryption| encryption.rules)
        .unwrap_or_default();
    let default = rules.first();
    let by_default = default.and_then(ServerSideEncryptionRule::apply_server_side_encryption_by_default);
    let sse_algorithm = by_default.map(|default| default.sse_algorithm().as_str().to_owned());
    let kms_key_id = by_default.and_then(|default| default.kms_master_key_id().map(str::to_owned));
    let enabled_replications = |configuration: &aws_sdk_s3::types::ReplicationConfiguration| {
        let rules = configuration.rules().iter();
        rules
            .filter(|rule| *rule.status() == ReplicationRuleStatus::Enabled)
            .count()
    };
    let actions = lifecycle.as_ref().map_or_else(Vec::new, |lifecycle| {
        let rules = (0..).zip(lifecycle.rules());
        rules
            .flat_map(|(index, rule)| actions(location, index, rule, at))
            .collect()
    });
    let bucket = MirrorBucket {
        repository: location.scope.clone(),
        bucket: name.to_owned(),
        prefix: location.prefix.clone(),
        versioning_status,
        versioning: versioning.and_then(|versioning| Some(versioning.status?.as_str().to_owned())),
        object_lock_status,
        object_lock: lock
            .as_ref()
            .and_then(|lock| Some(lock.object_lock_enabled()?.as_str().to_owned())),
        lock_mode: retention.and_then(|retention| Some(retention.mode()?.as_str().to_owned())),
        lock_days: retention.and_then(|retention| retention.days().map(i64::from)),
        lock_years: retention.and_then(|retention| retention.years().map(i64::from)),
        lifecycle_status,
        n_lifecycle_rules: lifecycle.as_ref().map(|lifecycle| n(lifecycle.rules().len())),
        transition_minimum_size: lifecycle
            .as_ref()
            .and_then(|lifecycle| Some(lifecycle.transition_default_minimum_object_size()?.as_str().to_owned())),
        encryption_status,
        kms_key_manager: keys.manager(sse_algorithm.as_deref(), kms_key_id.as_deref()),
        sse_algorithm,
        kms_key_id,
        is_bucket_key_enabled: default.and_then(ServerSideEncryptionRule::bucket_key_enabled),
        public_access_block_status,
        is_public_access_blocked: block
            .and_then(|block| block.public_access_block_configuration)
            .map(|block| is_blocked(&block)),
        policy_status,
        is_public: policy.and_then(|policy| policy.policy_status?.is_public()),
        replication_status,
        n_replication_rules: replication
            .and_then(|replication| replication.replication_configuration)
            .map(|configuration| n(enabled_replications(&configuration))),
        observed_at: at,
    };
    Ok(SetUp { bucket, actions })
}

fn n(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn is_blocked(block: &PublicAccessBlockConfiguration) -> bool {
    [
        block.block_public_acls(),
        block.ignore_public_acls(),
        block.block_public_policy(),
        block.restrict_public_buckets(),
    ]
    .iter()
    .all(|switch| *switch == Some(true))
}

/// What one rule does, an action each; a rule without an action is told as well.
fn actions(location: &Location, index: i32, rule: &LifecycleRule, at: Timestamp) -> Vec<LifecycleAction> {
    let filter = rule.filter();
    let and = filter.and_then(LifecycleRuleFilter::and);
    let prefix = and
        .and_then(LifecycleRuleAndOperator::prefix)
        .or(filter.and_then(LifecycleRuleFilter::prefix));
    // The older place of a prefix, without a filter.
    #[expect(deprecated, reason = "rules that were written years ago are answered in that form")]
    let prefix = prefix.or(rule.prefix()).unwrap_or_default();
    let mut tags: Vec<(&str, &str)> = and
        .map_or(&[][..], LifecycleRuleAndOperator::tags)
        .iter()
        .map(pair)
        .collect();
    tags.extend(filter.and_then(LifecycleRuleFilter::tag).map(pair));
    tags.sort_unstable();
    let tags: serde_json::Map<_, _> = tags
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.into()))
        .collect();
    let blank = LifecycleAction {
        repository: location.scope.clone(),
        bucket: location.bucket.clone(),
        rule: index,
        rule_id: rule.id().map(str::to_owned),
        is_enabled: *rule.status() == ExpirationStatus::Enabled,
        prefix: prefix.to_owned(),
        tags: (!tags.is_empty()).then(|| serde_json::Value::Object(tags).to_string()),
        size_above_bytes: and
            .and_then(LifecycleRuleAndOperator::object_size_greater_than)
            .or(filter.and_then(LifecycleRuleFilter::object_size_greater_than)),
        size_below_bytes: and
            .and_then(LifecycleRuleAndOperator::object_size_less_than)
            .or(filter.and_then(LifecycleRuleFilter::object_size_less_than)),
        action_index: 0,
        action: "none".to_owned(),
        after_days: None,
        from_at: None,
        storage_class: None,
        newer_versions: None,
        observed_at: at,
    };
    let mut actions: Vec<LifecycleAction> = Vec::new();
    let mut add = |action: &str, after_days: Option<i32>, change: &dyn Fn(&mut LifecycleAction)| {
        let mut row = LifecycleAction {
            action_index: i32::try_from(actions.len()).unwrap_or(i32::MAX),
            action: action.to_owned(),
            after_days: after_days.map(i64::from),
            ..blank.clone()
        };
        change(&mut row);
        actions.push(row);
    };
    for transition in rule.transitions() {
        add("transition", transition.days(), &|row| {
            row.from_at = transition.date().and_then(instant);
            row.storage_class = transition.storage_class().map(|class| class.as_str().to_owned());
        });
    }
    if let Some(expiration) = rule.expiration() {
        if expiration.days().is_some() || expiration.date().is_some() {
            add("expiration", expiration.days(), &|row| {
                row.from_at = expiration.date().and_then(instant);
            });
        }
        if expiration.expired_object_delete_marker() == Some(true) {
            add("expired_delete_marker", None, &|_| {});
        }
    }
    for transition in rule.noncurrent_version_transitions() {
        add("noncurrent_transition", transition.noncurrent_days(), &|row| {
            row.storage_class = transition.storage_class().map(|class| class.as_str().to_owned());
            row.newer_versions = transition.newer_noncurrent_versions().map(i64::from);
        });
    }
    if let Some(expiration) = rule.noncurrent_version_expiration() {
        add("noncurrent_expiration", expiration.noncurrent_days(), &|row| {
            row.newer_versions = expiration.newer_noncurrent_versions().map(i64::from);
        });
    }
    if let Some(abort) = rule.abort_incomplete_multipart_upload() {
        add("abort_multipart", abort.days_after_initiation(), &|_| {});
    }
    if actions.is_empty() { vec![blank] } else { actions }
}

fn pair(tag: &Tag) -> (&str, &str) {
    (tag.key(), tag.value())
}

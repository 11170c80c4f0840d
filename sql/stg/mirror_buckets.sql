-- How buckets of mirrored artifacts are set up, day by day
--
-- kind: stg
-- grain: repository, bucket, prefix, observed_at
--
-- Every observation: what holds at an instant is the newest before it. A status of `forbidden`, `unsupported` or
-- `failed` says that the aspect is not known, `none` that nothing is set up. `kms_key_manager` is `customer` only
-- where configuration names the key: S3 cannot tell it from a key that AWS manages.
select
    repository,
    bucket,
    prefix,
    versioning_status,
    versioning,
    object_lock_status,
    object_lock,
    lock_mode,
    lock_days,
    lock_years,
    lifecycle_status,
    n_lifecycle_rules,
    transition_minimum_size,
    encryption_status,
    sse_algorithm,
    kms_key_id,
    is_bucket_key_enabled,
    kms_key_manager,
    public_access_block_status,
    is_public_access_blocked,
    policy_status,
    is_public,
    replication_status,
    n_replication_rules,
    observed_at,
    source_sha256
from raw.mirror_buckets
where known_at <= $known_at and observed_at <= $as_of

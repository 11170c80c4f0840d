-- Actions of lifecycle rules of buckets of mirrored artifacts
--
-- kind: stg
-- grain: repository, bucket, observed_at, rule, action_index
--
-- Every observation, as in `stg.mirror_buckets`, of the same instant. A bucket whose `lifecycle_status` is `none` has
-- no row. Objects below `transition_minimum_size` of the bucket do not move, whatever a rule says.
select
    repository,
    bucket,
    rule,
    rule_id,
    is_enabled,
    prefix,
    tags,
    size_above_bytes,
    size_below_bytes,
    action_index,
    action,
    after_days,
    from_at,
    storage_class,
    newer_versions,
    observed_at,
    source_sha256
from raw.mirror_lifecycle_rules
where known_at <= $known_at and observed_at <= $as_of

-- Buckets of mirrored artifacts
--
-- kind: list
-- spec: CI/CL-001 §16
-- grain: repository, bucket, prefix, observed_at
-- columns: repository: what stands for the bucket
-- columns: bucket: its name
-- columns: prefix: the part of it that mirrors; empty: all
-- columns: observed_at: when S3 said so
-- columns: versioning: `Enabled`, `Suspended`; empty: never on, or not known
-- columns: object_lock: `Enabled`; empty: off, or not known
-- columns: lock_mode: mode of new objects
-- columns: lock_days: days that new objects are locked for, where it is in days
-- columns: lock_years: the same where it is in years
-- columns: lifecycle_status: `read`, `none`, or why it is not known
-- columns: glacier_after_days: the earliest of its rules that moves current versions to Glacier
-- columns: expires_after_days: the earliest of its rules that deletes current versions
-- columns: transition_minimum_size: below which size nothing moves by default
-- columns: sse_algorithm: how new objects are encrypted
-- columns: kms_key_id: with which key
-- columns: kms_key_manager: `customer`: configuration names the key; `unproven`: only KMS could tell
-- columns: is_public_access_blocked: all four switches are on
-- columns: is_public: its policy lets everybody in
-- columns: is_listed_whole: the listing that came with it came to its end
-- columns: n_versions: versions that it showed
-- columns: size_bytes: their bytes
-- columns: n_archived: current versions that cannot be read without a restore
--
-- Observed in the window, the newest first. Rules that are off are left out.
with
rules as (
    select
        repository,
        bucket,
        observed_at,
        min(case when action = 'transition' and storage_class in ('GLACIER', 'DEEP_ARCHIVE') then after_days end)
            as glacier_after_days,
        min(case when action = 'expiration' then after_days end) as expires_after_days
    from stg.mirror_lifecycle_rules
    where is_enabled
    group by repository, bucket, observed_at
),
listings as (
    select repository, bucket, prefix, started_at, is_complete, n_versions, size_bytes, n_archived
    from stg.mirror_listings
)
select
    buckets.repository,
    buckets.bucket,
    buckets.prefix,
    buckets.observed_at,
    buckets.versioning,
    buckets.object_lock,
    buckets.lock_mode,
    buckets.lock_days,
    buckets.lock_years,
    buckets.lifecycle_status,
    rules.glacier_after_days,
    rules.expires_after_days,
    buckets.transition_minimum_size,
    buckets.sse_algorithm,
    buckets.kms_key_id,
    buckets.kms_key_manager,
    buckets.is_public_access_blocked,
    buckets.is_public,
    listings.is_complete as is_listed_whole,
    listings.n_versions,
    listings.size_bytes,
    listings.n_archived
from stg.mirror_buckets as buckets
left join rules
    on buckets.repository = rules.repository
    and buckets.bucket = rules.bucket
    and buckets.observed_at = rules.observed_at
left join listings
    on buckets.repository = listings.repository
    and buckets.bucket = listings.bucket
    and buckets.prefix = listings.prefix
    and buckets.observed_at = listings.started_at
where $from <= buckets.observed_at and buckets.observed_at < $to
order by buckets.observed_at desc, buckets.repository, buckets.prefix

select
    organization(repository) as organization,
    repository, buckets.bucket, buckets.prefix, observed_at, versioning, object_lock, lock_mode, lock_days, lock_years, lifecycle_status,
    (
        select min(after_days) from mirror_lifecycle_rules as rules
        where
            rules.bucket = buckets.bucket and rules.observed_at = buckets.observed_at and rules.is_enabled
            and rules.action = 'transition' and rules.storage_class in ('GLACIER', 'DEEP_ARCHIVE')
    ) as glacier_after_days,
    (
        select min(after_days) from mirror_lifecycle_rules as rules
        where
            rules.bucket = buckets.bucket and rules.observed_at = buckets.observed_at and rules.is_enabled
            and rules.action = 'expiration'
    ) as expires_after_days,
    transition_minimum_size, sse_algorithm, kms_key_id, kms_key_manager, is_public_access_blocked, is_public,
    listings.is_complete as is_listed_whole, listings.n_versions, listings.size_bytes, listings.n_archived
from mirror_buckets as buckets
left join (select * exclude (repository, observed_at) from mirror_listings) as listings
    on listings.bucket = buckets.bucket and listings.prefix = buckets.prefix
    and listings.started_at = buckets.observed_at
where observed_at >= window_from() and observed_at < window_to()

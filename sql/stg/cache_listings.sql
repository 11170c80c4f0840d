-- What repositories held of caches when they were asked
--
-- kind: stg
-- grain: repository, observed_at
-- materialize: yes
--
-- A listing that says what the one before said is written once a day.
select
    repository,
    observed_at,
    first_value(n_caches order by source_sha256) as n_caches,
    first_value(size_bytes order by source_sha256) as size_bytes,
    first_value(n_active order by source_sha256) as n_active,
    first_value(active_bytes order by source_sha256) as active_bytes,
    first_value(retention_days order by source_sha256) as retention_days,
    first_value(least_recent_at order by source_sha256) as least_recent_at,
    first_value(least_recent_id order by source_sha256) as least_recent_id,
    first_value(most_recent_at order by source_sha256) as most_recent_at
from raw.cache_listings
where known_at <= $known_at and observed_at <= $as_of
group by repository, observed_at

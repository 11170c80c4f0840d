-- Observations of caches of GitHub Actions
--
-- kind: stg
-- grain: repository, cache_id, last_accessed_at
-- materialize: yes
--
-- One row for each access that was seen; of accesses between two looks the last one only. A cache that is gone stays
-- here: `cache_listings` says how many there were when.
select
    repository,
    cache_id,
    created_at,
    last_accessed_at,
    first_value(reference order by source_sha256) as reference,
    first_value(key order by source_sha256) as key,
    first_value(version order by source_sha256) as version,
    first_value(size_bytes order by source_sha256) as size_bytes
from raw.caches
where known_at <= $known_at and created_at <= $as_of and last_accessed_at <= $as_of
group by repository, cache_id, created_at, last_accessed_at

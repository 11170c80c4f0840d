-- Listings of buckets of mirrored artifacts
--
-- kind: stg
-- grain: repository, bucket, prefix, observed_at
--
-- One of `method` `versions` that is complete bears witness to every object that was there: what `stg.mirror_objects`
-- holds and it does not show had not changed. One that is not complete shows nothing about what it did not reach.
select
    repository,
    bucket,
    prefix,
    method,
    is_complete,
    n_pages,
    n_versions,
    n_delete_markers,
    n_unmatched,
    n_changed,
    n_gone,
    size_bytes,
    n_readable,
    n_archived,
    started_at,
    observed_at,
    source_sha256
from raw.mirror_listings
where known_at <= $known_at and observed_at <= $as_of

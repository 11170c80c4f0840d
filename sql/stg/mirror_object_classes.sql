-- Storage classes that each version of a mirrored object was seen in
--
-- kind: stg
-- grain: repository, bucket, key, version_id, storage_class
-- materialize: yes
--
-- S3 keeps no time of a transition. `first_seen_at` is the first listing that showed the class: it was reached after
-- the complete listing before that one, and by then.
select
    repository,
    bucket,
    key,
    version_id,
    last_modified_at,
    storage_class,
    min(observed_at) as first_seen_at,
    max(observed_at) as last_seen_at,
    min(seconds_between(last_modified_at, observed_at)) as first_seen_age_seconds
from raw.mirror_objects
where
    known_at <= $known_at and last_modified_at <= $as_of
    and observed_at <= $as_of
    and is_listed
    and storage_class is not null
group by repository, bucket, key, version_id, last_modified_at, storage_class

-- What the mirror's tables say by the instant that is asked for: a version is its last observation.
create table mirror_objects as
select * from raw.mirror_objects
where known_at <= known_at() and observed_at <= as_of() and last_modified_at <= as_of()
qualify row_number() over (
    partition by repository, bucket, key, version_id order by observed_at desc, is_listed, source_sha256 desc
) = 1;
create table mirror_sightings as
select repository, bucket, key, version_id, storage_class, min(observed_at) as first_seen_at
from raw.mirror_objects
where
    known_at <= known_at() and observed_at <= as_of() and last_modified_at <= as_of()
    and is_listed and storage_class is not null
group by all;
create table mirror_reads as
select * from raw.mirror_reads where known_at <= known_at() and read_at <= as_of();
create table mirror_buckets as
select * from raw.mirror_buckets where known_at <= known_at() and observed_at <= as_of();
create table mirror_lifecycle_rules as
select * from raw.mirror_lifecycle_rules where known_at <= known_at() and observed_at <= as_of();
create table mirror_listings as
select * from raw.mirror_listings where known_at <= known_at() and observed_at <= as_of();

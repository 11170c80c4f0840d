-- Buckets of mirrored artifacts, as they were looked at last
--
-- kind: mart
-- spec: CI/CL-001 §16
-- grain: bucket, prefix
-- columns: bucket: its name
-- columns: prefix: the part of it that mirrors; empty: all
-- columns: observed_at: when its set-up was asked for last
-- columns: lifecycle_status: `read`, `none`: it has no rules; or why they are not known
-- columns: transition_minimum_size: below which size nothing moves by default
-- columns: listed_at: when the newest listing began that came to its end; null: none did
-- columns: is_fresh: it was looked at within `mirror_looked_at_within` of the window's end
--
-- A bucket belongs to no repository, and each may hold objects of every one. What lies in none of those that are
-- fresh, each listed to its end, is not mirrored. One that is no longer looked at says nothing any more.
with
buckets as (
    select
        bucket,
        prefix,
        max(observed_at) as observed_at,
        first_value(lifecycle_status order by observed_at desc, source_sha256 desc) as lifecycle_status,
        first_value(transition_minimum_size order by observed_at desc, source_sha256 desc) as transition_minimum_size
    from stg.mirror_buckets
    group by bucket, prefix
),
listings as (
    select bucket, prefix, max(started_at) as listed_at
    from stg.mirror_listings
    where is_complete
    group by bucket, prefix
)
select
    buckets.bucket,
    buckets.prefix,
    buckets.observed_at,
    buckets.lifecycle_status,
    buckets.transition_minimum_size,
    listings.listed_at,
    $to <= plus_days(buckets.observed_at, rules.value) as is_fresh
from buckets
inner join policy as rules
    on rules.name = 'mirror_looked_at_within'
    and rules.valid_from <= buckets.observed_at and buckets.observed_at < rules.valid_to
left join listings on buckets.bucket = listings.bucket and buckets.prefix = listings.prefix

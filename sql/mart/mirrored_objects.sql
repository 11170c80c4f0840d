-- Keys of the mirror, each with what became of its newest content
--
-- kind: mart
-- spec: CI/CL-001 §16
-- grain: bucket, key
-- materialize: yes
-- columns: repository: whose it is; `s3.mirror/<bucket>`: nobody's that is known
-- columns: run_id: the run
-- columns: run_attempt: its attempt
-- columns: artifact: the artifact's name; null: neither key nor metadata tells
-- columns: bucket: where
-- columns: key: its key
-- columns: version_id: the version that is told of
-- columns: state: `kept`; `deleted`: a delete marker lies on it; `gone`: no version is left; `superseded`: not known
-- columns: written_at: when the content was written
-- columns: lost_at: when it was deleted, or first seen to be gone
-- columns: seen_at: until when the mirror bears witness that all of this was so
-- columns: size_bytes: its size
-- columns: storage_class: where S3 keeps it
-- columns: archived_at: when it was first seen in a class that needs a restore
-- columns: cold_at: when it was first seen in any class of Glacier
-- columns: head_status: what became of the question for its head
-- columns: checksum_status: whether S3 states a SHA-256 of it
-- columns: sha256: S3's own digest of the content
-- columns: composite_sha256: S3's digest of the digests of its parts
-- columns: claimed_sha256: the uploader's
-- columns: sse_algorithm: how it is encrypted
-- columns: kms_key_manager: `customer`: configuration names its key; `unproven`: only KMS could tell; null: no KMS
-- columns: expires_at: when a lifecycle rule deletes it, by its head
--
-- A listing that came to its end bears witness to what it shows since it began. One without versions shows only what
-- has none. A delete marker has no metadata: whose a key is, its older versions tell.
with
versions as (
    select
        objects.*,
        starts_with(repository, 's3.mirror/') as is_nobodys,
        row_number() over (
            partition by bucket, key
            order by is_listed and is_latest desc, last_modified_at desc, observed_at desc, version_id desc, repository
        ) as place
    from stg.mirror_objects as objects
),
owners as (
    select
        bucket,
        key,
        first_value(repository order by is_nobodys, last_modified_at desc, version_id desc, repository) as repository,
        first_value(run_id order by run_id is null, is_nobodys, last_modified_at desc, version_id desc, repository)
            as run_id,
        first_value(run_attempt order by
            run_attempt is null, is_nobodys, last_modified_at desc, version_id desc, repository
        ) as run_attempt,
        first_value(artifact order by artifact is null, is_nobodys, last_modified_at desc, version_id desc, repository)
            as artifact,
        max(last_modified_at) filter (where not is_delete_marker) as written_at
    from versions
    group by bucket, key
),
witnesses as (
    select bucket, prefix, method, max(started_at) as started_at
    from stg.mirror_listings
    where is_complete
    group by bucket, prefix, method
),
witnessed as (
    select versions.bucket, versions.key, max(witnesses.started_at) as started_at
    from versions
    inner join witnesses
        on versions.bucket = witnesses.bucket
        and starts_with(versions.key, witnesses.prefix)
        and (witnesses.method = 'versions' or versions.version_id = 'null')
    where versions.place = 1
    group by versions.bucket, versions.key
),
classes as (
    select
        bucket,
        key,
        version_id,
        last_modified_at,
        min(first_seen_at) filter (where storage_class in ('GLACIER', 'DEEP_ARCHIVE')) as archived_at,
        min(first_seen_at) filter (where storage_class in ('GLACIER', 'GLACIER_IR', 'DEEP_ARCHIVE')) as cold_at
    from stg.mirror_object_classes
    group by bucket, key, version_id, last_modified_at
),
stated as (
    select
        versions.*,
        case
            when not is_listed then 'gone'
            when not is_latest then 'superseded'
            when is_delete_marker then 'deleted'
            else 'kept'
        end as state
    from versions
    where place = 1
)
select
    owners.repository,
    owners.run_id,
    owners.run_attempt,
    owners.artifact,
    stated.bucket,
    stated.key,
    stated.version_id,
    stated.state,
    case when stated.state = 'kept' then stated.last_modified_at else owners.written_at end as written_at,
    case stated.state when 'deleted' then stated.last_modified_at when 'gone' then stated.observed_at end as lost_at,
    greatest(stated.observed_at, coalesce(witnessed.started_at, stated.observed_at)) as seen_at,
    stated.size_bytes,
    stated.storage_class,
    classes.archived_at,
    classes.cold_at,
    stated.head_status,
    stated.checksum_status,
    stated.sha256,
    stated.composite_sha256,
    stated.claimed_sha256,
    stated.sse_algorithm,
    stated.kms_key_manager,
    stated.expires_at
from stated
inner join owners on stated.bucket = owners.bucket and stated.key = owners.key
left join witnessed on stated.bucket = witnessed.bucket and stated.key = witnessed.key
left join classes
    on stated.bucket = classes.bucket
    and stated.key = classes.key
    and stated.version_id = classes.version_id
    and stated.last_modified_at = classes.last_modified_at

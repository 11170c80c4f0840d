with
newest_reads as (
    select
        repository, bucket, key, version_id,
        max(read_at) as read_at,
        arg_max(outcome, row(read_at, source_sha256)) as outcome,
        arg_max(read_sha256, row(read_at, source_sha256)) filter (where read_sha256 is not null) as read_sha256
    from mirror_reads
    group by all
),
current as (
    select
        objects.*,
        coalesce(newest_reads.read_sha256, objects.sha256) as proven_sha256,
        newest_reads.read_at,
        newest_reads.outcome
    from mirror_objects as objects
    left join newest_reads using (repository, bucket, key, version_id)
    where objects.is_listed and objects.is_latest and not objects.is_delete_marker
)
select
    organization(artifacts.repository) as organization,
    artifacts.repository, artifacts.run_id, artifacts.artifact_id, artifacts.name, artifacts.created_at,
    case
        when current.key is null then 'missing'
        when current.size_bytes != artifacts.size_bytes then 'size_differs'
        when current.proven_sha256 is not null and artifacts.sha256 is not null
            then if(current.proven_sha256 = artifacts.sha256, 'equal', 'digest_differs')
        when current.claimed_sha256 is not null and artifacts.sha256 is not null
            then if(current.claimed_sha256 = artifacts.sha256, 'claimed', 'digest_differs')
        else 'unproven'
    end as state,
    current.bucket, current.key, current.version_id,
    artifacts.size_bytes, current.size_bytes as mirrored_bytes, current.storage_class,
    (
        select min(first_seen_at) from mirror_sightings as seen
        where
            seen.repository = current.repository and seen.bucket = current.bucket and seen.key = current.key
            and seen.version_id = current.version_id and seen.storage_class in ('GLACIER', 'DEEP_ARCHIVE')
    ) as archived_at,
    current.kms_key_manager, current.read_at, current.outcome as read_outcome
from artifacts
left join current
    on current.repository = artifacts.repository and current.run_id = artifacts.run_id
    and current.artifact = artifacts.name
    and (current.run_attempt = artifacts.run_attempt or current.run_attempt is null or artifacts.run_attempt is null)
where artifacts.created_at >= window_from() and artifacts.created_at < window_to()

-- Artifacts and what mirrors them
--
-- kind: mart
-- spec: CI/CL-001 §16
-- grain: repository, artifact_id, bucket, key
-- columns: repository: where
-- columns: run_id: the run
-- columns: run_attempt: its attempt; null: GitHub does not tell it
-- columns: artifact_id: GitHub's id
-- columns: name: its name
-- columns: created_at: when it was uploaded to GitHub
-- columns: size_bytes: its size on GitHub
-- columns: sha256: its digest, as GitHub states it
-- columns: state: how the mirror compares, in a word
-- columns: absence: of a missing one, whether it is `proven`; else `unlisted`, `early`, `nameless`
-- columns: bucket: where it is mirrored; null: nowhere
-- columns: key: its key there
-- columns: version_id: its version there
-- columns: mirrored_bytes: its size in the mirror
-- columns: storage_class: where S3 keeps it
-- columns: archived_at: when it was first seen in a class that needs a restore
-- columns: kms_key_manager: `customer`: configuration names its key; `unproven`: only KMS could tell; null: no KMS
-- columns: head_status: what became of the question for its head
-- columns: has_digest: S3 or the uploader's metadata states a SHA-256 of it
-- columns: seen_at: until when the mirror bears witness to it
-- columns: read_at: when it was last read back
-- columns: read_outcome: what that gave
--
-- Each current object of the same run and name. `state` is `missing`; `size_differs`; `digest_differs`, `equal`:
-- against the digest that GitHub states, by the bytes that were read back, else by S3's own digest; `claimed`: by the
-- uploader's word alone; `unproven`: no digest on one of the sides. A mirror of other bytes than GitHub's zip differs.
--
-- It is `proven` to be missing where no mirror that is fresh holds it, each listed to its end, and the listing began
-- more than `mirror_delay_max` after the upload: before, it is `early`. `unlisted`: no mirror is fresh, or one was not
-- listed. `nameless`: an object that no run is told of may be it, by its size.
--
-- limits: an artifact whose attempt GitHub does not tell is compared with the objects of every attempt.
with
reads as (
    select
        bucket,
        key,
        version_id,
        last_modified_at,
        max(read_at) as read_at,
        first_value(outcome order by read_at desc, source_sha256 desc) as outcome,
        first_value(read_sha256 order by read_sha256 is null, read_at desc, source_sha256 desc) as read_sha256
    from stg.mirror_reads
    group by bucket, key, version_id, last_modified_at
),
objects as (
    select
        kept.*,
        coalesce(reads.read_sha256, kept.sha256) as proven_sha256,
        reads.read_at,
        reads.outcome
    from mart.mirrored_objects as kept
    left join reads
        on kept.bucket = reads.bucket
        and kept.key = reads.key
        and kept.version_id = reads.version_id
        and kept.written_at = reads.last_modified_at
    where kept.state = 'kept'
),
mirror as (
    select
        count(*) filter (where is_fresh) as n_fresh,
        count(*) filter (where is_fresh and listed_at is null) as n_unlisted,
        min(listed_at) filter (where is_fresh) as listed_at
    from mart.mirrors
),
nobodys as (
    select distinct size_bytes
    from mart.mirrored_objects
    where state = 'kept' and starts_with(repository, 's3.mirror/')
),
nameless as (
    select distinct repository, size_bytes
    from mart.mirrored_objects
    where state = 'kept' and (run_id is null or artifact is null)
)
select
    artifacts.repository,
    artifacts.run_id,
    artifacts.run_attempt,
    artifacts.artifact_id,
    artifacts.name,
    artifacts.created_at,
    artifacts.size_bytes,
    artifacts.sha256,
    case
        when objects.key is null then 'missing'
        when artifacts.size_bytes <> objects.size_bytes then 'size_differs'
        when artifacts.sha256 <> objects.proven_sha256 then 'digest_differs'
        when artifacts.sha256 = objects.proven_sha256 then 'equal'
        when artifacts.sha256 <> objects.claimed_sha256 then 'digest_differs'
        when artifacts.sha256 = objects.claimed_sha256 then 'claimed'
        else 'unproven'
    end as state,
    case
        when objects.key is not null then null
        when mirror.n_fresh = 0 or mirror.n_unlisted > 0 then 'unlisted'
        when mirror.listed_at <= plus_hours(artifacts.created_at, late.value) then 'early'
        when nobodys.size_bytes is not null or nameless.size_bytes is not null then 'nameless'
        else 'proven'
    end as absence,
    objects.bucket,
    objects.key,
    objects.version_id,
    objects.size_bytes as mirrored_bytes,
    objects.storage_class,
    objects.archived_at,
    objects.kms_key_manager,
    objects.head_status,
    coalesce(objects.sha256, objects.composite_sha256, objects.claimed_sha256) is not null as has_digest,
    objects.seen_at,
    objects.read_at,
    objects.outcome as read_outcome
from stg.artifacts as artifacts
cross join mirror
inner join policy as late
    on late.name = 'mirror_delay_max'
    and late.valid_from <= artifacts.created_at and artifacts.created_at < late.valid_to
left join objects
    on artifacts.repository = objects.repository
    and artifacts.run_id = objects.run_id
    and artifacts.name = objects.artifact
    and coalesce(artifacts.run_attempt = objects.run_attempt, true)
left join nobodys on artifacts.size_bytes = nobodys.size_bytes
left join nameless
    on artifacts.repository = nameless.repository
    and artifacts.size_bytes = nameless.size_bytes

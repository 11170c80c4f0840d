-- The mirror keeps artifacts 180 days in Standard-IA, then two years in Glacier, under our key
--
-- kind: control
-- spec: CI/CL-001 §16
-- adr: adr-010
-- control: cicl-16.2
-- grain: subject
-- severity: high
-- remediation: Upload to Standard-IA under a KMS key of ours; let one rule move to Glacier after 180 days, none delete.
-- lifecycle: active
--
-- One subject for each bucket and name of artifacts of a repository: every object that was written before the window's
-- end, and is to be kept until it begins. It is kept for `mirror_standard_ia` and `mirror_glacier` days together: what
-- was deleted, is gone, or will be deleted before that fails. Its class is right for its age when it was seen last:
-- Standard-IA at first, Glacier after `mirror_standard_ia`, each to be reached within `mirror_delay_max`: S3 moves
-- objects once a day. What was seen in Glacier before its time fails. It is encrypted with a key of KMS that
-- configuration names as ours.
--
-- Too early to tell is no evidence, never a pass: an object that was just uploaded and is not in Standard-IA yet; and
-- one in Standard-IA that no rule known moves to Glacier on the day, since it is too small, has another prefix, or
-- there is no rule. A rule for some tags shows nothing: tags are not collected. A key that configuration does not name
-- is no evidence either: S3 cannot tell it from one that AWS manages.
--
-- A repository of which nothing is mirrored fails where artifacts of its releases are proven to be missing.
--
-- limits: how long what was overwritten is kept is not judged. What no listing tells is not seen: a rule between two
-- looks, and what was gone before the first. All three classes of Glacier are Glacier.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
objects as (
    select
        kept.*,
        plus_days(kept.written_at, young.value) as cold_from_at,
        plus_days(kept.written_at, young.value + old.value) as kept_until_at,
        plus_hours(kept.written_at, late.value) as settled_at,
        plus_hours(plus_days(kept.written_at, young.value), late.value) as cold_by_at,
        young.value as cold_after_days,
        young.value + old.value as kept_days,
        $to <= plus_days(kept.seen_at, looked.value) as is_fresh
    from mart.mirrored_objects as kept
    inner join places on kept.repository = places.repository
    inner join policy as young
        on young.name = 'mirror_standard_ia'
        and young.valid_from <= kept.written_at and kept.written_at < young.valid_to
    inner join policy as old
        on old.name = 'mirror_glacier'
        and old.valid_from <= kept.written_at and kept.written_at < old.valid_to
    inner join policy as late
        on late.name = 'mirror_delay_max'
        and late.valid_from <= kept.written_at and kept.written_at < late.valid_to
    inner join policy as looked
        on looked.name = 'mirror_looked_at_within'
        and looked.valid_from <= kept.seen_at and kept.seen_at < looked.valid_to
    where kept.written_at < $to and $from < plus_days(kept.written_at, young.value + old.value)
),
rules as (
    select distinct
        rules.bucket,
        rules.prefix,
        rules.size_above_bytes,
        rules.size_below_bytes,
        rules.action,
        rules.after_days,
        rules.from_at,
        -- S3 moves nothing smaller, unless the bucket says otherwise or the rule has a size of its own.
        case
            when coalesce(mirrors.transition_minimum_size, '') = 'varies_by_storage_class' then 0
            when rules.size_above_bytes is not null or rules.size_below_bytes is not null then 0
            else least_size.value
        end as moves_from_bytes
    from stg.mirror_lifecycle_rules as rules
    inner join mart.mirrors as mirrors
        on rules.bucket = mirrors.bucket and rules.observed_at = mirrors.observed_at
    inner join policy as least_size
        on least_size.name = 'mirror_moved_bytes_min'
        and least_size.valid_from <= rules.observed_at and rules.observed_at < least_size.valid_to
    where
        rules.is_enabled and rules.tags is null
        and (
            rules.action = 'expiration'
            or (rules.action = 'transition' and rules.storage_class in ('GLACIER', 'GLACIER_IR', 'DEEP_ARCHIVE'))
        )
),
ahead as (
    select
        objects.bucket,
        objects.key,
        min(rules.after_days) filter (
            where rules.action = 'transition' and rules.moves_from_bytes <= objects.size_bytes
        ) as moves_after_days,
        bool_or(
            rules.action = 'expiration'
            and (rules.after_days < objects.kept_days or rules.from_at < objects.kept_until_at)
        ) as is_deleted_early
    from objects
    inner join rules
        on objects.bucket = rules.bucket
        and starts_with(objects.key, rules.prefix)
        and coalesce(rules.size_above_bytes < objects.size_bytes, true)
        and coalesce(objects.size_bytes < rules.size_below_bytes, true)
    where objects.state = 'kept'
    group by objects.bucket, objects.key
),
set_ups as (
    select bucket, bool_and(lifecycle_status in ('read', 'none')) as is_known
    from mart.mirrors
    where is_fresh
    group by bucket
),
problems as (
    select
        objects.*,
        case
            when state = 'deleted' and lost_at < kept_until_at then 'was deleted before its time'
            when state = 'gone' and lost_at < kept_until_at then 'is gone before its time'
            when state <> 'kept' then null
            when head_status = 'read' and not starts_with(coalesce(sse_algorithm, ''), 'aws:kms')
                then 'is encrypted without KMS'
            when cold_at < cold_from_at then 'was moved to Glacier too early'
            when settled_at < seen_at and seen_at <= cold_by_at
                and storage_class not in ('STANDARD_IA', 'GLACIER', 'GLACIER_IR', 'DEEP_ARCHIVE')
                then concat('is not in Standard-IA, but ', storage_class)
            when cold_by_at < seen_at and storage_class not in ('GLACIER', 'GLACIER_IR', 'DEEP_ARCHIVE')
                then concat('is not in Glacier after its time, but ', storage_class)
            when expires_at < kept_until_at or coalesce(ahead.is_deleted_early, false)
                then 'is to be deleted before its time by a lifecycle rule'
        end as wrong,
        case
            when state = 'gone' or state = 'deleted' then null
            when state = 'superseded' then 'has no newest version that is known'
            when not is_fresh then 'was not listed lately'
            when head_status in ('forbidden', 'not_asked')
                then 'has a head that is refused: give s3:GetObject and s3:GetObjectVersion'
            when head_status <> 'read' then 'has a head that could not be read'
            when kms_key_manager is distinct from 'customer'
                then 'has a key that may be of AWS: name ours under `[mirror] kms_keys`'
            when storage_class is null then 'is in a class that is not known'
            when storage_class not in ('STANDARD_IA', 'GLACIER', 'GLACIER_IR', 'DEEP_ARCHIVE')
                then 'is too young to be in Standard-IA'
            when not coalesce(set_ups.is_known, false)
                then 'has lifecycle rules that could not be read: give s3:GetLifecycleConfiguration'
            when storage_class = 'STANDARD_IA' and ahead.moves_after_days is null
                then 'is in Standard-IA, and no rule that is known moves it to Glacier'
            when storage_class = 'STANDARD_IA' and ahead.moves_after_days <> cold_after_days
                then concat('is in Standard-IA, and a rule moves it after ', ahead.moves_after_days, ' days')
        end as unknown
    from objects
    left join ahead on objects.bucket = ahead.bucket and objects.key = ahead.key
    left join set_ups on objects.bucket = set_ups.bucket
),
judged as (
    select
        *,
        case when wrong is not null then 1 when unknown is not null then 0 else -1 end as badness
    from problems
),
named as (
    select
        repository,
        bucket,
        coalesce(artifact, '') as artifact,
        count(*) as n,
        max(badness) as badness,
        count(*) filter (where badness = 1) as n_wrong,
        count(*) filter (where badness = 0) as n_unknown,
        first_value(coalesce(wrong, unknown) order by badness desc, written_at, key) as worst,
        first_value(key order by badness desc, written_at, key) as key,
        first_value(version_id order by badness desc, written_at, key) as version_id,
        first_value(run_id order by badness desc, written_at, key) as run_id,
        max(seen_at) as seen_at
    from judged
    group by repository, bucket, coalesce(artifact, '')
),
mirror as (
    select
        count(*) as n,
        count(*) filter (where is_fresh) as n_fresh,
        count(*) filter (where is_fresh and listed_at is null) as n_unlisted
    from mart.mirrors
),
nameless as (
    select count(*) as n
    from mart.mirrored_objects
    where state = 'kept' and starts_with(repository, 's3.mirror/')
),
released as (
    select
        artifacts.repository,
        count(distinct artifacts.artifact_id) as n,
        count(distinct artifacts.artifact_id) filter (where artifacts.absence = 'proven') as n_absent
    from mart.mirrored_artifacts as artifacts
    inner join mart.release_runs as runs
        on artifacts.repository = runs.repository and artifacts.run_id = runs.run_id
    where $from <= artifacts.created_at and artifacts.created_at < $to
    group by artifacts.repository
),
known as (
    select distinct repository from mart.ended_jobs
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'artifacts')
    group by repository
)
select
    concat(repository, ' mirror ', bucket, case when artifact = '' then ' unnamed' else ' artifact ' end, artifact)
        as subject,
    case badness when 1 then 'fail' when 0 then 'no_evidence' else 'pass' end as status,
    case
        when badness = 1 then concat(n_wrong, ' of ', n, ': the first ', worst)
        when badness = 0 then concat(n_unknown, ' of ', n, ': the first ', worst)
        else concat(n, ' in the class of their age, under our key, and kept')
    end as reason,
    seen_at as observed_at,
    concat(
        'key=', replace(key, ' ', '%20'), ' version=', version_id,
        case when run_id is null then '' else concat(' run=', run_id) end
    ) as evidence
from named
union all
select
    places.repository as subject,
    case
        when released.n_absent > 0 then 'fail'
        when mirror.n_fresh = 0 or mirror.n_unlisted > 0 or nameless.n > 0 then 'no_evidence'
        when released.n > 0 or gaps.n > 0 or known.repository is null then 'no_evidence'
        else 'not_applicable'
    end as status,
    case
        when released.n_absent > 0
            then concat('nothing of it is mirrored, and so ', released.n_absent, ' artifacts of releases are not')
        when mirror.n = 0 then 'no mirror is known: name its bucket under `[mirror]`'
        when mirror.n_fresh = 0 then 'the mirror was not looked at lately'
        when mirror.n_unlisted > 0 then 'the mirror could not be listed: give s3:ListBucket and s3:ListBucketVersions'
        when nameless.n > 0
            then concat('nothing of it is known in the mirror, and of ', nameless.n, ' objects not whose they are')
        when released.n > 0
            then concat('nothing of it is mirrored yet, or known to be, of ', released.n, ' artifacts of releases')
        when gaps.n > 0 then concat('runs or artifacts are missing (gaps: ', gaps.n, ')', gaps.needs)
        when known.repository is null then 'no job is known that ended in the window'
        else 'nothing of it is mirrored, and it has no release'
    end as reason,
    null as observed_at,
    '' as evidence
from places
cross join mirror
cross join nameless
left join released on places.repository = released.repository
left join known on places.repository = known.repository
left join gaps on places.repository = gaps.repository
where places.repository not in (select repository from named)

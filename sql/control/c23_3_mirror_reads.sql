-- Artifacts of releases are mirrored, and what is mirrored can be read back
--
-- kind: control
-- spec: CI/CL-001 §23
-- adr: adr-010
-- control: cicl-23.3
-- grain: subject
-- severity: high
-- remediation: Mirror every artifact of a release; let the recovery role decrypt; read a sample back, and restore one.
-- lifecycle: active
--
-- Subjects of a repository: each name of artifacts that runs of releases uploaded in the window, every one of which is
-- in the mirror with the digest that GitHub states; each bucket of which objects were read back in the window, every
-- byte, with the digest that S3, GitHub or the uploader's metadata states; and, where objects lie in classes that need
-- a restore, a drill: one of them was restored and read so within `restore_drill_within` of the window's end. Of
-- several reads of an object the newest that tells counts. One that is refused, or whose bytes differ, fails.
--
-- An artifact is missing only where a listing proves it that began `mirror_delay_max` after the upload. Equal by the
-- uploader's word alone, too early, not listed lately, and too large or archived to be read are no evidence.
--
-- limits: whoever runs Plumbline reads; only where that is the recovery role, it is shown that this one can. A sample
-- shows nothing of what was not drawn.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
released as (
    select
        artifacts.*,
        coalesce($to <= plus_days(artifacts.seen_at, looked.value), false) as is_fresh,
        row_number() over (
            partition by artifacts.repository, artifacts.run_id, artifacts.run_attempt, artifacts.name
            order by
                artifacts.created_at desc,
                artifacts.artifact_id desc,
                artifacts.run_attempt is null and artifacts.state = 'equal' desc,
                artifacts.state in ('size_differs', 'digest_differs') desc,
                artifacts.state = 'equal' desc,
                artifacts.seen_at desc,
                artifacts.bucket,
                artifacts.key
        ) as place
    from mart.mirrored_artifacts as artifacts
    inner join mart.release_runs as runs
        on artifacts.repository = runs.repository and artifacts.run_id = runs.run_id
    inner join policy as looked
        on looked.name = 'mirror_looked_at_within'
        and looked.valid_from <= artifacts.created_at and artifacts.created_at < looked.valid_to
    where $from <= artifacts.created_at and artifacts.created_at < $to
),
compared as (
    select
        *,
        case
            when absence = 'proven' then 1
            when state in ('size_differs', 'digest_differs') and run_attempt is not null then 1
            when state = 'equal' and is_fresh then -1
            else 0
        end as badness,
        case
            when absence = 'proven' then 'is not in the mirror'
            when state in ('size_differs', 'digest_differs') and run_attempt is null
                then 'differs from what is mirrored of its run, and its attempt is not known'
            when state = 'size_differs' then 'has another size in the mirror'
            when state = 'digest_differs' then 'has other bytes in the mirror'
            when absence = 'unlisted' then 'is not known to be mirrored: no mirror was listed lately, to its end'
            when absence = 'early' then 'is too young to be missing'
            when absence = 'nameless' then 'may be an object that no run is told of'
            when not is_fresh then 'was not listed lately'
            when state = 'claimed' then 'is equal by the word of its uploader alone'
            when state = 'unproven' then 'has no digest to be compared'
        end as problem
    from released
    where place = 1
),
artifacts as (
    select
        repository,
        name,
        count(*) as n,
        max(badness) as badness,
        count(*) filter (where badness = 1) as n_wrong,
        count(*) filter (where badness = 0) as n_unknown,
        first_value(problem order by badness desc, created_at, artifact_id) as worst,
        first_value(artifact_id order by badness desc, created_at, artifact_id) as artifact_id,
        first_value(run_id order by badness desc, created_at, artifact_id) as run_id,
        max(created_at) as created_at
    from compared
    group by repository, name
),
told as (
    select
        reads.bucket,
        reads.key,
        reads.version_id,
        reads.read_at,
        bool_or(reads.read_sha256 = artifacts.sha256) as is_equal,
        bool_and(coalesce(reads.read_sha256 <> artifacts.sha256, false)) as is_other
    from stg.mirror_reads as reads
    inner join stg.artifacts as artifacts
        on reads.repository = artifacts.repository
        and reads.run_id = artifacts.run_id
        and reads.artifact = artifacts.name
        and reads.run_attempt = artifacts.run_attempt
    where reads.outcome = 'unstated'
    group by reads.bucket, reads.key, reads.version_id, reads.read_at
),
reads as (
    select
        reads.repository,
        reads.bucket,
        reads.key,
        reads.version_id,
        reads.read_at,
        reads.storage_class,
        case when coalesce(told.is_other, false) then 'differs' else reads.outcome end as outcome,
        reads.source_sha256,
        case
            when reads.outcome in ('forbidden', 'undecryptable', 'differs') or coalesce(told.is_other, false) then 1
            when reads.outcome = 'equal' or coalesce(told.is_equal, false) then -1
            else 0
        end as badness
    from stg.mirror_reads as reads
    left join told
        on reads.bucket = told.bucket
        and reads.key = told.key
        and reads.version_id = told.version_id
        and reads.read_at = told.read_at
    where reads.read_at < $to
),
newest as (
    select
        *,
        row_number() over (
            partition by repository, bucket, key, version_id
            order by badness = 0, read_at desc, badness desc, source_sha256 desc
        ) as place
    from reads
    where $from <= read_at
),
sampled as (
    select
        newest.repository,
        newest.bucket,
        count(*) as n,
        max(case when badness = 1 then 1 else 0 end) = 1 as is_wrong,
        max(case when badness = -1 then 1 else 0 end) = 1 as is_read,
        count(*) filter (where badness = 1) as n_wrong,
        count(*) filter (where badness = -1) as n_read,
        first_value(outcome order by badness = 1 desc, badness, read_at, key, version_id) as outcome,
        first_value(key order by badness = 1 desc, badness, read_at, key, version_id) as key,
        first_value(version_id order by badness = 1 desc, badness, read_at, key, version_id) as version_id,
        max(read_at) as read_at
    from newest
    inner join places on newest.repository = places.repository
    where newest.place = 1
    group by newest.repository, newest.bucket
),
archived as (
    select kept.repository, count(*) as n, max(kept.seen_at) as seen_at
    from mart.mirrored_objects as kept
    inner join places on kept.repository = places.repository
    where kept.state = 'kept' and kept.written_at < $to and kept.storage_class in ('GLACIER', 'DEEP_ARCHIVE')
    group by kept.repository
),
drills as (
    select
        reads.repository,
        max(reads.read_at) as read_at,
        first_value(reads.key order by reads.read_at desc, reads.key, reads.version_id) as key,
        first_value(reads.version_id order by reads.read_at desc, reads.key, reads.version_id) as version_id
    from reads
    inner join policy as rules
        on rules.name = 'restore_drill_within'
        and rules.valid_from <= reads.read_at and reads.read_at < rules.valid_to
    where
        reads.badness = -1 and reads.storage_class in ('GLACIER', 'DEEP_ARCHIVE')
        and $to <= plus_days(reads.read_at, rules.value)
    group by reads.repository
),
subjects as (
    select
        repository,
        concat(repository, ' release artifact ', name) as subject,
        case badness when 1 then 'fail' when 0 then 'no_evidence' else 'pass' end as status,
        case
            when badness = 1 then concat(n_wrong, ' of ', n, ': the first ', worst)
            when badness = 0 then concat(n_unknown, ' of ', n, ': the first ', worst)
            else concat(n, ' in the mirror, byte for byte')
        end as reason,
        created_at as observed_at,
        concat('artifact=', artifact_id, ' run=', run_id) as evidence
    from artifacts
    union all
    select
        repository,
        concat(repository, ' mirror ', bucket, ' reads') as subject,
        case when is_wrong then 'fail' when is_read then 'pass' else 'no_evidence' end as status,
        case
            when is_wrong then concat(n_wrong, ' of ', n, ' objects cannot be recovered, the first: ', outcome)
            when is_read then concat(n_read, ' of ', n, ' objects were read back whole, as stated')
            else concat('none of ', n, ' objects was read back and compared, the first: ', outcome)
        end as reason,
        read_at as observed_at,
        concat('key=', replace(key, ' ', '%20'), ' version=', version_id) as evidence
    from sampled
    union all
    select
        archived.repository,
        concat(archived.repository, ' restore drill') as subject,
        case when drills.repository is null then 'no_evidence' else 'pass' end as status,
        case
            when drills.repository is null
                then concat(archived.n, ' objects need a restore, and none was restored and read back lately')
            else 'an archived object was restored and read back whole'
        end as reason,
        coalesce(drills.read_at, archived.seen_at) as observed_at,
        case
            when drills.repository is null then ''
            else concat('key=', replace(drills.key, ' ', '%20'), ' version=', drills.version_id)
        end as evidence
    from archived
    left join drills on archived.repository = drills.repository
),
mirror as (
    select count(*) as n from mart.mirrors
),
known as (
    select distinct repository from mart.ended_jobs
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'artifacts')
    group by repository
),
releases as (
    select repository, count(*) as n
    from mart.release_runs
    where $from <= created_at and created_at < $to
    group by repository
),
-- What a repository owes beyond its subjects: a release without a sample, a gap, or nothing at all.
owing as (
    select
        places.repository,
        mirror.n as n_mirrors,
        coalesce(gaps.n, 0) as n_gaps,
        coalesce(gaps.needs, '') as needs,
        known.repository is not null as is_known,
        coalesce(releases.n, 0) as n_releases,
        sampled.repository is not null as is_sampled,
        coalesce(artifacts.n, 0) as n_names
    from places
    cross join mirror
    left join known on places.repository = known.repository
    left join gaps on places.repository = gaps.repository
    left join releases on places.repository = releases.repository
    left join (select distinct repository from sampled) as sampled on places.repository = sampled.repository
    left join (select repository, count(*) as n from artifacts group by repository) as artifacts
        on places.repository = artifacts.repository
)
select subject, status, reason, observed_at, evidence from subjects
union all
select
    repository as subject,
    case
        when n_mirrors = 0 or n_gaps > 0 or not is_known or n_releases > 0 then 'no_evidence'
        else 'not_applicable'
    end as status,
    case
        when n_mirrors = 0 then 'no mirror is known: name its bucket under `[mirror]`'
        when n_gaps > 0 then concat('runs or artifacts are missing (gaps: ', n_gaps, ')', needs)
        when n_releases > 0 and n_names = 0 then 'no artifact of a release is known'
        when n_releases > 0 then 'none of its objects was read back in the window: set `[mirror] sample`'
        when not is_known then 'no job is known that ended in the window'
        else 'no release in the window, and nothing of it was read back'
    end as reason,
    null as observed_at,
    '' as evidence
from owing
where
    n_mirrors = 0 or n_gaps > 0
    or (n_releases > 0 and (not is_sampled or n_names = 0))
    or (not is_sampled and n_names = 0)

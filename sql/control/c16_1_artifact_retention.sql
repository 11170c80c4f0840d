-- Artifacts are kept for 30 days, those of releases for 365
--
-- kind: control
-- spec: CI/CL-001 §16
-- adr: adr-010
-- control: cicl-16.1
-- grain: subject
-- severity: medium
-- remediation: Keep artifacts for 30 days, those of releases for 365; a public repository needs a mirror for that.
-- lifecycle: active
--
-- One subject for each name of artifacts in a repository, those of releases apart: every one that was uploaded in the
-- window is kept for `artifact_retention_branches`, to the nearest day, or for at least `artifact_retention_releases`
-- where its run was of a release: of the event `release`, or the push of a tag `v…`. One that was gone before its time
-- was deleted.
--
-- limits: a public repository cannot keep artifacts for longer than 90 days; that a mirror holds them is another
-- control.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
artifacts as (
    select
        artifacts.repository,
        artifacts.name,
        artifacts.artifact_id,
        artifacts.run_id,
        artifacts.created_at,
        artifacts.is_expired and $as_of < artifacts.expires_at as is_deleted,
        round(days_between(artifacts.created_at, artifacts.expires_at)) as days,
        coalesce(
            runs.event = 'release' or (runs.event = 'push' and regexp_like(runs.head_branch, '^v[0-9]+\.')), false
        ) as is_release
    from stg.artifacts as artifacts
    left join stg.runs as runs
        on artifacts.repository = runs.repository
        and artifacts.run_id = runs.run_id
        and coalesce(artifacts.run_attempt, 1) = runs.run_attempt
    where $from <= artifacts.created_at and artifacts.created_at < $to
),
judged as (
    select
        artifacts.*,
        case
            when artifacts.days is null then 'no_evidence'
            when artifacts.is_deleted then 'fail'
            when artifacts.is_release and artifacts.days < releases.value then 'fail'
            when not artifacts.is_release and artifacts.days <> branches.value then 'fail'
            else 'pass'
        end as status
    from artifacts
    inner join policy as branches
        on branches.name = 'artifact_retention_branches'
        and branches.valid_from <= artifacts.created_at and artifacts.created_at < branches.valid_to
    inner join policy as releases
        on releases.name = 'artifact_retention_releases'
        and releases.valid_from <= artifacts.created_at and artifacts.created_at < releases.valid_to
),
named as (
    select
        repository,
        name,
        is_release,
        count(*) as n,
        count(*) filter (where status = 'fail') as n_failed,
        count(*) filter (where status = 'no_evidence') as n_unknown,
        count(*) filter (where is_deleted) as n_deleted,
        first_value(days order by status = 'fail' desc, status = 'no_evidence' desc, created_at, artifact_id) as days,
        first_value(artifact_id order by status = 'fail' desc, status = 'no_evidence' desc, created_at, artifact_id)
            as artifact_id,
        first_value(run_id order by status = 'fail' desc, status = 'no_evidence' desc, created_at, artifact_id)
            as run_id,
        max(created_at) as created_at
    from judged
    group by repository, name, is_release
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
    concat(repository, case when is_release then ' release artifact ' else ' artifact ' end, name) as subject,
    case when n_failed > 0 then 'fail' when n_unknown > 0 then 'no_evidence' else 'pass' end as status,
    case
        when n_deleted > 0 then concat(n_deleted, ' of ', n, ' were deleted before their time')
        when n_failed > 0 then concat(n_failed, ' of ', n, ' are kept for ', days, ' days')
        when n_unknown > 0 then concat('until when ', n_unknown, ' of ', n, ' are kept is not known')
        else concat(n, ' are kept for ', days, ' days')
    end as reason,
    created_at as observed_at,
    concat('artifact=', artifact_id, ' run=', run_id) as evidence
from named
union all
select
    places.repository as subject,
    case when gaps.n > 0 or known.repository is null then 'no_evidence' else 'not_applicable' end as status,
    case
        when gaps.n > 0 then concat('artifacts are missing (gaps: ', gaps.n, ')', gaps.needs)
        when known.repository is null then 'no job is known that ended in the window'
        else 'no artifact was uploaded in the window'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join known on places.repository = known.repository
left join gaps on places.repository = gaps.repository
where gaps.n > 0 or places.repository not in (select repository from named)

-- Trivy scans files and images
--
-- kind: control
-- spec: CI/CL-001 §9
-- adr: adr-008
-- control: cicl-09.5.3
-- grain: subject
-- severity: high
-- remediation: Scan the image that was built beside the file system, and let both scans end well.
-- lifecycle: active
--
-- One subject for each run attempt of the default branch that left a Trivy scan in the window: complete scans of the
-- file system and of an image. Where no image was scanned, a step of Docker Buildx shows that one was built, which is a
-- failure; without such a step nothing shows that none was, and the part about images stays open.
--
-- limits: an image that is built by something else than a step named after Buildx is not seen.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
runs as (
    select repository, run_id, run_attempt, head_sha
    from stg.runs
    where
        event in ('push', 'schedule', 'workflow_dispatch')
        and head_branch = default_branch and head_repository = repository
),
scans as (
    select
        scans.repository,
        scans.run_id,
        scans.run_attempt,
        max(runs.head_sha) as head_sha,
        count(*) filter (where scans.image is null) as n_files,
        count(*) filter (where scans.image is null and scans.is_complete) as n_files_complete,
        count(*) filter (where scans.image is not null) as n_images,
        count(*) filter (where scans.image is not null and scans.is_complete) as n_images_complete,
        first_value(scans.source_sha256 order by scans.is_complete, scans.scanned_at, scans.source_sha256)
            as source_sha256,
        max(scans.scanned_at) as scanned_at
    from stg.scans as scans
    inner join runs
        on scans.repository = runs.repository
        and scans.run_id = runs.run_id
        and scans.run_attempt = runs.run_attempt
    where scans.tool_family = 'trivy' and $from <= scans.scanned_at and scans.scanned_at < $to
    group by scans.repository, scans.run_id, scans.run_attempt
),
builds as (
    select distinct repository, run_id
    from stg.steps
    where lower(name) like '%buildx%' and conclusion = 'success'
),
judged as (
    select
        scans.*,
        case
            when n_files_complete < n_files or n_images_complete < n_images then 'incomplete'
            when n_files = 0 then 'no files'
            when n_images > 0 then 'both'
            when builds.run_id is not null then 'no image'
            else 'unknown'
        end as finding
    from scans
    left join builds on scans.repository = builds.repository and scans.run_id = builds.run_id
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'jobs', 'scans')
    group by repository
)
select
    concat(repository, ' run ', run_id, ' attempt ', run_attempt) as subject,
    case when finding = 'both' then 'pass' when finding = 'unknown' then 'no_evidence' else 'fail' end as status,
    case finding
        when 'both' then 'files and image were scanned'
        when 'incomplete' then 'a scan is not complete'
        when 'no files' then 'the files were not scanned'
        when 'no image' then 'an image was built, and only the files were scanned'
        else 'only the files were scanned, and nothing shows that no image was built'
    end as reason,
    scanned_at as observed_at,
    concat('commit=', head_sha, ' source=', source_sha256) as evidence
from judged
union all
select
    places.repository as subject,
    'no_evidence' as status,
    case
        when gaps.n > 0 then concat('runs are missing (gaps: ', gaps.n, ')', gaps.needs)
        else 'no Trivy scan of the default branch in the window'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join gaps on places.repository = gaps.repository
where gaps.n > 0 or places.repository not in (select repository from judged)

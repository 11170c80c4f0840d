-- Gitleaks scans every commit of the default branch
--
-- kind: control
-- spec: CI/CL-001 §9
-- adr: adr-008
-- control: cicl-09.5.1
-- grain: subject
-- severity: high
-- remediation: Run Gitleaks in CI for every push to the default branch, and let its failure fail the job.
-- lifecycle: active
--
-- One subject for each commit that was pushed to the default branch in the window and whose push runs have ended: a
-- complete Gitleaks scan of it exists, in a push, schedule or dispatch run. A scan that did not end well, as one that
-- timed out, and a run in which no job or step of Gitleaks executed, are failures; a run that was cancelled, and a
-- report that was not kept, show nothing.
--
-- limits: jobs that ended after the window are not known. A job is known by the name under which it left a Gitleaks
-- report before, a step by its name.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
pushes as (
    select
        repository,
        head_sha,
        min(created_at) as pushed_at,
        min(run_id) as run_id,
        bool_and(status = 'completed') as has_ended,
        bool_or(conclusion = 'cancelled') as is_cancelled
    from stg.runs
    where event = 'push' and head_branch = default_branch and head_repository = repository
    group by repository, head_sha
),
commits as (
    select * from pushes where has_ended and $from <= pushed_at and pushed_at < $to
),
scans as (
    select
        repository,
        head_sha,
        count(*) filter (where is_complete) as n_complete,
        count(*) as n,
        first_value(source_sha256 order by is_complete desc, scanned_at, source_sha256) as source_sha256,
        max(scanned_at) as scanned_at
    from mart.default_branch_scans
    where tool_family = 'gitleaks'
    group by repository, head_sha
),
scanning as (
    select distinct repository, job as name
    from mart.default_branch_scans
    where tool_family = 'gitleaks' and job <> ''
),
steps as (
    select distinct repository, job_id
    from stg.steps
    where lower(name) like '%gitleaks%' and conclusion in ('success', 'failure')
),
jobs as (
    select
        jobs.repository,
        jobs.head_sha,
        count(*) as n,
        count(*) filter (
            where jobs.conclusion in ('success', 'failure', 'timed_out')
            and (scanning.name is not null or steps.job_id is not null)
        ) as n_scanning,
        count(*) filter (
            where steps.job_id is not null
            or (jobs.conclusion in ('success', 'failure') and scanning.name is not null)
        ) as n_come_through
    from mart.ended_jobs as jobs
    inner join stg.runs as runs
        on jobs.repository = runs.repository
        and jobs.run_id = runs.run_id
        and jobs.run_attempt = runs.run_attempt
    left join scanning on jobs.repository = scanning.repository and jobs.name = scanning.name
    left join steps on jobs.repository = steps.repository and jobs.job_id = steps.job_id
    where runs.event = 'push' and runs.head_branch = runs.default_branch
    group by jobs.repository, jobs.head_sha
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'jobs', 'scans')
    group by repository
),
judged as (
    select
        commits.repository,
        commits.head_sha,
        commits.run_id,
        coalesce(scans.scanned_at, commits.pushed_at) as observed_at,
        scans.source_sha256,
        case
            when scans.n_complete > 0 then 'complete'
            when scans.n > 0 then 'incomplete'
            when jobs.n_come_through > 0 then 'report missing'
            when jobs.n_scanning > 0 then 'incomplete'
            when commits.is_cancelled then 'cancelled'
            when jobs.n is null or gaps.n > 0 then 'jobs unknown'
            else 'none'
        end as finding
    from commits
    left join scans on commits.repository = scans.repository and commits.head_sha = scans.head_sha
    left join jobs on commits.repository = jobs.repository and commits.head_sha = jobs.head_sha
    left join gaps on commits.repository = gaps.repository
)
select
    concat(repository, ' commit ', head_sha) as subject,
    case
        when finding = 'complete' then 'pass'
        when finding in ('incomplete', 'none') then 'fail'
        else 'no_evidence'
    end as status,
    case finding
        when 'complete' then 'a complete scan by Gitleaks'
        when 'incomplete' then 'Gitleaks did not end well'
        when 'report missing' then 'Gitleaks ran, and its report is missing'
        when 'cancelled' then 'its run was cancelled before Gitleaks had ended'
        when 'jobs unknown' then 'the jobs of its run are not known'
        else 'no job or step of Gitleaks executed'
    end as reason,
    observed_at,
    case
        when source_sha256 is null then concat('run=', run_id)
        else concat('run=', run_id, ' source=', source_sha256)
    end as evidence
from judged
union all
select
    places.repository as subject,
    'no_evidence' as status,
    case
        when gaps.n > 0 then concat('runs are missing (gaps: ', gaps.n, ')', gaps.needs)
        else 'no push to the default branch is known in the window'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join gaps on places.repository = gaps.repository
where gaps.n > 0 or places.repository not in (select repository from judged)

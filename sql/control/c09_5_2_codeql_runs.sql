-- CodeQL is initialized and analyzes
--
-- kind: control
-- spec: CI/CL-001 §9
-- adr: adr-008
-- control: cicl-09.5.2
-- grain: subject
-- severity: high
-- remediation: Let `codeql-action/analyze` follow `init` in the same job, and upload what it finds.
-- lifecycle: active
--
-- One subject for each job of the default branch that ended in the window and initialized CodeQL: its analysis step
-- succeeded, too, and left a record: a complete scan of the attempt, or GitHub's word of an analysis of the commit. An
-- analysis that was never uploaded shows nothing.
--
-- limits: steps are known by the names that the action, or its documentation, gives them.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
steps as (
    select
        repository,
        job_id,
        max(case
            when lower(name) like '%initialize codeql%' or lower(name) like '%codeql-action/init%' then conclusion
        end) as initialized,
        max(case
            when lower(name) like '%perform codeql analysis%' or lower(name) like '%codeql-action/analyze%'
                then conclusion
        end) as analyzed
    from stg.steps
    where lower(name) like '%codeql%'
    group by repository, job_id
),
jobs as (
    select
        jobs.repository,
        jobs.run_id,
        jobs.run_attempt,
        jobs.job_id,
        jobs.name,
        jobs.head_sha,
        jobs.conclusion,
        jobs.completed_at,
        steps.analyzed
    from mart.ended_jobs as jobs
    inner join steps on jobs.repository = steps.repository and jobs.job_id = steps.job_id
    inner join stg.runs as runs
        on jobs.repository = runs.repository
        and jobs.run_id = runs.run_id
        and jobs.run_attempt = runs.run_attempt
    where
        runs.event in ('push', 'schedule', 'workflow_dispatch')
        and runs.head_branch = runs.default_branch and runs.head_repository = runs.repository
        and steps.initialized = 'success'
),
scans as (
    select
        repository,
        run_id,
        run_attempt,
        count(*) filter (where is_complete) as n_complete,
        first_value(source_sha256 order by is_complete desc, scanned_at, source_sha256) as source_sha256
    from mart.default_branch_scans
    where tool_family = 'codeql'
    group by repository, run_id, run_attempt
),
analyses as (
    select repository, commit_sha, max(analysis_id) as analysis_id
    from stg.analyses
    where tool_family = 'codeql' and is_complete
    group by repository, commit_sha
),
judged as (
    select
        jobs.*,
        scans.source_sha256,
        analyses.analysis_id,
        case
            when jobs.analyzed = 'success' and (scans.n_complete > 0 or analyses.analysis_id is not null) then 'both'
            when jobs.analyzed = 'success' then 'no record'
            when jobs.conclusion = 'cancelled' then 'cancelled'
            when jobs.analyzed is null then 'init only'
            else 'analysis failed'
        end as finding
    from jobs
    left join scans
        on jobs.repository = scans.repository
        and jobs.run_id = scans.run_id
        and jobs.run_attempt = scans.run_attempt
    left join analyses on jobs.repository = analyses.repository and jobs.head_sha = analyses.commit_sha
)
select
    concat(repository, ' run ', run_id, ' attempt ', run_attempt, ' job ', name) as subject,
    case
        when finding = 'both' then 'pass'
        when finding in ('init only', 'analysis failed') then 'fail'
        else 'no_evidence'
    end as status,
    case finding
        when 'both' then 'initialized, analyzed, and recorded'
        when 'no record' then 'analyzed, and no complete analysis is recorded'
        when 'cancelled' then 'cancelled before the analysis had ended'
        when 'init only' then 'initialized, and never analyzed'
        else concat('the analysis ended with ', analyzed)
    end as reason,
    completed_at as observed_at,
    concat(
        'job=', job_id, ' commit=', head_sha,
        case when source_sha256 is null then '' else ' source=' || source_sha256 end,
        case when analysis_id is null then '' else concat(' analysis=', analysis_id) end
    ) as evidence
from judged
union all
select
    places.repository as subject,
    'no_evidence' as status,
    'no job of the default branch is known that initialized CodeQL in the window' as reason,
    null as observed_at,
    '' as evidence
from places
where places.repository not in (select repository from judged)

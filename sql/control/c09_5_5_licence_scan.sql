-- ORT or Licensee scans for licences
--
-- kind: control
-- spec: CI/CL-001 §9
-- adr: adr-008, adr-008n
-- control: cicl-09.5.5
-- grain: subject
-- severity: medium
-- remediation: Run ORT with its evaluator, or Licensee, for the default branch, and keep its report as an artifact.
-- lifecycle: active
--
-- One subject for each run attempt of the default branch in which ORT or Licensee executed in the window, or left a
-- report: its reports are complete, whatever they tell. A step without a report shows nothing, whether it succeeded or
-- not. A repository in which neither did either, while jobs of pushes to the default branch ended, has no licence scan,
-- which is a failure unless a step that speaks of licences may be one by another name.
--
-- limits: a step is known by its name. Whether a repository depends on anything is not known.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
attempts as (
    select
        repository,
        run_id,
        run_attempt,
        max(completed_at) as completed_at,
        bool_or(is_complete) as is_complete,
        bool_or(source_sha256 is not null) as is_reported,
        max(job_id) as job_id,
        max(head_sha) as head_sha,
        max(source_sha256) as source_sha256
    from (
        select
            repository,
            run_id,
            run_attempt,
            completed_at,
            head_sha,
            job_id,
            cast(null as boolean) as is_complete,
            cast(null as varchar) as source_sha256
        from mart.check_steps
        where tool in ('licensee', 'ort') and n_executed_here > 0
        union all
        select
            repository,
            run_id,
            run_attempt,
            completed_at,
            head_sha,
            cast(null as bigint) as job_id,
            is_complete,
            source_sha256
        from mart.check_results
        where tool in ('licensee', 'ort')
    ) as evidence
    group by repository, run_id, run_attempt
),
pushes as (
    select jobs.repository, count(distinct jobs.run_id) as n, max(jobs.completed_at) as completed_at
    from mart.ended_jobs as jobs
    inner join stg.runs as runs
        on jobs.repository = runs.repository
        and jobs.run_id = runs.run_id
        and jobs.run_attempt = runs.run_attempt
    where
        runs.event = 'push' and runs.head_branch = runs.default_branch and runs.head_repository = runs.repository
        and jobs.conclusion in ('success', 'failure')
    group by jobs.repository
),
alike as (
    select jobs.repository, min(jobs.job_id) as job_id
    from mart.ended_jobs as jobs
    left join stg.steps as steps on jobs.repository = steps.repository and jobs.job_id = steps.job_id
    where regexp_like(lower(jobs.name), 'licen[cs]') or regexp_like(lower(steps.name), 'licen[cs]')
    group by jobs.repository
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'jobs', 'scans')
    group by repository
)
select
    concat(repository, ' run ', run_id, ' attempt ', run_attempt) as subject,
    case when is_complete then 'pass' else 'no_evidence' end as status,
    case
        when is_complete then 'a complete report'
        when is_reported then 'the report is not complete, or no rule was evaluated'
        else 'the scanner executed, and its report is missing'
    end as reason,
    completed_at as observed_at,
    concat_ws(' ', 'job=' || job_id, 'commit=' || head_sha, 'source=' || source_sha256) as evidence
from attempts
union all
select
    places.repository as subject,
    case when gaps.n is null and pushes.n > 0 and alike.repository is null then 'fail' else 'no_evidence' end as status,
    case
        when gaps.n > 0 then concat('runs, jobs or reports are missing (gaps: ', gaps.n, ')', gaps.needs)
        when pushes.n is null then 'no job of a push to the default branch is known that ended in the window'
        when alike.repository is not null then 'a step or job that speaks of licences may be a scan by another name'
        else concat('neither ORT nor Licensee executed in ', pushes.n, ' runs of pushes, nor left a report')
    end as reason,
    case when gaps.n is null and alike.repository is null then pushes.completed_at end as observed_at,
    coalesce('job=' || alike.job_id, '') as evidence
from places
left join gaps on places.repository = gaps.repository
left join pushes on places.repository = pushes.repository
left join alike on places.repository = alike.repository
where gaps.n > 0 or places.repository not in (select repository from attempts)

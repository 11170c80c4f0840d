-- The Python matrix holds version 3.12 only
--
-- kind: control
-- spec: CI/CL-001 §11
-- adr: adr-009
-- control: cicl-11.1
-- grain: subject
-- severity: low
-- remediation: Take the other versions out of the matrix, or have the need for them approved.
-- lifecycle: active
--
-- One subject for each job of a repository whose matrix names versions of Python: every leg that executed in the window
-- is of `python_minor`. A matrix shows in the names of its jobs, as `unit-tests (3.12)`.
--
-- limits: a job without a matrix does not say which version it runs, so a repository without any such leg is left
-- without evidence. A justification of further versions is recorded nowhere yet; a waiver would show it.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
legs as (
    select
        jobs.repository,
        jobs.base_name as job,
        cast(regexp_replace(jobs.name, '^.* \((.*, *)?(py(thon)?[ -]?)?3\.([0-9]{1,3})(, .*)?\)$', '\4') as bigint)
            as minor,
        jobs.job_id,
        jobs.run_id,
        jobs.completed_at
    from mart.ended_jobs as jobs
    where
        regexp_like(jobs.name, '^.* \((.*, *)?(py(thon)?[ -]?)?3\.([0-9]{1,3})(, .*)?\)$')
        and jobs.is_executed
),
judged as (
    select legs.*, legs.minor = rules.value as is_default
    from legs
    inner join policy as rules
        on rules.name = 'python_minor'
        and rules.valid_from <= legs.completed_at and legs.completed_at < rules.valid_to
),
named as (
    select
        repository,
        job,
        bool_and(is_default) as is_default,
        array_to_string(array_agg(distinct minor order by minor), ', 3.') as minors,
        first_value(job_id order by is_default, completed_at, job_id) as job_id,
        first_value(run_id order by is_default, completed_at, job_id) as run_id,
        max(completed_at) as completed_at
    from judged
    group by repository, job
)
select
    concat(repository, ' job ', job) as subject,
    case when is_default then 'pass' else 'fail' end as status,
    concat('legs of 3.', minors) as reason,
    completed_at as observed_at,
    concat('run=', run_id, ' job=', job_id) as evidence
from named
union all
select
    places.repository as subject,
    'no_evidence' as status,
    'no job names a version of Python' as reason,
    null as observed_at,
    '' as evidence
from places
where places.repository not in (select repository from named)

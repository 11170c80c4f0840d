-- No matrix is wider than the limit
--
-- kind: control
-- spec: CI/CL-001 §11
-- adr: adr-009
-- control: cicl-11.2
-- grain: subject
-- severity: low
-- remediation: Take legs out of the matrix, or move rare ones to a schedule in several smaller workflows.
-- lifecycle: active
--
-- One subject for each job with a matrix: in every run attempt of the window at most `matrix_width_max` legs of it
-- executed. Legs are jobs of one name with another text in parentheses. A repository whose jobs are known and none of
-- which has legs has no matrix.
--
-- limits: a job that is named with parentheses without a matrix counts as one leg.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
jobs as (
    select repository, run_id, run_attempt, name, base_name as job, completed_at
    from mart.ended_jobs
    where is_executed
),
widths as (
    select
        repository,
        job,
        run_id,
        run_attempt,
        count(distinct name) as width,
        max(completed_at) as completed_at
    from jobs
    where name <> job
    group by repository, job, run_id, run_attempt
),
judged as (
    select widths.*, rules.value as width_max
    from widths
    inner join policy as rules
        on rules.name = 'matrix_width_max'
        and rules.valid_from <= widths.completed_at and widths.completed_at < rules.valid_to
),
widest as (
    select
        repository,
        job,
        bool_or(width > width_max) as is_too_wide,
        first_value(width order by width - width_max desc, completed_at, run_id, run_attempt) as width,
        first_value(run_id order by width - width_max desc, completed_at, run_id, run_attempt) as run_id,
        first_value(run_attempt order by width - width_max desc, completed_at, run_id, run_attempt) as run_attempt,
        first_value(completed_at order by width - width_max desc, completed_at, run_id, run_attempt) as completed_at
    from judged
    group by repository, job
),
known as (
    select distinct repository from jobs
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'jobs')
    group by repository
)
select
    concat(repository, ' job ', job) as subject,
    case when is_too_wide then 'fail' else 'pass' end as status,
    concat('up to ', width, ' legs') as reason,
    completed_at as observed_at,
    concat('run=', run_id, ' attempt=', run_attempt) as evidence
from widest
union all
select
    places.repository as subject,
    case
        when gaps.n > 0 or known.repository is null then 'no_evidence'
        else 'not_applicable'
    end as status,
    case
        when gaps.n > 0 then concat('jobs are missing (gaps: ', gaps.n, ')', gaps.needs)
        when known.repository is null then 'no job is known that ran in the window'
        else 'no job has a matrix'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join known on places.repository = known.repository
left join gaps on places.repository = gaps.repository
where gaps.n > 0 or places.repository not in (select repository from widest)

-- Jobs run on ubuntu-latest, or on a GPU runner of our own
--
-- kind: control
-- spec: CI/CL-001 §3
-- control: cicl-03.3
-- grain: subject
-- severity: medium
-- remediation: Set `runs-on: ubuntu-latest`; keep self-hosted runners for model jobs, with the label `gpu`.
-- lifecycle: active
--
-- One subject for each job of a repository by name, the legs of its matrix together: every execution that ended in the
-- window asked for `ubuntu-latest` and nothing else, or for a self-hosted runner with the label `gpu`. A job that was
-- skipped never asked for a runner.
--
-- limits: which jobs are model jobs is not written down anywhere; a self-hosted GPU is taken to be for one.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
jobs as (
    select
        repository,
        base_name as job,
        job_id,
        run_id,
        labels,
        completed_at,
        case
            when labels is null or labels = '[]' then 'no_evidence'
            when labels = '["ubuntu-latest"]' then 'pass'
            when labels like '%"self-hosted"%' and labels like '%"gpu"%' then 'pass'
            else 'fail'
        end as status
    from mart.ended_jobs
    where is_executed
),
named as (
    select
        repository,
        job,
        count(*) as n,
        count(*) filter (where status = 'fail') as n_failed,
        count(*) filter (where status = 'no_evidence') as n_unknown,
        array_to_string(array_agg(distinct labels order by labels) filter (where status = 'fail'), ' ')
            as foreign_labels,
        first_value(job_id order by status = 'fail' desc, status = 'no_evidence' desc, completed_at, job_id) as job_id,
        first_value(run_id order by status = 'fail' desc, status = 'no_evidence' desc, completed_at, job_id) as run_id,
        max(completed_at) as completed_at
    from jobs
    group by repository, job
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'jobs')
    group by repository
)
select
    concat(repository, ' job ', job) as subject,
    case when n_failed > 0 then 'fail' when n_unknown > 0 then 'no_evidence' else 'pass' end as status,
    case
        when n_failed > 0 then concat(n_failed, ' of ', n, ' executions asked for ', foreign_labels)
        when n_unknown > 0 then concat('the labels of ', n_unknown, ' of ', n, ' executions are unknown')
        else concat(n, ' executions on runners that are allowed')
    end as reason,
    completed_at as observed_at,
    concat('run=', run_id, ' job=', job_id) as evidence
from named
union all
select
    places.repository as subject,
    'no_evidence' as status,
    case
        when gaps.n > 0 then concat('jobs are missing (gaps: ', gaps.n, ')', gaps.needs)
        else 'no job is known that ran in the window'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join gaps on places.repository = gaps.repository
where gaps.n > 0 or places.repository not in (select repository from named)

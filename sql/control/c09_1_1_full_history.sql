-- Jobs check out the full history
--
-- kind: control
-- spec: CI/CL-001 §9
-- adr: adr-008
-- control: cicl-09.1.1
-- grain: subject
-- severity: medium
-- remediation: Set `fetch-depth: 0` on each step of `actions/checkout`.
-- lifecycle: active
--
-- One subject for each job of a repository by name, the legs of its matrix together: for every execution that ended in
-- the window the workflow file of its commit has `fetch-depth: 0` on each step of `actions/checkout`. Without it one
-- commit is fetched, and what looks at history, as Gitleaks, sees no more. A job that checks out nothing needs none.
--
-- limits: a checkout by `git` itself, by a local action or in a workflow that is called is not seen. A depth that an
-- expression makes is not known.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
checkouts as (
    select
        repository,
        source_sha256,
        job_position,
        count(*) as n,
        count(*) filter (where coalesce(regexp_like(inputs, '"fetch-depth":"?\$\{\{'), false)) as n_expressions,
        count(*) filter (where coalesce(regexp_like(inputs, '"fetch-depth":"?0"?[,}]'), false)) as n_full
    from stg.workflow_steps
    where lower(uses) = 'actions/checkout' and run_id is null and job is null and artifact is null
    group by repository, source_sha256, job_position
),
judged as (
    select
        jobs.*,
        case
            when not jobs.is_known then 'no_evidence'
            when checkouts.n_full + checkouts.n_expressions < checkouts.n then 'fail'
            when checkouts.n_expressions > 0 or not jobs.is_whole then 'no_evidence'
            when checkouts.n is null then 'not_applicable'
            else 'pass'
        end as status,
        case
            when not jobs.is_known then jobs.unknown_reason
            when checkouts.n_expressions > 0 then 'the depth is an expression'
            when not jobs.is_whole then concat(jobs.path, ' is not whole')
        end as doubt
    from mart.declared_jobs as jobs
    left join checkouts
        on jobs.repository = checkouts.repository
        and jobs.file_sha256 = checkouts.source_sha256
        and jobs.declared_position = checkouts.job_position
),
named as (
    select
        repository,
        job,
        count(*) as n,
        count(*) filter (where status = 'fail') as n_failed,
        count(*) filter (where status = 'no_evidence') as n_unknown,
        count(*) filter (where status = 'pass') as n_passed,
        first_value(doubt order by
            status = 'fail' desc, status = 'no_evidence' desc, completed_at, job_id
        ) as doubt,
        first_value(run_id order by
            status = 'fail' desc, status = 'no_evidence' desc, completed_at, job_id
        ) as run_id,
        first_value(job_id order by
            status = 'fail' desc, status = 'no_evidence' desc, completed_at, job_id
        ) as job_id,
        first_value(head_sha order by
            status = 'fail' desc, status = 'no_evidence' desc, completed_at, job_id
        ) as head_sha,
        first_value(file_sha256 order by
            status = 'fail' desc, status = 'no_evidence' desc, completed_at, job_id
        ) as file_sha256,
        max(completed_at) as completed_at
    from judged
    group by repository, job
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'jobs', 'workflow_files')
    group by repository
)
select
    concat(repository, ' job ', job) as subject,
    case
        when n_failed > 0 then 'fail'
        when n_unknown > 0 then 'no_evidence'
        when n_passed > 0 then 'pass'
        else 'not_applicable'
    end as status,
    case
        when n_failed > 0 then concat(n_failed, ' of ', n, ' executions checked out less than the full history')
        when n_unknown > 0 then concat(n_unknown, ' of ', n, ' executions: ', doubt)
        when n_passed > 0 then concat(n_passed, ' executions checked out the full history')
        else 'it checks out nothing'
    end as reason,
    completed_at as observed_at,
    concat('run=', run_id, ' job=', job_id, ' commit=', head_sha, coalesce(' source=' || file_sha256, '')) as evidence
from named
union all
select
    places.repository as subject,
    'no_evidence' as status,
    case
        when gaps.n > 0 then concat('jobs or workflow files are missing (gaps: ', gaps.n, ')', gaps.needs)
        else 'no job is known that ran in the window'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join gaps on places.repository = gaps.repository
where gaps.n > 0 or places.repository not in (select repository from named)

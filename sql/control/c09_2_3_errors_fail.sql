-- An error of a static check fails its job and its run
--
-- kind: control
-- spec: CI/CL-001 §9
-- adr: adr-008
-- control: cicl-09.2.3
-- grain: subject
-- severity: high
-- remediation: Take `continue-on-error`, `|| true` and `--exit-zero` from the static checks; break one to see it fail.
-- lifecycle: active
--
-- One subject for each job of a repository by name in which a step of a static check executed and that ended in the
-- window: the workflow files of its executions mask no error, be it of the job or of such a step, and an error was
-- seen that failed the job and its run. Where none occurred nothing shows that it would have: no pass.
--
-- limits: a step is known by its name, which GitHub makes of its command where it has none. GitHub tells a step that
-- may fail as a success, so that an error that is masked is seen in the file alone; of a command only the first line is
-- read, and what a script or a `Makefile` masks is not seen.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
checks as (
    select steps.repository, steps.job_id, bool_or(steps.conclusion = 'failure') as has_error
    from stg.steps as steps
    inner join mart.ended_jobs as jobs on steps.repository = jobs.repository and steps.job_id = jobs.job_id
    where
        steps.conclusion in ('success', 'failure')
        and regexp_like(
            lower(steps.name), '(^|[^a-z])(ruff|black|mypy|eslint|biome|shellcheck|yamllint)($|[^a-z])'
        )
    group by steps.repository, steps.job_id
),
masks as (
    select
        repository,
        source_sha256,
        job_position,
        bool_or(
            continue_on_error = 'true'
            or regexp_like(run, '\|\| *(true|:|exit 0)|--exit-zero')
        ) as is_masked,
        bool_or(continue_on_error like '%${{%') as may_be_masked
    from stg.workflow_steps
    where
        run_id is null and job is null and artifact is null
        and regexp_like(
            lower(concat_ws(' ', name, run, uses)),
            '(^|[^a-z])(ruff|black|mypy|eslint|biome|shellcheck|yamllint|lint|types?|static)($|[^a-z])'
        )
    group by repository, source_sha256, job_position
),
judged as (
    select
        jobs.*,
        case
            when jobs.continue_on_error = 'true' then 'the job may fail and its run goes on'
            when masks.is_masked then 'a step of a check may fail and its job goes on'
            when checks.has_error and jobs.conclusion = 'success' then 'a check failed, and its job succeeded'
            when checks.has_error and runs.conclusion = 'success' then 'a check failed, and its run succeeded'
        end as fault,
        case
            when not jobs.is_known then jobs.unknown_reason
            when jobs.continue_on_error like '%${{%' or masks.may_be_masked
            then 'an expression decides whether it may fail'
            when not jobs.is_whole then concat(jobs.path, ' is not whole')
        end as doubt,
        checks.has_error and jobs.conclusion = 'failure' and coalesce(runs.conclusion = 'failure', false) as is_proof
    from checks
    inner join mart.declared_jobs as jobs on checks.repository = jobs.repository and checks.job_id = jobs.job_id
    left join masks
        on jobs.repository = masks.repository
        and jobs.file_sha256 = masks.source_sha256
        and jobs.declared_position = masks.job_position
    left join stg.runs as runs
        on jobs.repository = runs.repository
        and jobs.run_id = runs.run_id
        and jobs.run_attempt = runs.run_attempt
),
totals as (
    select
        repository,
        job,
        count(*) as n,
        count(fault) as n_failed,
        count(*) filter (where fault is null and doubt is not null) as n_unknown,
        count(*) filter (where is_proof) as n_proofs,
        first_value(coalesce(fault, doubt) order by
            fault is not null desc, doubt is not null desc, is_proof desc, completed_at, job_id
        ) as worst,
        first_value(run_id order by
            fault is not null desc, doubt is not null desc, is_proof desc, completed_at, job_id
        ) as run_id,
        first_value(job_id order by
            fault is not null desc, doubt is not null desc, is_proof desc, completed_at, job_id
        ) as job_id,
        first_value(head_sha order by
            fault is not null desc, doubt is not null desc, is_proof desc, completed_at, job_id
        ) as head_sha,
        first_value(file_sha256 order by
            fault is not null desc, doubt is not null desc, is_proof desc, completed_at, job_id
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
        when n_unknown > 0 or n_proofs = 0 then 'no_evidence'
        else 'pass'
    end as status,
    case
        when n_failed > 0 then concat(n_failed, ' of ', n, ' executions: ', worst)
        when n_unknown > 0 then concat(n_unknown, ' of ', n, ' executions: ', worst)
        when n_proofs = 0 then concat('no error occurred in ', n, ' executions to show that one fails the run')
        else concat(n_proofs, ' of ', n, ' executions found an error and failed their runs')
    end as reason,
    completed_at as observed_at,
    concat('run=', run_id, ' job=', job_id, ' commit=', head_sha, coalesce(' source=' || file_sha256, '')) as evidence
from totals
union all
select
    places.repository as subject,
    'no_evidence' as status,
    case
        when gaps.n > 0 then concat('jobs or workflow files are missing (gaps: ', gaps.n, ')', gaps.needs)
        else 'no step of a static check is known that executed in the window'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join gaps on places.repository = gaps.repository
where gaps.n > 0 or places.repository not in (select repository from totals)

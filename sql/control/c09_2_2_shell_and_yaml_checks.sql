-- ShellCheck and yamllint run with the static checks
--
-- kind: control
-- spec: CI/CL-001 §9
-- adr: adr-008
-- control: cicl-09.2.2
-- grain: subject
-- severity: low
-- remediation: Add steps of ShellCheck and yamllint to the static checks, named after what they run.
-- lifecycle: active
--
-- One subject for each run attempt of a push to the default branch in the window in which a step of a static check
-- executed: steps of ShellCheck and of yamllint executed in it or in an earlier attempt of the run, whose jobs it may
-- keep, whatever they found. One that is there and was not reached, since something before it failed, shows nothing.
--
-- limits: a step is known by its name, which GitHub makes of its command where it has none. One that runs a tool under
-- another name is not seen. Attempts without any step of a static check are not judged: what was impacted is not known.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
steps as (
    select
        steps.repository,
        steps.run_id,
        steps.run_attempt,
        lower(steps.name) as name,
        coalesce(steps.conclusion in ('success', 'failure'), false) as is_executed,
        not jobs.is_copy and $from <= jobs.completed_at and jobs.completed_at < $to as is_own,
        jobs.head_sha,
        jobs.job_id,
        jobs.completed_at
    from stg.steps as steps
    inner join stg.jobs as jobs on steps.repository = jobs.repository and steps.job_id = jobs.job_id
    inner join stg.runs as runs
        on steps.repository = runs.repository
        and steps.run_id = runs.run_id
        and steps.run_attempt = runs.run_attempt
    where
        runs.event = 'push' and runs.head_branch = runs.default_branch and runs.head_repository = runs.repository
        and jobs.completed_at < $to
),
checking as (
    select * from steps
    where regexp_like(name, '(^|[^a-z])(ruff|black|mypy|eslint|biome|shellcheck|yamllint)($|[^a-z])')
),
judged as (
    select
        repository,
        run_id,
        run_attempt,
        max(head_sha) as head_sha,
        min(job_id) as job_id,
        max(completed_at) as completed_at
    from checking
    where is_own
    group by repository, run_id, run_attempt
    having bool_or(is_executed)
),
attempts as (
    select
        judged.repository,
        judged.run_id,
        judged.run_attempt,
        judged.head_sha,
        judged.job_id,
        judged.completed_at,
        count(*) filter (where checking.name like '%shellcheck%') as n_shell,
        count(*) filter (where checking.name like '%shellcheck%' and checking.is_executed) as n_shell_executed,
        count(*) filter (where checking.name like '%yamllint%') as n_yaml,
        count(*) filter (where checking.name like '%yamllint%' and checking.is_executed) as n_yaml_executed
    from judged
    inner join checking
        on judged.repository = checking.repository
        and judged.run_id = checking.run_id
        and checking.run_attempt <= judged.run_attempt
    group by
        judged.repository, judged.run_id, judged.run_attempt, judged.head_sha, judged.job_id, judged.completed_at
)
select
    concat(repository, ' run ', run_id, ' attempt ', run_attempt) as subject,
    case
        when n_shell = 0 or n_yaml = 0 then 'fail'
        when n_shell_executed = 0 or n_yaml_executed = 0 then 'no_evidence'
        else 'pass'
    end as status,
    case
        when n_shell = 0 and n_yaml = 0 then 'neither ShellCheck nor yamllint is among the steps'
        when n_shell = 0 then 'ShellCheck is not among the steps'
        when n_yaml = 0 then 'yamllint is not among the steps'
        when n_shell_executed = 0 or n_yaml_executed = 0 then 'a step was not reached'
        else 'both executed'
    end as reason,
    completed_at as observed_at,
    concat('job=', job_id, ' commit=', head_sha) as evidence
from attempts
union all
select
    places.repository as subject,
    'no_evidence' as status,
    'no step of a static check is known that executed on the default branch in the window' as reason,
    null as observed_at,
    '' as evidence
from places
where places.repository not in (select repository from attempts)

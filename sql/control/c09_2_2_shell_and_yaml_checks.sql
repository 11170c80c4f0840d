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
checking as (
    select * from mart.check_steps
    where
        event = 'push'
        and tool in ('biome', 'black', 'eslint', 'mypy', 'ruff', 'shellcheck', 'yamllint')
),
attempts as (
    select
        repository,
        run_id,
        run_attempt,
        max(head_sha) as head_sha,
        min(job_id) as job_id,
        max(completed_at) as completed_at,
        sum(n) filter (where tool = 'shellcheck') as n_shell,
        sum(n_executed) filter (where tool = 'shellcheck') as n_shell_executed,
        sum(n) filter (where tool = 'yamllint') as n_yaml,
        sum(n_executed) filter (where tool = 'yamllint') as n_yaml_executed
    from checking
    group by repository, run_id, run_attempt
    having sum(n_executed_here) > 0
)
select
    concat(repository, ' run ', run_id, ' attempt ', run_attempt) as subject,
    case
        when n_shell is null or n_yaml is null then 'fail'
        when n_shell_executed = 0 or n_yaml_executed = 0 then 'no_evidence'
        else 'pass'
    end as status,
    case
        when n_shell is null and n_yaml is null then 'neither ShellCheck nor yamllint is among the steps'
        when n_shell is null then 'ShellCheck is not among the steps'
        when n_yaml is null then 'yamllint is not among the steps'
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

-- Steps of tools that check and build, by run attempt of a push, with those of other push runs of its commit
--
-- kind: mart
-- spec: CI/CL-001 §8, §9
-- grain: repository, run_id, run_attempt, tool
-- materialize: yes
-- columns: job_id: a job of this attempt that names the tool; empty: none does
-- columns: completed_at: when the last such job of this attempt ended
-- columns: n_executed_here: steps of the tool that succeeded or failed in this attempt
-- columns: n_executed: also those of earlier attempts of the run, whose jobs it may keep, and of other runs
-- columns: n_plain: of those succeeded as the tool's command by itself, whose exit is the step's
-- columns: n_known: of those the command is known
-- columns: commands: these commands, each in a line
--
-- A tool that only another workflow runs is not missing from the commit. Rows without a step of this attempt name the
-- tools that it had elsewhere.
with
runs as (
    select distinct repository, run_id, run_attempt, head_sha from mart.check_steps where event = 'push'
),
steps as (
    select
        runs.repository,
        runs.run_id,
        runs.run_attempt,
        runs.head_sha,
        steps.*
    from runs
    inner join (
        select
            repository as of_repository,
            run_id as of_run_id,
            run_attempt as of_run_attempt,
            head_sha as of_head_sha,
            tool,
            job_id,
            completed_at,
            n_executed_here,
            n_executed,
            n_plain,
            n_known,
            commands
        from mart.check_steps
        where event = 'push'
    ) as steps
        on runs.repository = steps.of_repository
        and runs.head_sha = steps.of_head_sha
        and (runs.run_id <> steps.of_run_id or runs.run_attempt = steps.of_run_attempt)
)
select
    repository,
    run_id,
    run_attempt,
    tool,
    max(head_sha) as head_sha,
    max(job_id) filter (where run_id = of_run_id) as job_id,
    max(completed_at) filter (where run_id = of_run_id) as completed_at,
    coalesce(sum(n_executed_here) filter (where run_id = of_run_id), 0) as n_executed_here,
    sum(n_executed) as n_executed,
    sum(n_plain) as n_plain,
    sum(n_known) as n_known,
    string_agg(commands, e'\n' order by of_run_id, of_run_attempt) as commands
from steps
group by repository, run_id, run_attempt, tool

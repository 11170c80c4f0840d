-- How each tool that checks came through a run attempt of the default branch, by its steps and its reports
--
-- kind: mart
-- spec: CI/CL-001 §7, §9
-- grain: repository, run_id, run_attempt, tool
-- materialize: yes
-- columns: outcome: `failed`, `masked`, `reported`, `plain`, `incomplete`, `unknown`, `not reached`: see below
-- columns: n_errors: of its reports
-- columns: n_findings: of its reports
-- columns: worst: of its reports; empty: no finding
-- columns: evidence: job, commit and report
--
-- `failed`: a step of it failed. `masked`: each step that executed may fail without consequence, by the workflow file.
-- `reported`: its reports are complete. `plain`: no report is complete, and each of its steps succeeded as a command by
-- itself, whose exit counts. `incomplete`: no report is complete. `unknown`: its steps succeeded, and of what is not
-- known. `not reached`: it is among the steps, and none executed. A tool without a step of its name may be `reported`.
with
told as (
    select
        repository,
        run_id,
        run_attempt,
        tool,
        event,
        head_sha,
        job_id,
        completed_at,
        n_executed_here as n_executed,
        n_failed_here as n_failed,
        n_plain_here as n_plain,
        n_masked_here as n_masked,
        cast(null as boolean) as is_complete,
        0 as n_findings,
        0 as n_errors,
        cast(null as varchar) as worst,
        cast(null as varchar) as source_sha256
    from mart.check_steps
    where n_here > 0
    union all
    select
        repository,
        run_id,
        run_attempt,
        tool,
        event,
        head_sha,
        cast(null as bigint) as job_id,
        completed_at,
        0 as n_executed,
        0 as n_failed,
        0 as n_plain,
        0 as n_masked,
        is_complete,
        n_findings,
        n_errors,
        worst,
        source_sha256
    from mart.check_results
),
tools as (
    select
        repository,
        run_id,
        run_attempt,
        tool,
        max(event) as event,
        max(head_sha) as head_sha,
        max(job_id) as job_id,
        max(completed_at) as completed_at,
        sum(n_executed) as n_executed,
        sum(n_failed) as n_failed,
        sum(n_plain) as n_plain,
        sum(n_masked) as n_masked,
        bool_and(is_complete) as is_complete,
        sum(n_findings) as n_findings,
        sum(n_errors) as n_errors,
        max(worst) as worst,
        max(source_sha256) as source_sha256
    from told
    group by repository, run_id, run_attempt, tool
)
select
    repository,
    run_id,
    run_attempt,
    tool,
    event,
    head_sha,
    completed_at,
    case
        when n_failed > 0 then 'failed'
        when n_executed > 0 and n_masked = n_executed then 'masked'
        when is_complete then 'reported'
        when n_plain > 0 and n_plain + n_masked = n_executed then 'plain'
        when not is_complete then 'incomplete'
        when n_executed > 0 then 'unknown'
        else 'not reached'
    end as outcome,
    n_findings,
    n_errors,
    coalesce(worst, '') as worst,
    concat_ws(' ', 'job=' || job_id, 'commit=' || head_sha, 'source=' || source_sha256) as evidence
from tools

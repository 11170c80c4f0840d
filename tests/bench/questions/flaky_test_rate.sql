-- Tests that failed and passed on the same code, and tests that were executed, by repository.
with
attempts as (
    select
        repository,
        run_id,
        run_attempt,
        workflow,
        case when event = 'pull_request' then concat('pull ', head_sha) else concat('tree ', tree_sha) end as code
    from runs
    where event = 'pull_request' or head_branch = 'main'
),
executions as (
    select
        repository,
        run_id,
        run_attempt,
        job,
        test_id,
        completed_at,
        case when outcome = 'passed' then 1 else 0 end as n_passed,
        case when outcome = 'failed' then 1 else 0 end as n_failed
    from test_results
    where completed_at >= {history_from} and completed_at < {to} and outcome <> 'skipped'
),
tests as (
    select repository, run_id, run_attempt, test_id, max(n_passed) as has_passed
    from executions
    group by repository, run_id, run_attempt, test_id
),
-- A machine that failed is not a test that failed.
well as (
    select repository, run_id, run_attempt
    from tests
    group by repository, run_id, run_attempt
    having count(*) < 10 or sum(1 - has_passed) * 100 < 80 * count(*)
),
counted as (
    select
        executions.repository as repository,
        attempts.workflow as workflow,
        executions.job as job,
        executions.test_id as test_id,
        attempts.code as code,
        executions.completed_at as completed_at,
        executions.n_passed as n_passed,
        executions.n_failed as n_failed
    from executions
    inner join attempts
        on executions.repository = attempts.repository
        and executions.run_id = attempts.run_id
        and executions.run_attempt = attempts.run_attempt
    inner join well
        on executions.repository = well.repository
        and executions.run_id = well.run_id
        and executions.run_attempt = well.run_attempt
),
verdicts as (
    select repository, workflow, job, test_id, code
    from counted
    group by repository, workflow, job, test_id, code
    having max(n_failed) = 1 and max(n_passed) = 1 and max(completed_at) >= {from}
),
flaky as (
    select repository, count(distinct test_id) as n_flaky from verdicts group by repository
),
executed as (
    select repository, count(distinct test_id) as n from counted where completed_at >= {from} group by repository
)
select executed.repository as repository, executed.n as n, flaky.n_flaky as n_flaky
from executed
left join flaky on executed.repository = flaky.repository
order by repository

-- Verdicts over tests that failed at least once on some code
--
-- kind: mart
-- grain: repository, workflow, leg, test_id, code
-- materialize: yes
-- columns: verdict: flaky (failed and passed), failed (more than once, never passed), unclassified (failed once)
-- columns: grade: of a flaky verdict: A same run, B equal tree, C head commit of a pull request
-- columns: verdict_at: when its last deciding result completed
--
-- One verdict for each test, variant (workflow and leg) and code under test. Flaky needs an observed pass, not the
-- absence of a failure. Code on which nothing failed has the verdict `passed` and is left out.
-- limits: executions of one code that lie farther apart than `same_source_lookback` are not brought together.
with
failing as (
    select distinct
        results.repository,
        attempts.workflow,
        results.leg,
        results.test_id,
        attempts.code
    from mart.counted_attempts as attempts
    inner join stg.test_results as results
        on attempts.repository = results.repository
        and attempts.run_id = results.run_id
        and attempts.run_attempt = results.run_attempt
    where results.is_failed and results.completed_at >= $history_from and results.completed_at < $to
),
executions as (
    select
        results.repository,
        attempts.workflow,
        results.leg,
        results.test_id,
        attempts.code,
        attempts.grade_across_runs,
        results.run_id,
        results.is_failed,
        results.is_passed,
        results.completed_at
    -- The few are kept in memory, and the many pass by.
    from failing
    inner join mart.counted_attempts as attempts
        on failing.repository = attempts.repository
        and failing.workflow = attempts.workflow
        and failing.code = attempts.code
    inner join stg.test_results as results
        on attempts.repository = results.repository
        and attempts.run_id = results.run_id
        and attempts.run_attempt = results.run_attempt
        and failing.leg = results.leg
        and failing.test_id = results.test_id
    where
        results.completed_at >= $history_from
        and results.completed_at < $to
        and results.outcome <> 'skipped'
),
runs as (
    select
        repository,
        workflow,
        leg,
        test_id,
        code,
        grade_across_runs,
        run_id,
        count(*) as n_executions,
        count(*) filter (where is_failed) as n_failed,
        count(*) filter (where is_passed) as n_passed,
        max(completed_at) as completed_at
    from executions
    group by
        repository, workflow, leg, test_id, code,
        grade_across_runs, run_id
),
verdicts as (
    select
        repository,
        workflow,
        leg,
        test_id,
        code,
        grade_across_runs,
        sum(n_executions) as n_executions,
        sum(n_failed) as n_failed,
        sum(n_passed) as n_passed,
        bool_or(n_failed > 0 and n_passed > 0) as is_flaky_in_a_run,
        max(completed_at) as verdict_at
    from runs
    group by repository, workflow, leg, test_id, code, grade_across_runs
)
select
    repository,
    workflow,
    leg,
    test_id,
    code,
    case
        when n_passed > 0 then 'flaky'
        when n_executions > 1 then 'failed'
        else 'unclassified'
    end as verdict,
    case
        when n_passed = 0 then null
        when is_flaky_in_a_run then 'A'
        else grade_across_runs
    end as grade,
    cast(n_executions as bigint) as n_executions,
    cast(n_failed as bigint) as n_failed,
    cast(n_passed as bigint) as n_passed,
    verdict_at
from verdicts
where verdict_at >= $from

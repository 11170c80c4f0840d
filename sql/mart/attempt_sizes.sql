-- About how many tests each run attempt had, and how many failed, by the months in which they were executed
--
-- kind: mart
-- grain: repository, run_id, run_attempt, and the month, of which nothing else is told
-- materialize: recent months
-- columns: n_tests_min: as many tests were executed, or more
-- columns: n_failed_max: as many tests failed, or fewer
--
-- The tests of all attempts are too many to hold. Ids begin with as many letters as there are tests, or fewer;
-- and as many executions failed as tests did, or more.
with
letters as (
    select
        repository,
        run_id,
        run_attempt,
        left(test_id, 1) as letter,
        count(*) filter (where is_failed) as n_failed,
        min(completed_at) as first_completed_at,
        max(completed_at) as last_completed_at
    from stg.test_results
    where outcome <> 'skipped'
    group by repository, run_id, run_attempt, left(test_id, 1)
)
select
    repository,
    run_id,
    run_attempt,
    count(*) as n_tests_min,
    sum(n_failed) as n_failed_max,
    min(first_completed_at) as first_completed_at,
    max(last_completed_at) as last_completed_at
from letters
group by repository, run_id, run_attempt

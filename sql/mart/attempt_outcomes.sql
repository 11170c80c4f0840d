-- Tests of each run attempt, counted
--
-- kind: mart
-- grain: repository, run_id, run_attempt
-- materialize: yes
-- columns: n_tests: tests that were executed; null where too few failed for an event
-- columns: n_failed: of them those that never passed; null where too few failed for an event
--
-- A test failed in an attempt when it was executed there and never passed. An attempt in which a large share of
-- enough tests failed is an infrastructure event: the machine failed, not the tests.
--
-- The tests of all attempts are too many to hold. Ids begin with as many letters as there are tests, or fewer; and as
-- many executions failed as tests did, or more. Where these are too few for an event, tests are not counted.
with
letters as (
    select
        repository,
        run_id,
        run_attempt,
        left(test_id, 1) as letter,
        count(*) filter (where is_failed) as n_failed,
        max(completed_at) as completed_at
    from stg.test_results
    where completed_at >= $history_from and completed_at < $to and outcome <> 'skipped'
    group by repository, run_id, run_attempt, left(test_id, 1)
),
executed as (
    select
        repository,
        run_id,
        run_attempt,
        count(*) as n_tests_min,
        sum(n_failed) as n_failed_max,
        max(completed_at) as completed_at
    from letters
    group by repository, run_id, run_attempt
),
shares as (
    select
        executed.*,
        share.value as share
    from executed
    inner join policy as share
        on share.name = 'infrastructure_event_share_min'
        and executed.completed_at >= share.valid_from and executed.completed_at < share.valid_to
),
doubtful as (
    select repository, run_id, run_attempt
    from shares
    where n_failed_max > 0 and cast(n_failed_max as double) * 100 >= share * cast(n_tests_min as double)
),
tests as (
    select
        results.repository,
        results.run_id,
        results.run_attempt,
        results.test_id,
        bool_or(results.is_passed) as has_passed
    -- The few are kept in memory, and the many pass by.
    from doubtful
    inner join stg.test_results as results
        on doubtful.repository = results.repository
        and doubtful.run_id = results.run_id
        and doubtful.run_attempt = results.run_attempt
    where
        results.completed_at >= $history_from
        and results.completed_at < $to
        and results.outcome <> 'skipped'
    group by results.repository, results.run_id, results.run_attempt, results.test_id
),
counted as (
    select
        repository,
        run_id,
        run_attempt,
        count(*) as n_tests,
        count(*) filter (where not has_passed) as n_failed
    from tests
    group by repository, run_id, run_attempt
)
select
    shares.repository,
    shares.run_id,
    shares.run_attempt,
    shares.completed_at,
    counted.n_tests,
    counted.n_failed,
    coalesce(
        counted.n_tests >= enough.value
        and cast(counted.n_failed as double) * 100 >= shares.share * cast(counted.n_tests as double),
        false
    ) as is_infrastructure_event
from shares
inner join policy as enough
    on enough.name = 'infrastructure_event_tests_min'
    and shares.completed_at >= enough.valid_from and shares.completed_at < enough.valid_to
left join counted
    on shares.repository = counted.repository
    and shares.run_id = counted.run_id
    and shares.run_attempt = counted.run_attempt

-- Tests of each run attempt, counted
--
-- kind: mart
-- grain: repository, run_id, run_attempt
-- materialize: yes
-- columns: n_tests: tests that were executed; null where they were not counted, since too few failed for an event
-- columns: n_failed: of them those that never passed; null where they were not counted
--
-- A test failed in an attempt when it was executed there and never passed. An attempt in which a large share of
-- enough tests failed is an infrastructure event: the machine failed, not the tests.
--
-- The tests of all attempts are too many to hold: only those of an attempt are counted that may be an event by
-- `mart.attempt_sizes`, or that the window cuts.
with
attempts as (
    select
        repository,
        run_id,
        run_attempt,
        max(n_tests_min) as n_tests_min,
        sum(n_failed_max) as n_failed_max,
        min(first_completed_at) as first_completed_at,
        max(last_completed_at) as last_completed_at
    from mart.attempt_sizes
    group by repository, run_id, run_attempt
),
touched as (
    select
        *,
        $history_from <= first_completed_at and last_completed_at < $to as is_inside
    from attempts
    where $history_from <= last_completed_at and first_completed_at < $to
),
doubtful as (
    select touched.repository, touched.run_id, touched.run_attempt
    from touched
    inner join policy as share
        on share.name = 'infrastructure_event_share_min'
        and touched.last_completed_at >= share.valid_from and touched.last_completed_at < share.valid_to
    where
        not touched.is_inside
        or (
            touched.n_failed_max > 0
            and cast(touched.n_failed_max as double) * 100 >= share.value * cast(touched.n_tests_min as double)
        )
),
tests as (
    select
        results.repository,
        results.run_id,
        results.run_attempt,
        results.test_id,
        bool_or(results.is_passed) as has_passed,
        max(results.completed_at) as completed_at
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
        count(*) filter (where not has_passed) as n_failed,
        max(completed_at) as completed_at
    from tests
    group by repository, run_id, run_attempt
),
outcomes as (
    select
        touched.repository,
        touched.run_id,
        touched.run_attempt,
        case when touched.is_inside then touched.last_completed_at else counted.completed_at end as completed_at,
        counted.n_tests,
        counted.n_failed
    from touched
    left join counted
        on touched.repository = counted.repository
        and touched.run_id = counted.run_id
        and touched.run_attempt = counted.run_attempt
    where touched.is_inside or counted.completed_at is not null
)
select
    outcomes.repository,
    outcomes.run_id,
    outcomes.run_attempt,
    outcomes.completed_at,
    outcomes.n_tests,
    outcomes.n_failed,
    coalesce(
        outcomes.n_tests >= enough.value
        and cast(outcomes.n_failed as double) * 100 >= share.value * cast(outcomes.n_tests as double),
        false
    ) as is_infrastructure_event
from outcomes
inner join policy as share
    on share.name = 'infrastructure_event_share_min'
    and outcomes.completed_at >= share.valid_from and outcomes.completed_at < share.valid_to
inner join policy as enough
    on enough.name = 'infrastructure_event_tests_min'
    and outcomes.completed_at >= enough.valid_from and outcomes.completed_at < enough.valid_to

-- Tests of each run attempt, counted
--
-- kind: mart
-- grain: repository, run_id, run_attempt
-- materialize: yes
--
-- A test failed in an attempt when it was executed there and never passed. An attempt in which a large share of
-- enough tests failed is an infrastructure event: the machine failed, not the tests.
with
tests as (
    select
        repository,
        run_id,
        run_attempt,
        test_id,
        max(completed_at) as completed_at,
        bool_or(is_passed) as has_passed
    from stg.test_results
    where completed_at >= $history_from and completed_at < $to and outcome <> 'skipped'
    group by repository, run_id, run_attempt, test_id
),
attempts as (
    select
        repository,
        run_id,
        run_attempt,
        max(completed_at) as completed_at,
        count(*) as n_tests,
        count(*) filter (where not has_passed) as n_failed
    from tests
    group by repository, run_id, run_attempt
)
select
    attempts.repository,
    attempts.run_id,
    attempts.run_attempt,
    attempts.completed_at,
    attempts.n_tests,
    attempts.n_failed,
    attempts.n_tests >= enough.value
        and cast(attempts.n_failed as double) * 100 >= share.value * cast(attempts.n_tests as double)
        as is_infrastructure_event
from attempts
inner join policy as enough
    on enough.name = 'infrastructure_event_tests_min'
    and attempts.completed_at >= enough.valid_from and attempts.completed_at < enough.valid_to
inner join policy as share
    on share.name = 'infrastructure_event_share_min'
    and attempts.completed_at >= share.valid_from and attempts.completed_at < share.valid_to

-- Tests executed in the window
--
-- kind: mart
-- grain: repository, test_id
-- materialize: yes
--
-- Executions of counted attempts. A skipped test is not executed; `n_executed` is 0 for one that was only skipped.
-- `is_quarantined`: a report carried the tag, or the list or an issue quarantined the test during the window.
with
declared as (
    select distinct repository, test from mart.quarantine_lists
    where tagged_at < $to and (released_at is null or $from < released_at)
    union
    select distinct repository, test from mart.quarantine_issues
    where tagged_at < $to and (released_at is null or $from < released_at)
),
declared_tests as (
    select tests.repository, tests.test_id
    from mart.tests as tests
    inner join declared on tests.repository = declared.repository and tests.test = declared.test
),
executed as (
    select
        results.repository,
        results.test_id,
        count(*) filter (where results.outcome <> 'skipped') as n_executed,
        count(*) filter (where results.is_failed) as n_failed,
        bool_or(results.is_quarantined) as is_quarantined,
        max(results.completed_at) as last_completed_at
    from stg.test_results as results
    inner join mart.counted_attempts as attempts
        on results.repository = attempts.repository
        and results.run_id = attempts.run_id
        and results.run_attempt = attempts.run_attempt
    where results.completed_at >= $from and results.completed_at < $to
    group by results.repository, results.test_id
)
select
    executed.repository,
    executed.test_id,
    executed.n_executed,
    executed.n_failed,
    executed.is_quarantined or declared_tests.test_id is not null as is_quarantined,
    executed.last_completed_at
from executed
left join declared_tests
    on executed.repository = declared_tests.repository and executed.test_id = declared_tests.test_id

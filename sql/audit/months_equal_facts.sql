-- What is computed by month says what its rows say
--
-- kind: audit
-- grain: repository, relation
-- severity: fail
--
-- Relations that are kept by month against the rows themselves, counted once more: tests with executions in the window,
-- executions that failed in attempts inside of the window and its lookback, jobs that were created in the window.
with
tests as (
    select facts.repository, 'mart.tests' as relation, count(tests.test_id) as n_by_month, count(*) as n_of_rows
    from (
        select distinct repository, test_id from stg.test_results where completed_at >= $from and completed_at < $to
    ) as facts
    left join mart.tests as tests on facts.repository = tests.repository and facts.test_id = tests.test_id
    group by facts.repository
),
sizes as (
    select
        repository,
        run_id,
        run_attempt,
        sum(n_failed_max) as n_failed,
        min(first_completed_at) as first_completed_at,
        max(last_completed_at) as last_completed_at
    from mart.attempt_sizes
    group by repository, run_id, run_attempt
),
failed as (
    select repository, run_id, run_attempt, count(*) as n_failed
    from stg.test_results
    where is_failed and completed_at >= $history_from and completed_at < $to
    group by repository, run_id, run_attempt
),
attempts as (
    select
        sizes.repository,
        'mart.attempt_sizes' as relation,
        sum(sizes.n_failed) as n_by_month,
        coalesce(sum(failed.n_failed), 0) as n_of_rows
    from sizes
    left join failed
        on sizes.repository = failed.repository
        and sizes.run_id = failed.run_id
        and sizes.run_attempt = failed.run_attempt
    where $history_from <= sizes.first_completed_at and sizes.last_completed_at < $to
    group by sizes.repository
),
jobs_by_month as (
    select repository, count(*) as n
    from stg.newest_jobs
    where created_at >= $from and created_at < $to
    group by repository
),
jobs_of_rows as (
    select repository, count(*) as n
    from (
        select distinct repository, job_id, created_at from raw.jobs
        where known_at <= $known_at and created_at <= $as_of and created_at >= $from and created_at < $to
    ) as jobs
    group by repository
),
compared as (
    select * from tests
    union all
    select * from attempts
    union all
    select rows.repository, 'stg.newest_jobs' as relation, coalesce(months.n, 0) as n_by_month, rows.n as n_of_rows
    from jobs_of_rows as rows
    left join jobs_by_month as months on rows.repository = months.repository
)
select repository, relation, n_by_month, n_of_rows
from compared
where n_by_month <> n_of_rows
order by repository, relation

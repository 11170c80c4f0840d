-- Flaky test rate
--
-- kind: kpi
-- spec: CI/CL-001 §21
-- owner: qa
-- grain: repository
-- unit: percent
-- target: < flaky_rate_max
-- since: 1
-- window: flaky_window
-- list: flaky_tests
--
-- Tests with at least one flaky verdict in the window, over tests executed in it. A verdict is flaky when a test
-- both failed and passed on the same code. Default branch, merge queue and pull requests of the same repository
-- count; forks and other branches do not. Quarantined tests are in; the rate without them stands beside.
--
-- limits: a suite that is never retried and never run twice on one code cannot show flakiness this way. Producers
-- that hide retries (pytest-rerunfailures up to 16.6, Playwright, jest, mocha) show it only across attempts.
with
repositories as (
    select distinct repository from mart.run_attempts
),
executed as (
    select
        repository,
        count(*) as n,
        count(*) filter (where not is_quarantined) as n_without_quarantined
    from mart.executed_tests
    where n_executed > 0
    group by repository
),
flaky_tests as (
    select distinct repository, test_id from mart.test_verdicts where verdict = 'flaky'
),
flaky as (
    select
        flaky_tests.repository,
        count(*) as n_flaky,
        count(*) filter (where not tests.is_quarantined) as n_flaky_without_quarantined
    from flaky_tests
    inner join mart.executed_tests as tests
        on flaky_tests.repository = tests.repository and flaky_tests.test_id = tests.test_id
    group by flaky_tests.repository
),
counted as (
    select
        repositories.repository,
        coalesce(executed.n, 0) as n,
        coalesce(executed.n_without_quarantined, 0) as n_without_quarantined,
        coalesce(flaky.n_flaky, 0) as n_flaky,
        coalesce(flaky.n_flaky_without_quarantined, 0) as n_flaky_without_quarantined
    from repositories
    left join executed on repositories.repository = executed.repository
    left join flaky on repositories.repository = flaky.repository
),
summed as (
    select * from counted
    union all
    select
        cast(null as varchar) as repository,
        coalesce(sum(n), 0) as n,
        coalesce(sum(n_without_quarantined), 0) as n_without_quarantined,
        coalesce(sum(n_flaky), 0) as n_flaky,
        coalesce(sum(n_flaky_without_quarantined), 0) as n_flaky_without_quarantined
    from counted
),
reasons as (
    select repository, reason, n from mart.flaky_rate_exclusions
    union all
    select cast(null as varchar) as repository, reason, sum(n) as n
    from mart.flaky_rate_exclusions
    group by reason
),
excluded as (
    select
        coalesce(repository, '') as repository,
        array_agg(named_struct('reason', reason, 'n', cast(n as bigint)) order by reason) as excluded
    from reasons
    group by coalesce(repository, '')
),
confidence as (
    select value from policy
    where name = 'interval_confidence' and valid_from <= $to and $to < valid_to
)
select
    summed.repository,
    $from as period_start,
    $to as period_end,
    case when summed.n > 0 then cast(summed.n_flaky as double) * 100 / cast(summed.n as double) end as value,
    cast(summed.n as bigint) as n,
    wilson_low(summed.n_flaky, summed.n, confidence.value) as low,
    wilson_high(summed.n_flaky, summed.n, confidence.value) as high,
    excluded.excluded,
    case when summed.n_without_quarantined > 0 then
        cast(summed.n_flaky_without_quarantined as double) * 100
        / cast(summed.n_without_quarantined as double)
    end as rate_without_quarantined
from summed
cross join confidence
left join excluded on coalesce(summed.repository, '') = excluded.repository
order by summed.repository nulls first

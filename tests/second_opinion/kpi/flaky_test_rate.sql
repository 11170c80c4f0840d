-- The interval is Wilson's without continuity correction, by its two roots.
with
places as (
    select organization, null as repository from organizations
    union all
    select distinct organization(repository), repository from runs
),
tests as (
    select
        *,
        exists (
            from flaky_verdicts as verdicts
            where verdicts.repository = window_tests.repository and verdicts.test_id = window_tests.test_id
        ) as is_flaky
    from window_tests
),
reasons as (
    select repository, 'infrastructure_event' as reason
    from executed_attempts as attempts
    join populated_runs as runs using (repository, run_id, run_attempt)
    where attempts.is_event and runs.population = 'in' and attempts.completed_at >= window_from()
    union all
    select repository, runs.population
    from executed_attempts as attempts
    join populated_runs as runs using (repository, run_id, run_attempt)
    where runs.population <> 'in' and attempts.completed_at >= window_from()
    union all
    select repository, 'skipped' from window_tests where n_executed = 0
    union all
    select repository, 'report_' || sources.status
    from sources
    join populated_runs as runs using (repository, run_id, run_attempt)
    where
        sources.is_lost_report and runs.population = 'in'
        and sources.completed_at >= window_from() and sources.completed_at < window_to()
    union all
    select repository, 'report_missing' from missing_reports
    union all
    select repository, 'evidence_missing' from taken_away, range(taken_away.n) where evidence in ('runs', 'tests')
),
counted as (
    select
        places.*,
        (
            select count(*) from tests
            where coalesce(tests.repository = places.repository, organization(tests.repository) = organization)
                and n_executed > 0
        ) as n,
        (
            select count(*) from tests
            where coalesce(tests.repository = places.repository, organization(tests.repository) = organization)
                and is_flaky
        ) as n_flaky,
        (
            select count(*) from tests
            where coalesce(tests.repository = places.repository, organization(tests.repository) = organization)
                and n_executed > 0 and not is_quarantined
        ) as n_without_quarantined,
        (
            select count(*) from tests
            where coalesce(tests.repository = places.repository, organization(tests.repository) = organization)
                and is_flaky and not is_quarantined
        ) as n_flaky_without_quarantined,
        (
            select list({reason: reason, n: n}) from (
                select reason, count(*) as n from reasons
                where coalesce(reasons.repository = places.repository, organization(reasons.repository) = organization)
                group by reason
            )
        ) as excluded
    from places
),
quantiles as (
    select
        *, (select z from normal_quantiles where confidence = rule_at('interval_confidence', window_to())) as z
    from counted
),
roots as (
    select
        *,
        n_flaky / nullif(n, 0)::double as p,
        2 * n * p + z * z as middle,
        z * sqrt(z * z + 4 * n * p * (1 - p)) as width
    from quantiles
)
select
    organization,
    repository,
    window_from() as period_start,
    window_to() as period_end,
    n_flaky * 100.0::double / nullif(n, 0) as value,
    n,
    if(n = 0, null, greatest(0.0, 100 * (middle - width) / (2 * (n + z * z)))) as low,
    if(n = 0, null, least(100.0, 100 * (middle + width) / (2 * (n + z * z)))) as high,
    excluded,
    n_flaky_without_quarantined * 100.0::double / nullif(n_without_quarantined, 0) as rate_without_quarantined
from roots

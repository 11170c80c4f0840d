with
places as (
    select organization, null as repository from organizations
    union all
    select distinct organization(repository), repository from runs
),
goal as (
    select rule_at('fix_main_max', window_to()) * 3600 as seconds
),
closed as (
    from outages where closed_at >= window_from() and closed_at < window_to()
),
-- What stood open at the end of the window, whatever became of it.
opened as (
    select *, seconds_from(opened_at, window_to()) as age
    from outages
    where opened_at < window_to() and not coalesce(closed_at < window_to(), false)
),
counted as (
    select
        places.*,
        (
            select list(seconds order by seconds) from closed
            where coalesce(closed.repository = places.repository, organization(closed.repository) = organization)
                and not is_rerun_alone
        ) as fixed,
        (
            select count(*) from closed
            where coalesce(closed.repository = places.repository, organization(closed.repository) = organization)
                and is_rerun_alone
        ) as n_rerun,
        (
            select list(age) from opened
            where coalesce(opened.repository = places.repository, organization(opened.repository) = organization)
        ) as ages,
        (
            select count(*) from judged_commits as judged
            where coalesce(judged.repository = places.repository, organization(judged.repository) = organization)
                and judged_at >= window_from() and judged_at < window_to()
        ) as commits_judged,
        (
            select sum(n)::bigint from taken_away
            where coalesce(taken_away.repository = places.repository, organization(taken_away.repository) = organization)
                and evidence in ('runs', 'jobs', 'check_runs', 'required_checks')
        ) as n_lost
    from places
)
select
    organization,
    repository,
    window_from() as period_start,
    window_to() as period_end,
    list_aggregate(fixed, 'quantile_cont', 0.5) as value,
    coalesce(len(fixed), 0) as n,
    null::double as low,
    null::double as high,
    nullif(list_filter(
        [{reason: 'fixed_by_rerun_alone', n: n_rerun}, {reason: 'evidence_missing', n: n_lost}],
        lambda reason: reason.n > 0
    ), []) as excluded,
    list_aggregate(fixed, 'quantile_cont', 0.9) as p90,
    len(list_filter(fixed, lambda seconds: seconds < goal.seconds)) * 100.0::double / len(fixed) as percent_in_time,
    commits_judged,
    coalesce(len(ages), 0) as open_outages,
    coalesce(len(list_filter(ages, lambda age: age > goal.seconds)), 0) as open_breaches
from counted
cross join goal

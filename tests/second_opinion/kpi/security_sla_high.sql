with
places as (
    select organization, null as repository from organizations
    union all
    select distinct organization(repository), repository from runs
),
clocks as (
    from clocks_of_findings as clocks
    where
        severity = 'high' and due_at < window_to()
        and exists (from runs where runs.repository = clocks.repository)
),
counted as (
    select
        places.organization, places.repository,
        list(clocks.state) filter (where clocks.due_at >= window_from()) as due,
        count(*) filter (
            where clocks.due_at < window_from() and coalesce(clocks.fixed_at >= window_to(), true)
        ) as open_breaches
    from places
    left join clocks
        on coalesce(clocks.repository = places.repository, organization(clocks.repository) = places.organization)
    group by all
),
sums as (
    select
        *,
        len(list_filter(due, lambda state: state = 'met')) as met,
        len(list_filter(due, lambda state: state = 'late')) as late,
        len(list_filter(due, lambda state: state in ('breached', 'open'))) as open_breached,
        (
            select count(*) from scan_gaps as gaps
            where coalesce(gaps.repository = sums.repository, organization(gaps.repository) = sums.organization)
                and gaps.from_at < window_to() and coalesce(gaps.to_at > window_from(), true)
        ) as n_gaps,
        (
            select sum(n)::bigint from taken_away as gaps
            where coalesce(gaps.repository = sums.repository, organization(gaps.repository) = sums.organization)
                and evidence in ('runs', 'scans')
        ) as n_lost
    from counted as sums
)
select
    organization,
    repository,
    window_from() as period_start,
    window_to() as period_end,
    met * 100.0::double / nullif(len(due), 0) as value,
    coalesce(len(due), 0) as n,
    null::double as low,
    null::double as high,
    nullif(list_filter(
        [{reason: 'scan_gap', n: n_gaps}, {reason: 'evidence_missing', n: n_lost}], lambda reason: reason.n > 0
    ), []) as excluded,
    coalesce(met, 0) as met,
    coalesce(late, 0) as late,
    coalesce(open_breached, 0) as open_breached,
    open_breaches
from sums

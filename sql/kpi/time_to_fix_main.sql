-- Time to fix a failed main
--
-- kind: kpi
-- spec: CI/CL-001 §21
-- owner: release
-- grain: repository
-- unit: seconds
-- target: < fix_main_max
-- n_min: median_n_min
-- since: 1
-- list: outages
--
-- Median of the outages of the default branch that closed in the window and were not fixed by a re-run alone. An
-- outage opens at the first failing completion of a required check, and closes when every red check has succeeded,
-- executed, on the same or a later commit. `open_breaches`: outages that are open at the end for longer than the
-- target, which no median of closed ones can hold: with one of them the target is missed.
--
-- limits: the order of commits is that of their pushes.
with
repositories as (
    select distinct repository from stg.runs
),
goal as (
    select value as hours from policy
    where name = 'fix_main_max' and valid_from <= $to and $to < valid_to
),
closed as (
    select * from mart.outages where $from <= closed_at and closed_at < $to
),
judged as (
    select repository, count(distinct head_sha) as n
    from (
        select repository, head_sha, min(completed_at) as judged_at
        from mart.main_checks
        group by repository, head_sha
    ) as commits
    where $from <= judged_at and judged_at < $to
    group by repository
),
places as (
    select repository, repository as place from repositories
    union all
    select repository, '' as place from repositories
    union all
    select '' as repository, '' as place
),
medians as (
    select
        places.place,
        quantile_cont(closed.seconds, 0.5) as value,
        quantile_cont(closed.seconds, 0.9) as p90,
        count(*) as n,
        count(*) filter (where hours_between(closed.opened_at, closed.closed_at) < goal.hours) as n_in_time
    from places
    inner join closed on places.repository = closed.repository
    cross join goal
    where not closed.is_rerun_alone
    group by places.place
),
reasons as (
    select places.place, 'fixed_by_rerun_alone' as reason, count(*) as n
    from places
    inner join closed on places.repository = closed.repository
    where closed.is_rerun_alone
    group by places.place
    union all
    select
        case when is_everywhere then '' else repository end as place,
        'evidence_missing' as reason,
        sum(n) as n
    from mart.missing_evidence
    cross join (values (true), (false)) as places (is_everywhere)
    where evidence in ('runs', 'jobs', 'check_runs', 'required_checks')
    group by case when is_everywhere then '' else repository end
),
excluded as (
    select place, array_agg(named_struct('reason', reason, 'n', cast(n as bigint)) order by reason) as excluded
    from reasons
    group by place
),
opened as (
    select
        places.place,
        count(*) as n,
        count(*) filter (
            where hours_between(outages.opened_at, $to) > goal.hours
        ) as n_breached
    from places
    inner join mart.outages as outages on places.repository = outages.repository
    cross join goal
    where outages.opened_at < $to and (outages.closed_at is null or $to <= outages.closed_at)
    group by places.place
),
commits as (
    select places.place, sum(judged.n) as n
    from places
    inner join judged on places.repository = judged.repository
    group by places.place
)
select
    nullif(everywhere.place, '') as repository,
    $from as period_start,
    $to as period_end,
    medians.value,
    coalesce(medians.n, 0) as n,
    cast(null as double) as low,
    cast(null as double) as high,
    excluded.excluded,
    medians.p90,
    case when medians.n > 0 then cast(medians.n_in_time as double) * 100 / cast(medians.n as double) end
        as percent_in_time,
    coalesce(commits.n, 0) as commits_judged,
    coalesce(opened.n, 0) as open_outages,
    coalesce(opened.n_breached, 0) as open_breaches
from (select distinct place from places) as everywhere
left join medians on everywhere.place = medians.place
left join excluded on everywhere.place = excluded.place
left join opened on everywhere.place = opened.place
left join commits on everywhere.place = commits.place
order by everywhere.place

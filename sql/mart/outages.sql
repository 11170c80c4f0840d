-- Outages of the default branch
--
-- kind: mart
-- spec: CI/CL-001 §21
-- grain: repository, opened_at
-- materialize: yes
--
-- Times during which at least one required check was red: what overlaps is one outage. `is_rerun_alone`: every check
-- left on the commit that it failed on, by a re-run. An open outage has no `closed_at`; `seconds` is then its age at
-- `as_of`.
with
ends as (
    select
        *,
        max(coalesce(cleared_at, plus_hours($as_of, 1))) over (
            partition by repository order by red_at, context rows between unbounded preceding and 1 preceding
        ) as ends_before
    from mart.red_checks
),
islands as (
    select
        *,
        sum(case when ends_before is null or ends_before <= red_at then 1 else 0 end) over (
            partition by repository order by red_at, context rows unbounded preceding
        ) as outage
    from ends
),
outages as (
    select
        repository,
        min(red_at) as opened_at,
        case when count(cleared_at) = count(*) then max(cleared_at) end as closed_at,
        count(distinct context) as n_checks,
        array_to_string(array_agg(distinct context order by context), ', ') as checks,
        first_value(reddened_on order by red_at, context) as opened_on,
        count(cleared_at) = count(*)
            and count(*) filter (where cleared_by = 'rerun') = count(*) as is_rerun_alone,
        count(*) filter (where cleared_by = 'policy') > 0 as is_policy
    from islands
    group by repository, outage
)
select
    repository,
    opened_at,
    closed_at,
    n_checks,
    checks,
    opened_on,
    is_rerun_alone,
    is_policy,
    seconds_between(opened_at, coalesce(closed_at, $as_of)) as seconds
from outages

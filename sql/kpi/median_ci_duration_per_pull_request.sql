-- Median CI duration per pull request
--
-- kind: kpi
-- spec: CI/CL-001 §21
-- owner: release
-- grain: repository
-- unit: seconds
-- target: < ci_duration_max
-- n_min: median_n_min
-- since: 1
-- list: pull_request_durations
--
-- Pull requests that were merged in the window. For each of their head commits whose gating jobs were all green in the
-- first attempt: from the creation of its first run to the last completion of a gating job. The median per pull
-- request, then the median over pull requests, both interpolated (R-7). The value for all is computed from the pull
-- requests, never from repositories' medians.
--
-- limits: failed and cancelled first attempts end early and are left out; how long they took to turn green is another
-- number.
with
places as (
    select repository, repository as place from (select distinct repository from stg.runs) as repositories
    union all
    select repository, '' as place from (select distinct repository from stg.runs) as repositories
    union all
    select '' as repository, '' as place
),
medians as (
    select
        places.place,
        quantile_cont(pulls.seconds, 0.5) as value,
        quantile_cont(pulls.seconds, 0.75) as p75,
        quantile_cont(pulls.seconds, 0.9) as p90,
        quantile_cont(pulls.seconds, 0.95) as p95,
        count(pulls.seconds) as n
    from places
    inner join mart.merged_pull_requests as pulls on places.repository = pulls.repository
    group by places.place
),
sums as (
    select
        places.place,
        sum(pulls.n_superseded) as n_superseded,
        sum(pulls.n_not_green) as n_not_green,
        sum(pulls.n_too_long) as n_too_long,
        count(*) filter (where pulls.seconds is null) as n_without_green
    from places
    inner join mart.merged_pull_requests as pulls on places.repository = pulls.repository
    group by places.place
),
reasons as (
    select place, 'head_commit_not_green' as reason, n_not_green as n from sums
    union all
    select place, 'head_commit_superseded' as reason, n_superseded as n from sums
    union all
    select place, 'head_commit_too_long' as reason, n_too_long as n from sums
    union all
    select place, 'pull_request_without_green_head' as reason, n_without_green as n from sums
    union all
    select
        case when is_everywhere then '' else repository end as place,
        'evidence_missing' as reason,
        sum(n) as n
    from mart.missing_evidence
    cross join (values (true), (false)) as places (is_everywhere)
    where evidence in ('runs', 'jobs', 'pull_requests', 'required_checks')
    group by case when is_everywhere then '' else repository end
),
excluded as (
    select place, array_agg(named_struct('reason', reason, 'n', cast(n as bigint)) order by reason) as excluded
    from reasons
    where n > 0
    group by place
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
    medians.p75,
    medians.p90,
    medians.p95
from (select distinct place from places) as everywhere
left join medians on everywhere.place = medians.place
left join excluded on everywhere.place = excluded.place
order by everywhere.place

with
places as (
    select organization, null as repository from organizations
    union all
    select distinct organization(repository), repository from runs
),
-- A pull request of a repository without any run belongs to no place.
counted as (
    select
        places.organization, places.repository,
        list_sort(list(pulls.seconds) filter (where pulls.seconds is not null)) as durations,
        sum(pulls.n_not_green) as head_commit_not_green,
        sum(pulls.n_superseded) as head_commit_superseded,
        sum(pulls.n_too_long) as head_commit_too_long,
        count(*) filter (where pulls.number is not null and pulls.seconds is null) as pull_request_without_green_head
    from places
    left join merged_pulls as pulls
        on coalesce(pulls.repository = places.repository, organization(pulls.repository) = places.organization)
        and exists (from runs where runs.repository = pulls.repository)
    group by all
),
reasons as (
    select organization, repository, reason, n from (
        unpivot (select * exclude (durations) from counted)
        on head_commit_not_green, head_commit_superseded, head_commit_too_long, pull_request_without_green_head
        into name reason value n
    )
    union all
    select places.organization, places.repository, 'evidence_missing', sum(n)
    from places
    join taken_away
        on coalesce(taken_away.repository = places.repository, organization(taken_away.repository) = organization)
    where evidence in ('runs', 'jobs', 'pull_requests', 'required_checks')
    group by all
)
select
    organization,
    repository,
    window_from() as period_start,
    window_to() as period_end,
    list_aggregate(durations, 'quantile_cont', 0.5) as value,
    coalesce(len(durations), 0) as n,
    null::double as low,
    null::double as high,
    (
        select list({reason: reasons.reason, n: reasons.n::bigint}) from reasons
        where
            reasons.organization = counted.organization
            and reasons.repository is not distinct from counted.repository and reasons.n > 0
    ) as excluded,
    list_aggregate(durations, 'quantile_cont', 0.75) as p75,
    list_aggregate(durations, 'quantile_cont', 0.9) as p90,
    list_aggregate(durations, 'quantile_cont', 0.95) as p95
from counted

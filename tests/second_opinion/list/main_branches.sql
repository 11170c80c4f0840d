with
branches as (
    select repository from repositories
    union
    select repository from runs
),
states as (
    select
        branches.repository,
        (select max(opened_at) from outages where outages.repository = branches.repository and closed_at is null)
            as open_since,
        (select max(closed_at) from outages where outages.repository = branches.repository) as last_closed_at,
        (select min(judged_at) from judged_commits as judged where judged.repository = branches.repository)
            as first_judged_at,
        (
            select count(*) from judged_commits as judged
            where
                judged.repository = branches.repository
                and judged_at >= window_from() and judged_at < window_to()
        ) as commits_judged,
        (
            select max(created_at) from runs
            where runs.repository = branches.repository and event = 'push' and is_on_default
        ) as last_commit_at
    from branches
)
select
    organization(states.repository) as organization,
    states.repository,
    case when open_since is not null then 'red' when first_judged_at is not null then 'green' else 'unknown' end
        as state,
    coalesce(open_since, last_closed_at, first_judged_at) as since,
    seconds_from(since, as_of()) as seconds,
    coalesce(
        seconds_from(open_since, as_of()) >= 3600 * rule_at('fix_main_max', open_since), false
    ) as is_breach,
    outages.n_checks, outages.checks, outages.opened_on, commits_judged, last_commit_at
from states
left join outages on outages.repository = states.repository and outages.opened_at = open_since

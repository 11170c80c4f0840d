-- Default branches, red or green
--
-- kind: list
-- spec: CI/CL-001 §22
-- grain: repository
-- columns: repository: where
-- columns: state: red, green, or unknown: no required check has ever judged a commit
-- columns: since: when it turned so; green without an outage: since the first judged commit
-- columns: seconds: how long so at `as_of`
-- columns: is_breach: red for longer than the target (CI/CL-001 §21: 2 hours)
-- columns: n_checks: required checks that are red
-- columns: checks: their names
-- columns: opened_on: the commit that the open outage began with
-- columns: commits_judged: commits that required checks judged in the window
-- columns: last_commit_at: when the default branch was last pushed to
--
-- Each default branch as it stands at `as_of`: it is red from the opening of an outage to its closing, and deploys are
-- frozen while it is. What is red comes first, then what nobody judged.
--
-- limits: a branch is as green as its required checks; runs that are missing hide outages, see the gaps.
with
repositories as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
judged as (
    select repository, head_sha, min(completed_at) as judged_at
    from mart.main_checks
    group by repository, head_sha
),
commits as (
    select
        repository,
        min(judged_at) as first_judged_at,
        count(*) filter (where $from <= judged_at and judged_at < $to) as n
    from judged
    group by repository
),
pushes as (
    select repository, max(created_at) as last_commit_at
    from stg.runs
    where event = 'push' and head_branch = default_branch
    group by repository
),
opened as (
    select outages.*, plus_hours(outages.opened_at, rules.value) <= $as_of as is_breach
    from mart.outages as outages
    inner join policy as rules
        on rules.name = 'fix_main_max' and rules.valid_from <= outages.opened_at and outages.opened_at < rules.valid_to
    where outages.closed_at is null
),
closed as (
    select repository, max(closed_at) as closed_at
    from mart.outages
    group by repository
)
select
    repositories.repository,
    case
        when opened.repository is not null then 'red'
        when commits.repository is not null then 'green'
        else 'unknown'
    end as state,
    coalesce(opened.opened_at, closed.closed_at, commits.first_judged_at) as since,
    seconds_between(coalesce(opened.opened_at, closed.closed_at, commits.first_judged_at), $as_of) as seconds,
    coalesce(opened.is_breach, false) as is_breach,
    opened.n_checks,
    opened.checks,
    opened.opened_on,
    coalesce(commits.n, 0) as commits_judged,
    pushes.last_commit_at
from repositories
left join opened on repositories.repository = opened.repository
left join closed on repositories.repository = closed.repository
left join commits on repositories.repository = commits.repository
left join pushes on repositories.repository = pushes.repository
order by opened.opened_at nulls last, commits.repository is not null, repositories.repository

-- Head commits of pull requests and how long CI took for each.
create table first_runs as
select repository, run_id, event, head_sha, head_branch, head_repository, created_at, pull_requests
from runs
where run_attempt = 1 and event in ('pull_request', 'push');

-- Whose a run is: what it names, else who held the commit, else whose branch it was while the pull request was open.
create table run_owners as
with
ways as (
    select
        *,
        coalesce(cast(pull_requests as json)::bigint[], []) as named,
        (
            select coalesce(list(distinct holders.number), []) from (
                select repository, number, sha from pull_request_commits
                union
                select repository, number, head_sha from pull_requests
            ) as holders
            where holders.repository = first_runs.repository and holders.sha = first_runs.head_sha
        ) as holding,
        (
            select coalesce(list(pulls.number), []) from pull_requests as pulls
            where
                first_runs.event = 'pull_request'
                and pulls.repository = first_runs.repository and pulls.head_branch = first_runs.head_branch
                and pulls.head_repository = first_runs.head_repository
                and first_runs.created_at between pulls.created_at and coalesce(pulls.closed_at, as_of())
        ) as open_then
    from first_runs
)
select
    * exclude (named, holding, open_then, pull_requests),
    unnest(case when len(named) > 0 then named when len(holding) > 0 then holding else open_then end) as number
from ways;

-- The push twin counts only where the head commit has no run of its own.
create table head_runs as
from run_owners
where event = 'pull_request' or not exists (
    from run_owners as own
    where
        own.event = 'pull_request' and own.repository = run_owners.repository
        and own.number = run_owners.number and own.head_sha = run_owners.head_sha
);

create table head_commits as
with
heads as (
    select repository, number, head_sha, min(created_at) as created_at, list(run_id) as run_ids
    from head_runs
    group by repository, number, head_sha
),
gating as (
    select
        heads.repository, heads.number, heads.head_sha,
        if(jobs.completed_at <= as_of(), jobs.conclusion, 'unknown') as conclusion, jobs.completed_at
    from heads
    join jobs
        on jobs.repository = heads.repository and list_contains(heads.run_ids, jobs.run_id)
        and jobs.run_attempt = 1 and not jobs.is_placeholder
    where exists (
        from requirements as required
        where
            required.repository = jobs.repository and required.context = jobs.name
            and required.held_from <= heads.created_at and heads.created_at < required.held_to
    )
),
judged as (
    select
        heads.*,
        list_distinct(list(coalesce(gating.conclusion, 'unknown')) filter (where gating.repository is not null))
            as conclusions,
        max(gating.completed_at) filter (where gating.conclusion = 'success') as completed_at,
        exists (
            from heads as newer
            where
                newer.repository = heads.repository and newer.number = heads.number
                and (newer.created_at, newer.head_sha) > (heads.created_at, heads.head_sha)
        ) as has_newer
    from heads
    left join gating using (repository, number, head_sha)
    group by all
)
select
    repository, number, head_sha, created_at, completed_at,
    seconds_from(created_at, completed_at) as taken,
    case
        when list_contains(conclusions, 'cancelled') and has_newer then 'superseded'
        when not coalesce(list_contains(conclusions, 'success'), false) then 'not_green'
        when not list_has_all(['success', 'skipped', 'neutral'], conclusions) then 'not_green'
        when taken / 3600 >= rule_at('head_commit_max', created_at) then 'too_long'
        else 'green'
    end as state
from judged;

create table merged_pulls as
select
    pulls.repository, pulls.number, pulls.title, pulls.merged_at,
    quantile_cont(heads.taken, 0.5) filter (where heads.state = 'green') as seconds,
    count(heads.head_sha) as n_heads,
    count(*) filter (where heads.state = 'green') as n_green,
    count(*) filter (where heads.state = 'superseded') as n_superseded,
    count(*) filter (where heads.state = 'not_green') as n_not_green,
    count(*) filter (where heads.state = 'too_long') as n_too_long
from pull_requests as pulls
left join head_commits as heads using (repository, number)
where pulls.merged_at >= window_from() and pulls.merged_at < window_to()
group by all;

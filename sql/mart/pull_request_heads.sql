-- How long CI took for each head commit of a pull request
--
-- kind: mart
-- spec: CI/CL-001 §21
-- grain: repository, number, head_sha
-- materialize: yes
--
-- First attempts of the `pull_request` runs of a head commit, or of its push runs where there is none, and in them the
-- gating jobs: those of the checks that were required when the first run was created. `state`: green, superseded (a
-- gating job was cancelled and a newer head commit followed), too_long, not_green. `seconds` goes from the creation of
-- the first run to the last completion of an executed gating job; only of a green one.
--
-- limits: runs name their pull requests until GitHub empties the list; then the commit is looked for among those that
-- a pull request was seen to hold, and one that a force-push took away by the branch that the pull request was open of.
with
named as (
    select
        runs.repository,
        runs.run_id,
        cast(unnest(string_to_array(btrim(runs.pull_requests, '[]'), ',')) as bigint) as number
    from stg.runs as runs
    where runs.run_attempt = 1 and runs.pull_requests is not null and runs.pull_requests <> '[]'
),
held as (
    select distinct repository, number, sha as head_sha from stg.pull_request_commits
    union
    select distinct repository, number, head_sha from stg.pull_requests
),
attempts as (
    select repository, run_id, event, head_sha, head_branch, head_repository, created_at
    from stg.runs
    where run_attempt = 1 and event in ('pull_request', 'push')
),
found as (
    select attempts.*, named.number, 'named' as way
    from attempts
    inner join named on attempts.repository = named.repository and attempts.run_id = named.run_id
    union all
    select attempts.*, held.number, 'held' as way
    from attempts
    inner join held on attempts.repository = held.repository and attempts.head_sha = held.head_sha
    union all
    select attempts.*, pulls.number, 'branch' as way
    from attempts
    inner join stg.pull_requests as pulls
        on attempts.repository = pulls.repository
        and attempts.head_branch = pulls.head_branch
        and attempts.head_repository = pulls.head_repository
        and pulls.created_at <= attempts.created_at
    where attempts.event = 'pull_request' and attempts.created_at <= coalesce(pulls.closed_at, $as_of)
),
best as (
    select *, max(way) over (partition by repository, run_id) as best_way
    from found
),
twins as (
    select
        *,
        max(cast(event = 'pull_request' as int)) over (partition by repository, number, head_sha) = 1 as has_own
    from best
    where way = best_way
),
runs as (
    select repository, run_id, head_sha, created_at, number
    from twins
    where event = 'pull_request' or not has_own
),
heads as (
    select repository, number, head_sha, min(created_at) as created_at
    from runs
    group by repository, number, head_sha
),
ordered as (
    select
        *,
        lead(created_at) over (partition by repository, number order by created_at, head_sha) as next_at
    from heads
),
gating as (
    select
        ordered.repository,
        ordered.number,
        ordered.head_sha,
        case when jobs.completed_at <= $as_of then jobs.conclusion end as conclusion,
        jobs.completed_at
    from ordered
    inner join runs
        on ordered.repository = runs.repository
        and ordered.number = runs.number
        and ordered.head_sha = runs.head_sha
    inner join stg.jobs as jobs
        on runs.repository = jobs.repository
        and runs.run_id = jobs.run_id
    inner join mart.required_checks as required
        on jobs.repository = required.repository
        and jobs.name = required.context
        and required.valid_from <= ordered.created_at
        and ordered.created_at < required.valid_to
    where jobs.run_attempt = 1 and not jobs.is_placeholder
),
results as (
    select
        repository,
        number,
        head_sha,
        count(*) as n_jobs,
        count(*) filter (where conclusion = 'success') as n_success,
        count(*) filter (where conclusion = 'cancelled') as n_cancelled,
        count(*) filter (where conclusion in ('success', 'skipped', 'neutral')) as n_clean,
        max(completed_at) filter (where conclusion = 'success') as completed_at
    from gating
    group by repository, number, head_sha
),
timed as (
    select
        ordered.repository,
        ordered.number,
        ordered.head_sha,
        ordered.created_at,
        results.completed_at,
        case
            when results.n_cancelled > 0 and ordered.next_at is not null then 'superseded'
            when results.n_success > 0 and results.n_clean = results.n_jobs then 'green'
            else 'not_green'
        end as state,
        seconds_between(ordered.created_at, results.completed_at) as seconds,
        hours_between(ordered.created_at, results.completed_at) as hours
    from ordered
    left join results
        on ordered.repository = results.repository
        and ordered.number = results.number
        and ordered.head_sha = results.head_sha
),
longest as (
    select
        value as hours,
        valid_from,
        valid_to
    from policy
    where name = 'head_commit_max'
)
select
    timed.repository,
    timed.number,
    timed.head_sha,
    timed.created_at,
    timed.completed_at,
    case when timed.state = 'green' and timed.hours >= longest.hours then 'too_long' else timed.state end as state,
    case when timed.state = 'green' and timed.hours < longest.hours then timed.seconds end as seconds
from timed
left join longest on longest.valid_from <= timed.created_at and timed.created_at < longest.valid_to

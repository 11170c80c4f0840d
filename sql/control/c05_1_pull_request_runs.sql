-- CI runs for every pull request to main
--
-- kind: control
-- spec: CI/CL-001 §5
-- control: cicl-05.1
-- grain: subject
-- severity: high
-- remediation: Trigger CI on `pull_request` for the default branch, without filters of paths that leave changes out.
-- lifecycle: active
--
-- One subject for each pull request to the default branch that was closed or merged in the window: a run of
-- `pull_request` exists for its last head commit, whatever it ended with.
--
-- limits: pull requests that are still open are judged when they are closed.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
gaps as (
    select
        repository,
        max(case when evidence = 'pull_requests' then needs end) as pulls_needs,
        max(case when evidence = 'runs' then needs end) as runs_needs
    from mart.missing_evidence
    group by repository
),
pulls as (
    select pulls.repository, pulls.number, pulls.head_sha, pulls.closed_at, pulls.merged_at
    from stg.pull_requests as pulls
    inner join stg.repositories as repositories
        on pulls.repository = repositories.repository and pulls.base_branch = repositories.default_branch
    where $from <= pulls.closed_at and pulls.closed_at < $to
),
runs as (
    select
        repository,
        head_sha,
        min(created_at) as created_at,
        first_value(run_id order by created_at, run_id) as run_id
    from stg.runs
    where event = 'pull_request'
    group by repository, head_sha
)
select
    concat(pulls.repository, ' pull request ', pulls.number) as subject,
    case
        when runs.run_id is not null then 'pass'
        when gaps.runs_needs is not null then 'no_evidence'
        else 'fail'
    end as status,
    case
        when runs.run_id is not null then 'CI ran for its last head commit'
        when gaps.runs_needs is not null then concat('no run is known, and runs are missing', gaps.runs_needs)
        when pulls.merged_at is not null then 'it was merged, and CI never ran for its last head commit'
        else 'it was closed, and CI never ran for its last head commit'
    end as reason,
    coalesce(runs.created_at, pulls.closed_at) as observed_at,
    case
        when runs.run_id is null then concat('commit=', pulls.head_sha)
        else concat('commit=', pulls.head_sha, ' run=', runs.run_id)
    end as evidence
from pulls
left join runs on pulls.repository = runs.repository and pulls.head_sha = runs.head_sha
left join gaps on pulls.repository = gaps.repository
union all
select
    places.repository as subject,
    case
        when known.repository is null or gaps.pulls_needs is not null then 'no_evidence'
        else 'not_applicable'
    end as status,
    case
        when known.repository is null then 'pull requests are not collected'
        when gaps.pulls_needs is not null then concat('pull requests are missing', gaps.pulls_needs)
        else 'no pull request to the default branch was closed in the window'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join stg.repositories as known on places.repository = known.repository
left join gaps on places.repository = gaps.repository
where gaps.pulls_needs is not null or places.repository not in (select repository from pulls)

-- Branches are short-lived and merged into main
--
-- kind: control
-- spec: CI/CL-001 §6
-- control: cicl-06.1
-- grain: subject
-- severity: low
-- remediation: Merge small pull requests into the default branch within days; split what takes longer.
-- lifecycle: active
--
-- One subject for each pull request that was merged in the window: into the default branch, and at most
-- `branch_lifetime_max` after the earliest of its commits.
--
-- limits: a commit's time is what its committer's clock said; GitHub lists the first 250 commits of a pull request.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
gaps as (
    select repository, needs
    from mart.missing_evidence
    where evidence = 'pull_requests'
),
commits as (
    select
        repository,
        number,
        min(committed_at) as begun_at,
        first_value(sha order by committed_at, sha) as sha
    from stg.pull_request_commits
    group by repository, number
),
pulls as (
    select
        pulls.repository,
        pulls.number,
        pulls.base_branch,
        pulls.base_branch = repositories.default_branch as is_to_default,
        pulls.merged_at,
        commits.sha,
        days_between(commits.begun_at, pulls.merged_at) as days,
        rules.value as days_max
    from stg.pull_requests as pulls
    inner join stg.repositories as repositories on pulls.repository = repositories.repository
    inner join policy as rules
        on rules.name = 'branch_lifetime_max'
        and rules.valid_from <= pulls.merged_at and pulls.merged_at < rules.valid_to
    left join commits on pulls.repository = commits.repository and pulls.number = commits.number
    where $from <= pulls.merged_at and pulls.merged_at < $to
)
select
    concat(repository, ' pull request ', number) as subject,
    case
        when not is_to_default or days > days_max then 'fail'
        when days is null then 'no_evidence'
        else 'pass'
    end as status,
    case
        when not is_to_default then concat('it was merged into ', base_branch)
        when days is null then 'its commits are unknown'
        else concat('merged ', round(days * 100) / 100, ' days after its first commit')
    end as reason,
    merged_at as observed_at,
    case when sha is null then '' else concat('commit=', sha) end as evidence
from pulls
union all
select
    places.repository as subject,
    case
        when known.repository is null or gaps.repository is not null then 'no_evidence'
        else 'not_applicable'
    end as status,
    case
        when known.repository is null then 'pull requests are not collected'
        when gaps.repository is not null then concat('pull requests are missing', gaps.needs)
        else 'no pull request was merged in the window'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join stg.repositories as known on places.repository = known.repository
left join gaps on places.repository = gaps.repository
where gaps.repository is not null or places.repository not in (select repository from pulls)

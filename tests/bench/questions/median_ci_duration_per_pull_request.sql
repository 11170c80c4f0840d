-- The median over merged pull requests of the median over their green head commits, by repository.
with
heads as (
    select
        commits.repository as repository,
        commits.number as number,
        commits.sha as sha,
        min(runs.created_at) as created_at
    from pull_request_commits as commits
    inner join runs on commits.repository = runs.repository and commits.sha = runs.head_sha
    where runs.event = 'pull_request' and runs.run_attempt = 1
    group by commits.repository, commits.number, commits.sha
),
durations as (
    select
        heads.repository as repository,
        heads.number as number,
        heads.sha as sha,
        {seconds_between(min(heads.created_at), max(jobs.completed_at))} as seconds
    from heads
    inner join jobs on heads.repository = jobs.repository and heads.sha = jobs.head_sha
    where jobs.run_attempt = 1
    group by heads.repository, heads.number, heads.sha
    having sum(case when jobs.conclusion = 'success' then 0 else 1 end) = 0
),
pulls as (
    select
        durations.repository as repository,
        durations.number as number,
        {median(durations.seconds)} as seconds
    from durations
    inner join pull_requests
        on durations.repository = pull_requests.repository and durations.number = pull_requests.number
    where pull_requests.merged_at >= {from} and pull_requests.merged_at < {to}
    group by durations.repository, durations.number
)
select repository, count(*) as n, {median(seconds)} as value
from pulls
group by repository
order by repository

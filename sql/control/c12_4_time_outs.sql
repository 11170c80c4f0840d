-- A job that times out fails its run, and nothing is merged past it
--
-- kind: control
-- spec: CI/CL-001 §12
-- control: cicl-12.4
-- grain: subject
-- severity: high
-- remediation: Take `continue-on-error` from the job, and require its check.
-- lifecycle: active
--
-- One subject for each job that timed out in the window: its run attempt did not succeed, and no pull request of that
-- head commit was merged before the job had succeeded on it since. A repository whose jobs are known and none of which
-- timed out has no such job.
--
-- limits: what GitHub tells as cancelled is not told from a time-out of a step.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
timed_out as (
    select * from mart.ended_jobs where conclusion = 'timed_out'
),
succeeded as (
    select timed_out.repository, timed_out.job_id, min(later.completed_at) as succeeded_at
    from timed_out
    inner join mart.ended_jobs as later
        on timed_out.repository = later.repository
        and timed_out.head_sha = later.head_sha
        and timed_out.name = later.name
        and timed_out.completed_at < later.completed_at
    where later.conclusion = 'success'
    group by timed_out.repository, timed_out.job_id
),
merged as (
    select repository, head_sha, min(merged_at) as merged_at, min(number) as number
    from stg.pull_requests
    where merged_at < $to
    group by repository, head_sha
),
judged as (
    select
        timed_out.*,
        runs.conclusion as run_conclusion,
        case
            when timed_out.completed_at <= merged.merged_at
                and (succeeded.succeeded_at is null or merged.merged_at < succeeded.succeeded_at)
            then merged.number
        end as merged_number
    from timed_out
    left join stg.runs as runs
        on timed_out.repository = runs.repository
        and timed_out.run_id = runs.run_id
        and timed_out.run_attempt = runs.run_attempt
    left join merged on timed_out.repository = merged.repository and timed_out.head_sha = merged.head_sha
    left join succeeded on timed_out.repository = succeeded.repository and timed_out.job_id = succeeded.job_id
),
known as (
    select distinct repository from mart.ended_jobs
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'jobs')
    group by repository
)
select
    concat(repository, ' run ', run_id, ' attempt ', run_attempt, ' job ', name) as subject,
    case
        when run_conclusion = 'success' or merged_number is not null then 'fail'
        when run_conclusion is null then 'no_evidence'
        else 'pass'
    end as status,
    case
        when run_conclusion = 'success' then 'it timed out, and its run succeeded'
        when merged_number is not null then concat('pull request ', merged_number, ' was merged past it')
        when run_conclusion is null then 'how its run ended is not known'
        else concat('its run ended with ', run_conclusion)
    end as reason,
    completed_at as observed_at,
    concat('job=', job_id, ' commit=', head_sha) as evidence
from judged
union all
select
    places.repository as subject,
    case
        when gaps.n > 0 or known.repository is null then 'no_evidence'
        else 'not_applicable'
    end as status,
    case
        when gaps.n > 0 then concat('jobs are missing (gaps: ', gaps.n, ')', gaps.needs)
        when known.repository is null then 'no job is known that ended in the window'
        else 'no job timed out in the window'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join known on places.repository = known.repository
left join gaps on places.repository = gaps.repository
where gaps.n > 0 or places.repository not in (select repository from timed_out)

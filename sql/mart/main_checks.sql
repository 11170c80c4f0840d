-- What required checks said of the commits of the default branch
--
-- kind: mart
-- spec: CI/CL-001 §21
-- grain: repository, context, completed_at, check_id
-- materialize: yes
--
-- Jobs of push runs of the default branch, and check runs of other apps on its commits, that had ended by `as_of` while
-- their context was required. Only an executed check says something: `is_failed` is failure, time-out or a failed
-- start, otherwise it succeeded. Skipped, neutral and cancelled ones decide nothing and are not here. `position` is the
-- commit's place in the order of the pushes.
with
pushes as (
    select repository, head_sha, min(created_at) as pushed_at
    from stg.runs
    where event = 'push' and head_branch = default_branch
    group by repository, head_sha
),
commits as (
    select
        repository,
        head_sha,
        row_number() over (partition by repository order by pushed_at, head_sha) as position
    from pushes
),
checks as (
    select
        jobs.repository,
        jobs.name as context,
        jobs.head_sha,
        jobs.job_id as check_id,
        jobs.conclusion,
        jobs.completed_at,
        cast(null as bigint) as app_id
    from stg.jobs as jobs
    inner join stg.runs as runs
        on jobs.repository = runs.repository
        and jobs.run_id = runs.run_id
        and jobs.run_attempt = runs.run_attempt
    where runs.event = 'push' and runs.head_branch = runs.default_branch and not jobs.is_copy
    union all
    select repository, name as context, head_sha, check_run_id as check_id, conclusion, completed_at, app_id
    from stg.check_runs
)
select
    checks.repository,
    checks.context,
    checks.check_id,
    checks.head_sha,
    commits.position,
    checks.conclusion <> 'success' as is_failed,
    checks.completed_at,
    required.valid_to as required_until
from checks
inner join commits on checks.repository = commits.repository and checks.head_sha = commits.head_sha
inner join mart.required_checks as required
    on checks.repository = required.repository
    and checks.context = required.context
    and required.valid_from <= checks.completed_at
    and checks.completed_at < required.valid_to
where
    checks.completed_at <= $as_of
    and checks.conclusion in ('success', 'failure', 'timed_out', 'startup_failure')
    and (checks.app_id is null or required.app_id is null or checks.app_id = required.app_id)

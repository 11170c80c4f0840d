-- When each run attempt ended
--
-- kind: mart
-- grain: repository, run_id, run_attempt
--
-- The last completion of a job that the attempt executed itself: copies of an earlier attempt's jobs and skipped ones
-- end nothing. Where no job says it, the end that was stated; and only then the last change, which moves when somebody
-- touches the run later. `basis` tells which: jobs, stated, updated_at. An attempt that goes on has no row.
with
jobs as (
    select repository, run_id, run_attempt, max(completed_at) as completed_at
    from stg.jobs
    where not is_copy and conclusion <> 'skipped'
    group by repository, run_id, run_attempt
)
select
    runs.repository,
    runs.run_id,
    runs.run_attempt,
    coalesce(jobs.completed_at, runs.completed_at, runs.updated_at) as completed_at,
    case
        when jobs.completed_at is not null then 'jobs'
        when runs.completed_at is not null then 'stated'
        else 'updated_at'
    end as basis
from stg.runs as runs
left join jobs
    on runs.repository = jobs.repository
    and runs.run_id = jobs.run_id
    and runs.run_attempt = jobs.run_attempt
where
    runs.status = 'completed'
    and coalesce(jobs.completed_at, runs.completed_at, runs.updated_at) is not null

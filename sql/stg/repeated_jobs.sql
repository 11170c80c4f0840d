-- Jobs that another job of their run makes void
--
-- kind: stg
-- grain: repository, job_id
-- materialize: yes
--
-- `is_copy`: a later attempt repeats jobs that it does not run again, under other ids and with the same instants.
-- `is_placeholder`: it never ends, and a job of its name and attempt did; it says nothing.
with
copies as (
    select distinct later.repository, later.job_id, later.created_at
    -- The few are kept in memory, and the many pass by.
    from stg.newest_jobs as later
    inner join stg.newest_jobs as jobs
        on later.repository = jobs.repository
        and later.run_id = jobs.run_id
        and later.name = jobs.name
        and later.started_at = jobs.started_at
        and later.completed_at is not distinct from jobs.completed_at
    where later.run_attempt > 1 and jobs.run_attempt < later.run_attempt
),
placeholders as (
    select distinct waiting.repository, waiting.job_id, waiting.created_at
    from stg.newest_jobs as waiting
    inner join stg.newest_jobs as jobs
        on waiting.repository = jobs.repository
        and waiting.run_id = jobs.run_id
        and waiting.run_attempt = jobs.run_attempt
        and waiting.name = jobs.name
    where waiting.completed_at is null and jobs.completed_at is not null
),
void as (
    select *, true as is_copy, false as is_placeholder from copies
    union all
    select *, false as is_copy, true as is_placeholder from placeholders
)
select
    repository,
    job_id,
    created_at,
    bool_or(is_copy) as is_copy,
    bool_or(is_placeholder) as is_placeholder
from void
group by repository, job_id, created_at

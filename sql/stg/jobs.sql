-- Newest observation of each job
--
-- kind: stg
-- grain: repository, job_id
--
-- `is_copy` and `is_placeholder` are those of `stg.repeated_jobs`. A join to the few of them: nothing is grouped here,
-- and every filter reaches the months.
select
    jobs.repository,
    jobs.job_id,
    jobs.run_id,
    jobs.run_attempt,
    jobs.name,
    jobs.workflow,
    jobs.head_branch,
    jobs.head_sha,
    jobs.status,
    jobs.conclusion,
    jobs.created_at,
    jobs.started_at,
    jobs.completed_at,
    coalesce(repeated.is_copy, false) as is_copy,
    coalesce(repeated.is_placeholder, false) as is_placeholder,
    jobs.runner_id,
    jobs.runner_name,
    jobs.runner_group,
    jobs.labels
from stg.newest_jobs as jobs
left join stg.repeated_jobs as repeated
    on jobs.repository = repeated.repository
    and jobs.job_id = repeated.job_id
    and jobs.created_at = repeated.created_at

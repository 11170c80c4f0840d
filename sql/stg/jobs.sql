-- Newest observation of each job
--
-- kind: stg
-- grain: repository, job_id
-- materialize: yes
--
-- The newest observation is the source's own: completed before running, then the later completion, then the digest.
-- `is_copy`: a later attempt repeats jobs that it does not run again, under other ids and with the same instants.
-- `is_placeholder`: it never ends, and a job of its name and attempt did; it says nothing.
with
observed as (
    select
        *,
        row_number() over (
            partition by repository, job_id, created_at
            order by status = 'completed' desc, completed_at desc nulls last, source_sha256 desc
        ) as place
    from raw.jobs
    where known_at <= $known_at and created_at <= $as_of
)
select
    repository,
    job_id,
    run_id,
    run_attempt,
    name,
    workflow,
    head_branch,
    head_sha,
    status,
    conclusion,
    created_at,
    started_at,
    completed_at,
    started_at is not null and run_attempt > min(run_attempt) over (
        partition by repository, run_id, name, started_at, completed_at
    ) as is_copy,
    completed_at is null and max(completed_at) over (
        partition by repository, run_id, run_attempt, name
    ) is not null as is_placeholder,
    runner_id,
    runner_name,
    runner_group,
    labels
from observed
where place = 1

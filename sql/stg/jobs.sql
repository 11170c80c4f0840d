-- Newest observation of each job
--
-- kind: stg
-- grain: repository, job_id
--
-- The newest observation is the source's own: completed before running, then the later completion, then the digest.
-- `is_copy`: a later attempt repeats jobs that it does not run again, under other ids and with the same instants.
-- `is_placeholder`: it never ends, and a job of its name and attempt did; it says nothing.
with
newest as (
    select
        repository,
        job_id,
        created_at,
        first_value(run_id order by status = 'completed' desc, completed_at desc nulls last,
            source_sha256 desc) as run_id,
        first_value(run_attempt order by status = 'completed' desc, completed_at desc nulls last,
            source_sha256 desc) as run_attempt,
        first_value(name order by status = 'completed' desc, completed_at desc nulls last,
            source_sha256 desc) as name,
        first_value(workflow order by status = 'completed' desc, completed_at desc nulls last,
            source_sha256 desc) as workflow,
        first_value(head_branch order by status = 'completed' desc, completed_at desc nulls last,
            source_sha256 desc) as head_branch,
        first_value(head_sha order by status = 'completed' desc, completed_at desc nulls last,
            source_sha256 desc) as head_sha,
        first_value(status order by status = 'completed' desc, completed_at desc nulls last,
            source_sha256 desc) as status,
        first_value(conclusion order by status = 'completed' desc, completed_at desc nulls last,
            source_sha256 desc) as conclusion,
        first_value(started_at order by status = 'completed' desc, completed_at desc nulls last,
            source_sha256 desc) as started_at,
        first_value(completed_at order by status = 'completed' desc, completed_at desc nulls last,
            source_sha256 desc) as completed_at,
        first_value(runner_id order by status = 'completed' desc, completed_at desc nulls last,
            source_sha256 desc) as runner_id,
        first_value(runner_name order by status = 'completed' desc, completed_at desc nulls last,
            source_sha256 desc) as runner_name,
        first_value(runner_group order by status = 'completed' desc, completed_at desc nulls last,
            source_sha256 desc) as runner_group,
        first_value(labels order by status = 'completed' desc, completed_at desc nulls last,
            source_sha256 desc) as labels
    from raw.jobs
    where known_at <= $known_at and created_at <= $as_of
    group by repository, job_id, created_at
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
from newest

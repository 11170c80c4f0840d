-- Newest observation of each job, without what other jobs tell of it
--
-- kind: stg
-- grain: repository, job_id
-- materialize: months
--
-- The newest observation is the source's own: completed before running, then the later completion, then the digest.
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
    runner_id,
    runner_name,
    runner_group,
    labels
from observed
where place = 1

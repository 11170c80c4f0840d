-- Newest observation of each step of a job
--
-- kind: stg
-- grain: repository, job_id, number
--
-- The newest observation is the source's own: completed before running, then the later completion, then the digest.
with
observed as (
    select
        *,
        row_number() over (
            partition by repository, job_id, number, created_at
            order by status = 'completed' desc, completed_at desc nulls last, source_sha256 desc
        ) as place
    from raw.steps
    where known_at <= $known_at and created_at <= $as_of
)
select
    repository,
    job_id,
    number,
    created_at,
    run_id,
    run_attempt,
    name,
    status,
    conclusion,
    started_at,
    completed_at
from observed
where place = 1

-- Newest observation of each step of a job
--
-- kind: stg
-- grain: repository, job_id, number
--
-- The newest observation is the source's own: completed before running, then the later completion, then the digest.
select
    repository,
    job_id,
    number,
    created_at,
    first_value(run_id order by status = 'completed' desc, completed_at desc nulls last, source_sha256 desc) as run_id,
    first_value(run_attempt order by status = 'completed' desc, completed_at desc nulls last,
        source_sha256 desc) as run_attempt,
    first_value(name order by status = 'completed' desc, completed_at desc nulls last, source_sha256 desc) as name,
    first_value(status order by status = 'completed' desc, completed_at desc nulls last, source_sha256 desc) as status,
    first_value(conclusion order by status = 'completed' desc, completed_at desc nulls last,
        source_sha256 desc) as conclusion,
    first_value(started_at order by status = 'completed' desc, completed_at desc nulls last,
        source_sha256 desc) as started_at,
    first_value(completed_at order by status = 'completed' desc, completed_at desc nulls last,
        source_sha256 desc) as completed_at
from raw.steps
where known_at <= $known_at and created_at <= $as_of
group by repository, job_id, number, created_at

-- Steps of jobs that workflow files declare
--
-- kind: stg
-- grain: repository, source_sha256, run_id, run_attempt, workflow, job, artifact, job_position, position
--
-- Unique when written. `job_position` joins `position` of `stg.workflow_jobs` in the same payload.
select
    repository,
    run_id,
    run_attempt,
    workflow,
    job,
    artifact,
    path,
    job_position,
    job_id,
    position,
    line,
    step_id,
    name,
    condition,
    uses,
    uses_ref,
    is_pinned,
    run,
    inputs,
    continue_on_error,
    timeout_minutes,
    timeout_expression,
    completed_at,
    source_sha256
from raw.workflow_steps
where known_at <= $known_at and completed_at <= $as_of

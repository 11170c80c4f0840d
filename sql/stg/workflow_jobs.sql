-- Jobs that workflow files declare
--
-- kind: stg
-- grain: repository, source_sha256, run_id, run_attempt, workflow, job, artifact, position
--
-- Unique when written. `timeout_minutes` and `timeout_expression` both null: the job may run for GitHub's six hours.
-- `permissions` null: those of the workflow hold, and where it has none, those of the repository.
select
    repository,
    run_id,
    run_attempt,
    workflow,
    job,
    artifact,
    path,
    position,
    line,
    job_id,
    name,
    needs,
    runs_on,
    condition,
    timeout_minutes,
    timeout_expression,
    permissions,
    concurrency_group,
    cancel_in_progress,
    matrix,
    n_legs,
    legs,
    python_versions,
    fail_fast,
    max_parallel,
    continue_on_error,
    environment,
    uses,
    uses_ref,
    is_pinned,
    inputs,
    secrets,
    n_steps,
    is_whole,
    completed_at,
    source_sha256
from raw.workflow_jobs
where known_at <= $known_at and completed_at <= $as_of

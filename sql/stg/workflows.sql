-- Workflow files
--
-- kind: stg
-- grain: repository, source_sha256, run_id, run_attempt, workflow, job, artifact
--
-- Unique when written: a file is its payload.
-- `is_whole` false: what is absent from it may be declared all the same.
select
    repository,
    run_id,
    run_attempt,
    workflow,
    job,
    artifact,
    path,
    name,
    triggers,
    trigger_filters,
    permissions,
    concurrency_group,
    cancel_in_progress,
    is_reusable,
    n_jobs,
    is_whole,
    problem,
    completed_at,
    source_sha256
from raw.workflows
where known_at <= $known_at and completed_at <= $as_of

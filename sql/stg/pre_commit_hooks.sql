-- Hooks that run before a commit
--
-- kind: stg
-- grain: repository, source_sha256, run_id, run_attempt, workflow, job, artifact, position
--
-- Unique when written. `is_moving`: `rev` may be a branch, so that what runs can change under it.
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
    hook_repository,
    rev,
    is_pinned,
    is_moving,
    hook_id,
    stages,
    completed_at,
    source_sha256
from raw.pre_commit_hooks
where known_at <= $known_at and completed_at <= $as_of

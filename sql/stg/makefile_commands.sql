-- Commands of targets of Makefiles
--
-- kind: stg
-- grain: repository, source_sha256, run_id, run_attempt, workflow, job, artifact, position
--
-- Unique when written. `prerequisites` are by spaces: `string_to_array(prerequisites, ' ')`. A target without a command
-- has one row whose `command` is null.
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
    target,
    prerequisites,
    command,
    ignores_errors,
    completed_at,
    source_sha256
from raw.makefile_commands
where known_at <= $known_at and completed_at <= $as_of

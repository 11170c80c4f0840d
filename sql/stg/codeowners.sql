-- Rules of code owners
--
-- kind: stg
-- grain: repository, source_sha256, run_id, run_attempt, workflow, job, artifact, position
--
-- Unique when written. Of the rules that match a path the last one counts, also where it names nobody.
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
    pattern,
    owners,
    n_owners,
    completed_at,
    source_sha256
from raw.codeowners
where known_at <= $known_at and completed_at <= $as_of

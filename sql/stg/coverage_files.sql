-- Coverage of files of source code
--
-- kind: stg
-- grain: repository, run_id, run_attempt, workflow, job, artifact, source_sha256, path
--
-- Unique when written, so nothing is joined or grouped here and every filter reaches the files.
select
    repository,
    run_id,
    run_attempt,
    workflow,
    job,
    artifact,
    report,
    path,
    package,
    lines_valid,
    lines_covered,
    branches_valid,
    branches_covered,
    completed_at,
    source_sha256
from raw.coverage_files
where known_at <= $known_at and completed_at <= $as_of

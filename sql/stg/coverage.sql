-- Totals of reports of coverage
--
-- kind: stg
-- grain: repository, run_id, run_attempt, workflow, job, artifact, source_sha256
--
-- Unique when written, so nothing is joined or grouped here and every filter reaches the files.
-- `has_branches`: branches were measured; without it there is no rate of branches, which is not a rate of 0.
select
    repository,
    run_id,
    run_attempt,
    workflow,
    job,
    artifact,
    report,
    lines_valid,
    lines_covered,
    lines_basis,
    branches_valid is not null as has_branches,
    branches_valid,
    branches_covered,
    branches_basis,
    lines_valid_counted,
    lines_covered_counted,
    branches_valid_counted,
    branches_covered_counted,
    n_files,
    is_complete,
    tool_version,
    reported_at,
    completed_at,
    source_sha256
from raw.coverage
where known_at <= $known_at and completed_at <= $as_of

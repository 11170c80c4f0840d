-- Payloads that were taken in
--
-- kind: list
-- grain: repository, run_id, run_attempt, workflow, job, artifact, source_sha256
-- columns: completed_at: when CI completed what left it behind
-- columns: repository: repository of the run
-- columns: run_id: the run
-- columns: run_attempt: its attempt
-- columns: job: the job, where known
-- columns: artifact: the artifact that held it
-- columns: path: path in the directory or archive
-- columns: format: what it was recognised as
-- columns: dialect: its producer, where it shows
-- columns: status: complete, partial, refused
-- columns: reason: why it is partial or refused
-- columns: n_rows: rows that it gave
-- columns: n_warnings: places that were mended or lost
-- columns: warnings: JSON of code, number and first place
-- columns: known_at: when it was taken in
-- columns: source_sha256: digest as written
-- columns: landed_sha256: digest as landed; another one where a secret was taken out
--
-- Every payload of the window with what became of it; what was lost comes first.
select
    completed_at,
    repository,
    run_id,
    run_attempt,
    job,
    artifact,
    path,
    format,
    dialect,
    status,
    reason,
    n_rows,
    n_warnings,
    warnings,
    known_at,
    source_sha256,
    landed_sha256
from stg.sources
where completed_at >= $from and completed_at < $to
order by
    is_lost_report desc, completed_at desc, repository, run_id desc, run_attempt desc, job nulls first,
    artifact nulls first, path, source_sha256

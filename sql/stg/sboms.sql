-- Bills of materials
--
-- kind: stg
-- grain: repository, run_id, run_attempt, workflow, job, artifact, source_sha256
--
-- Unique when written, so nothing is joined or grouped here and every filter reaches the files.
-- `creators` has a line for each, `tools` and `subject_sha256` are by commas: `string_to_array` opens them.
-- Only a bill with `is_complete` shows that something is not in it.
select
    repository,
    run_id,
    run_attempt,
    workflow,
    job,
    artifact,
    report,
    format,
    spec_version,
    name,
    namespace,
    creators,
    tools,
    created_at,
    n_subjects,
    subject_name,
    subject_version,
    subject_kind,
    subject_purl,
    subject_sha256,
    n_packages,
    is_complete,
    completed_at,
    source_sha256
from raw.sboms
where known_at <= $known_at and completed_at <= $as_of

-- Executions of tests
--
-- kind: stg
-- grain: repository, run_id, run_attempt, workflow, job, artifact, source_sha256, test_id, file, execution
--
-- Unique when written, so nothing is joined or grouped here and every filter reaches the files.
-- `leg` tells executions of one test apart that ran side by side: the job where it is known, else the artifact
-- without its attempt's suffix.
select
    repository,
    run_id,
    run_attempt,
    coalesce(job, regexp_replace(artifact, '[-_.]attempt[-_.]?[0-9]+$', ''), '') as leg,
    job,
    artifact,
    report,
    file,
    test_id,
    suite,
    class_name,
    name,
    execution,
    outcome,
    outcome in ('failed', 'error') as is_failed,
    outcome = 'passed' as is_passed,
    retry_evidence,
    duration_ms,
    failure_type,
    message,
    is_quarantined,
    ticket,
    completed_at,
    source_sha256
from raw.test_results
where known_at <= $known_at and completed_at <= $as_of

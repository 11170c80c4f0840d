-- What scans found
--
-- kind: stg
-- grain: repository, run_id, run_attempt, workflow, job, artifact, source_sha256, scan, result
--
-- Unique when written, so nothing is joined or grouped here and every filter reaches the files. One row for each scan
-- that saw a finding; `finding_uid` names it over all of them. `is_suppressed`: put away in the file itself, which
-- changes no clock.
select
    repository,
    run_id,
    run_attempt,
    workflow,
    job,
    artifact,
    report,
    scan,
    result,
    finding_uid,
    identity_basis,
    occurrence,
    class,
    tool_family,
    rule_id,
    rule_name,
    message,
    severity,
    severity_basis,
    is_severity_disputed,
    level,
    security_severity,
    tool_severity,
    path,
    start_line,
    end_line,
    logical_location,
    package,
    purl,
    installed_version,
    vulnerability_id,
    vulnerability_ids,
    commit_sha,
    fingerprints,
    baseline_state,
    suppression,
    coalesce(suppression = 'suppressed', false) as is_suppressed,
    suppression_kind,
    suppression_justification,
    completed_at,
    source_sha256
from raw.findings
where known_at <= $known_at and completed_at <= $as_of

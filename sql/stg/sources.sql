-- Payloads and what became of them
--
-- kind: stg
-- grain: repository, run_id, run_attempt, workflow, job, artifact, source_sha256
--
-- `kind` is what a format tells of: `tests`, `coverage`, `scan`, `sbom`, `attestation` or `configuration`; null for
-- what is no report.
-- `is_lost_report`: the payload may have been a test report and could not be read to its end. Another format, told
-- by its root element, is no loss.
select
    repository,
    run_id,
    run_attempt,
    workflow,
    job,
    artifact,
    path,
    format,
    case
        when format = 'junit' then 'tests'
        when format in ('cobertura', 'jacoco', 'lcov') then 'coverage'
        when format in (
            'buf', 'checkov', 'gitleaks', 'grype', 'licensee', 'mypy', 'oasdiff', 'openapi_diff', 'ort', 'ruff',
            'sarif', 'semgrep', 'shellcheck', 'spectral', 'tfsec', 'trivy', 'yamllint'
        ) then 'scan'
        when format in ('cyclonedx', 'spdx') then 'sbom'
        when format in ('intoto', 'sigstore') then 'attestation'
        when format in ('codeowners', 'dockerfile', 'makefile', 'pre_commit', 'workflow') then 'configuration'
    end as kind,
    parser,
    dialect,
    status,
    reason,
    status <> 'complete' and format in ('junit', 'unknown', 'zip') as is_lost_report,
    size_bytes,
    n_rows,
    n_warnings,
    warnings,
    completed_at,
    known_at,
    source_sha256,
    landed_sha256
from raw.sources
where known_at <= $known_at and completed_at <= $as_of

-- Runs of scanners
--
-- kind: stg
-- grain: repository, run_id, run_attempt, workflow, job, artifact, source_sha256, scan
-- materialize: yes
--
-- Unique when written, so nothing is joined or grouped here and every filter reaches the files.
-- `scanned_at` is when the scan ended by the tool's own clock, else when its job or run completed.
-- Only a scan with `is_complete` proves that something is gone.
-- `is_security` is false for linters, type checkers, and tools that check contracts or licences: what they find has no
-- clock (§21). Of a tool that is not known it is true.
select
    repository,
    run_id,
    run_attempt,
    workflow,
    job,
    artifact,
    report,
    scan,
    tool,
    tool_family,
    tool_family not in (
        'actionlint', 'biome', 'buf', 'clippy', 'eslint', 'hadolint', 'inspectcode', 'licensee', 'mypy', 'oasdiff',
        'openapi-diff', 'ort', 'pylint', 'pyright', 'ruff', 'shellcheck', 'spectral', 'tflint', 'yamllint'
    ) as is_security,
    tool_version,
    rules_sha256,
    category,
    image,
    started_at,
    ended_at,
    coalesce(ended_at, completed_at) as scanned_at,
    execution_successful,
    exit_code,
    completeness,
    completeness = 'complete' as is_complete,
    completeness_reason,
    is_truncated,
    n_results,
    n_findings,
    revision,
    branch,
    completed_at,
    source_sha256
from raw.scans
where known_at <= $known_at and completed_at <= $as_of

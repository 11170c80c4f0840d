-- What reports of linters, type checkers, and checks of contracts and licences tell
--
-- kind: mart
-- spec: CI/CL-001 §7, §9
-- grain: repository, run_id, run_attempt, tool
-- materialize: yes
-- columns: tool: as in `mart.check_steps`
-- columns: is_complete: every report of the tool in this attempt ended well and lists its results
-- columns: n_findings: results that are findings
-- columns: n_errors: of them those of the level `error` that nothing in the file puts away
-- columns: worst: rule and place of the first error, else of the first finding; empty: none
-- columns: source_sha256: digest of the report that tells of it; without a finding of a report that is not complete
--
-- Reports that jobs left which ended in the window, of push, schedule and dispatch on the default branch: those that
-- `mart.default_branch_scans` leaves out. A linter obeys what puts a result away in the file, and most do not list
-- it.
with
runs as (
    select repository, run_id, run_attempt, event, head_sha
    from stg.runs
    where
        event in ('push', 'schedule', 'workflow_dispatch')
        and head_branch = default_branch and head_repository = repository
),
scans as (
    select
        scans.repository,
        scans.run_id,
        scans.run_attempt,
        coalesce(scans.workflow, '') as workflow,
        coalesce(scans.job, '') as job,
        coalesce(scans.artifact, '') as artifact,
        scans.source_sha256,
        scans.scan,
        case scans.tool_family when 'oasdiff' then 'openapi-diff' else scans.tool_family end as tool,
        scans.is_complete,
        scans.completed_at,
        runs.event,
        runs.head_sha
    from stg.scans as scans
    inner join runs
        on scans.repository = runs.repository
        and scans.run_id = runs.run_id
        and scans.run_attempt = runs.run_attempt
    where not scans.is_security and $from <= scans.completed_at and scans.completed_at < $to
),
found as (
    select
        repository,
        run_id,
        run_attempt,
        coalesce(workflow, '') as workflow,
        coalesce(job, '') as job,
        coalesce(artifact, '') as artifact,
        source_sha256,
        scan,
        count(*) as n_findings,
        count(*) filter (where level = 'error' and not is_suppressed) as n_errors,
        first_value(concat_ws(' ', nullif(rule_id, ''), path) order by
            level = 'error' and not is_suppressed desc, path, rule_id, result
        ) as worst
    from stg.findings
    where $from <= completed_at and completed_at < $to
    group by
        repository, run_id, run_attempt, coalesce(workflow, ''), coalesce(job, ''), coalesce(artifact, ''),
        source_sha256, scan
),
results as (
    select
        scans.*,
        coalesce(found.n_findings, 0) as n_findings,
        coalesce(found.n_errors, 0) as n_errors,
        coalesce(found.worst, '') as worst
    from scans
    left join found
        on scans.repository = found.repository
        and scans.run_id = found.run_id
        and scans.run_attempt = found.run_attempt
        and scans.workflow = found.workflow
        and scans.job = found.job
        and scans.artifact = found.artifact
        and scans.source_sha256 = found.source_sha256
        and scans.scan = found.scan
)
select
    repository,
    run_id,
    run_attempt,
    tool,
    max(event) as event,
    max(head_sha) as head_sha,
    max(completed_at) as completed_at,
    count(*) as n,
    bool_and(is_complete) as is_complete,
    sum(n_findings) as n_findings,
    sum(n_errors) as n_errors,
    first_value(worst order by n_errors > 0 desc, n_findings > 0 desc, is_complete, source_sha256, scan) as worst,
    first_value(source_sha256 order by n_errors > 0 desc, n_findings > 0 desc, is_complete, source_sha256, scan)
        as source_sha256
from results
group by repository, run_id, run_attempt, tool

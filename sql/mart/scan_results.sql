-- What each scan of the default branch found
--
-- kind: mart
-- spec: CI/CL-001 §7
-- grain: repository, run_id, run_attempt, stream
-- materialize: yes
-- columns: stream: scans that can be compared: tool, category (else the report's name), image
-- columns: is_complete: every scan of the stream in this attempt ended well and lists its results
-- columns: n_findings: results that are findings, put away in the file or not
-- columns: n_critical_high: of them critical or high
-- columns: n_unknown: of them without a severity that can be told
-- columns: worst: rule and place of the worst finding; empty: none
-- columns: source_sha256: digest of the report that tells of it; without a finding of a report that is not complete
--
-- Scans that ended in the window. A suppression excuses nothing: nothing says who approved it.
with
scans as (
    select * from mart.default_branch_scans where $from <= scanned_at and scanned_at < $to
),
found as (
    select
        scans.repository,
        scans.run_id,
        scans.run_attempt,
        scans.stream,
        findings.source_sha256,
        findings.scan,
        findings.result,
        findings.severity,
        concat_ws(' ', findings.rule_id, findings.path) as place,
        array_position(make_array('critical', 'high', 'unknown', 'medium', 'low', 'none'), findings.severity) as rank
    from scans
    inner join stg.findings as findings
        on scans.repository = findings.repository
        and scans.run_id = findings.run_id
        and scans.run_attempt = findings.run_attempt
        and scans.workflow = coalesce(findings.workflow, '')
        and scans.job = coalesce(findings.job, '')
        and scans.artifact = coalesce(findings.artifact, '')
        and scans.source_sha256 = findings.source_sha256
        and scans.scan = findings.scan
),
counted as (
    select
        repository,
        run_id,
        run_attempt,
        stream,
        count(*) as n_findings,
        count(*) filter (where severity in ('critical', 'high')) as n_critical_high,
        count(*) filter (where severity = 'unknown') as n_unknown,
        first_value(place order by rank, place, source_sha256, scan, result) as worst,
        first_value(source_sha256 order by rank, place, source_sha256, scan, result) as source_sha256
    from found
    group by repository, run_id, run_attempt, stream
),
streams as (
    select
        repository,
        run_id,
        run_attempt,
        stream,
        max(tool_family) as tool_family,
        max(head_sha) as head_sha,
        max(scanned_at) as scanned_at,
        bool_and(is_complete) as is_complete,
        first_value(source_sha256 order by is_complete, scanned_at desc, source_sha256) as source_sha256
    from scans
    group by repository, run_id, run_attempt, stream
)
select
    streams.repository,
    streams.run_id,
    streams.run_attempt,
    streams.stream,
    streams.tool_family,
    streams.head_sha,
    streams.scanned_at,
    streams.is_complete,
    coalesce(counted.n_findings, 0) as n_findings,
    coalesce(counted.n_critical_high, 0) as n_critical_high,
    coalesce(counted.n_unknown, 0) as n_unknown,
    coalesce(counted.worst, '') as worst,
    coalesce(counted.source_sha256, streams.source_sha256) as source_sha256
from streams
left join counted
    on streams.repository = counted.repository
    and streams.run_id = counted.run_id
    and streams.run_attempt = counted.run_attempt
    and streams.stream = counted.stream

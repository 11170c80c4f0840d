-- Findings as scans of the default branch saw them, by stay
--
-- kind: mart
-- spec: CI/CL-001 §21
-- grain: repository, finding_uid, stream, run_id, run_attempt, source_sha256, scan
-- materialize: yes
-- columns: item: names what has a clock: a CVE in a package over all tools, else the finding
-- columns: stay: counts the times that this stream saw it come, from 1
-- columns: clears_from: the first ordinal of the stream whose scan, without it, ends the stay
--
-- Findings of an item that was critical or high at least once. A stay ends at the first advancing scan of the stream,
-- from the newest commit that it was seen on, that does not see it. What an outdated scan sees may begin the first stay
-- and no other; in a stay that is open it may tell that the finding is worse than it was.
with
seen as (
    select
        scans.repository,
        findings.finding_uid,
        case
            when findings.class in ('sca', 'image') and findings.vulnerability_id like 'CVE-%'
                and findings.package is not null
            then findings.vulnerability_id || ' ' || findings.package
            else findings.finding_uid
        end as item,
        scans.stream,
        scans.run_id,
        scans.run_attempt,
        scans.source_sha256,
        scans.scan,
        findings.class,
        scans.tool,
        findings.rule_id,
        findings.path,
        findings.start_line,
        findings.commit_sha,
        findings.logical_location,
        findings.package,
        findings.severity,
        scans.scanned_at,
        scans.position,
        scans.is_outdated,
        scans.is_advancing,
        scans.ordinal,
        scans.clears_from,
        row_number() over (
            partition by
                scans.repository, scans.run_id, scans.run_attempt, scans.workflow, scans.job, scans.artifact,
                scans.source_sha256, scans.scan, findings.finding_uid
            order by findings.severity = 'critical' desc, findings.severity = 'high' desc, findings.result
        ) as nth
    from stg.findings as findings
    inner join mart.default_branch_scans as scans
        on findings.repository = scans.repository
        and findings.run_id = scans.run_id
        and findings.run_attempt = scans.run_attempt
        and coalesce(findings.workflow, '') = scans.workflow
        and coalesce(findings.job, '') = scans.job
        and coalesce(findings.artifact, '') = scans.artifact
        and findings.source_sha256 = scans.source_sha256
        and findings.scan = scans.scan
),
clocked as (
    select repository, item from seen where severity in ('critical', 'high') group by repository, item
),
ordered as (
    select
        seen.*,
        row_number() over (
            partition by seen.repository, seen.finding_uid, seen.stream
            order by seen.scanned_at, seen.position, seen.run_id, seen.run_attempt, seen.source_sha256, seen.scan
        ) as sighting
    from seen
    inner join clocked on seen.repository = clocked.repository and seen.item = clocked.item
    where seen.nth = 1
),
-- An absence lies between two sightings where an advancing scan from `clears_from` on had ended before the second.
gone as (
    select
        *,
        sighting = 1 or not is_outdated as opens,
        coalesce(max(case when sighting = 1 or not is_outdated then clears_from end) over (
            partition by repository, finding_uid, stream order by sighting
            rows between unbounded preceding and 1 preceding
        ) <= ordinal - case when is_advancing then 1 else 0 end, true) as is_gone
    from ordered
),
stays as (
    select
        *,
        sum(case when opens and is_gone then 1 else 0 end) over (
            partition by repository, finding_uid, stream order by sighting rows unbounded preceding
        ) as stay
    from gone
    where opens or not is_gone
)
select
    repository,
    finding_uid,
    item,
    stream,
    run_id,
    run_attempt,
    source_sha256,
    scan,
    class,
    tool,
    rule_id,
    path,
    start_line,
    commit_sha,
    logical_location,
    package,
    severity,
    scanned_at,
    sighting,
    stay,
    clears_from
from stays

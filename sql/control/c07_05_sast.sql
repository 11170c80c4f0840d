-- SAST finds nothing critical or high
--
-- kind: control
-- spec: CI/CL-001 §7
-- adr: adr-008
-- control: cicl-07.05
-- grain: subject
-- severity: high
-- remediation: Fix the finding; let the scan of the default branch end without it.
-- lifecycle: active
--
-- One subject for each scan of source code of the default branch that ended in the window: complete, and at most
-- `sast_critical_high_max` findings that are critical or high, dismissed and suppressed ones among them. Where GitHub
-- says of an analysis of the branch at the same commit by the same tool that it could not read it, the scan shows
-- nothing.
--
-- limits: which languages the repository holds, and which of them the scan covers, is not known.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
broken as (
    select distinct analyses.repository, analyses.commit_sha, analyses.tool_family
    from stg.analyses as analyses
    inner join stg.repositories as repositories
        on analyses.repository = repositories.repository
        and analyses.reference = 'refs/heads/' || repositories.default_branch
    where analyses.error is not null
),
scans as (
    select
        results.*,
        results.n_critical_high as n,
        rules.value as n_max,
        broken.repository is not null as is_broken
    from mart.scan_results as results
    inner join policy as rules
        on rules.name = 'sast_critical_high_max'
        and rules.valid_from <= results.scanned_at and results.scanned_at < rules.valid_to
    left join broken
        on results.repository = broken.repository
        and results.head_sha = broken.commit_sha
        and results.tool_family = broken.tool_family
    where results.tool_family in ('codeql', 'semgrep')
),
silences as (
    select repository, min(from_at) as from_at
    from mart.scan_gaps
    where
        regexp_like(stream, '^(codeql|semgrep) ')
        and from_at < $to and (to_at is null or $from < to_at)
    group by repository
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'scans')
    group by repository
)
select
    concat(repository, ' run ', run_id, ' attempt ', run_attempt, ' ', stream) as subject,
    case when n > n_max then 'fail' when not is_complete or is_broken then 'no_evidence' else 'pass' end as status,
    case
        when n > n_max then concat(n, ' critical or high findings, the first ', worst)
        when not is_complete then 'the scan is not complete'
        when is_broken then 'GitHub could not read the analysis'
        else 'a complete scan without critical or high findings'
    end as reason,
    scanned_at as observed_at,
    concat('commit=', head_sha, ' source=', source_sha256) as evidence
from scans
union all
select
    places.repository as subject,
    'no_evidence' as status,
    case
        when gaps.n > 0 then concat('runs or scans are missing (gaps: ', gaps.n, ')', gaps.needs)
        when silences.repository is not null then concat('no complete scan for too long from ', silences.from_at)
        else 'no scan of source code of the default branch ended in the window'
    end as reason,
    silences.from_at as observed_at,
    '' as evidence
from places
left join silences on places.repository = silences.repository
left join gaps on places.repository = gaps.repository
where
    gaps.n > 0 or silences.repository is not null
    or places.repository not in (select repository from scans)

-- IaC scans find nothing critical or high
--
-- kind: control
-- spec: CI/CL-001 §7
-- adr: adr-008, adr-008n
-- control: cicl-07.07
-- grain: subject
-- severity: high
-- remediation: Fix the misconfiguration; let the scan of the default branch end without it.
-- lifecycle: active
--
-- One subject for each scan of infrastructure code of the default branch that ended in the window: complete, and at
-- most `iac_critical_high_max` findings that are critical or high. A finding whose severity cannot be told counts as
-- high, so that a scanner that names none passes nothing by it. Suppressed findings count.
--
-- limits: which folders the scan covered is not in its report.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
scans as (
    select
        results.*,
        results.n_critical_high + results.n_unknown as n,
        rules.value as n_max
    from mart.scan_results as results
    inner join policy as rules
        on rules.name = 'iac_critical_high_max'
        and rules.valid_from <= results.scanned_at and results.scanned_at < rules.valid_to
    where results.tool_family in ('checkov', 'tfsec')
),
silences as (
    select repository, min(from_at) as from_at
    from mart.scan_gaps
    where
        regexp_like(stream, '^(checkov|tfsec) ')
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
    case when n > n_max then 'fail' when not is_complete then 'no_evidence' else 'pass' end as status,
    case
        when n > n_max then concat(n, ' critical or high misconfigurations, the first ', worst)
        when not is_complete then 'the scan is not complete'
        else 'a complete scan without critical or high misconfigurations'
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
        else 'no scan of infrastructure code of the default branch ended in the window'
    end as reason,
    silences.from_at as observed_at,
    '' as evidence
from places
left join silences on places.repository = silences.repository
left join gaps on places.repository = gaps.repository
where
    gaps.n > 0 or silences.repository is not null
    or places.repository not in (select repository from scans)

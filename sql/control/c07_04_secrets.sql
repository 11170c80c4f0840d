-- No secret in the repository
--
-- kind: control
-- spec: CI/CL-001 §7
-- adr: adr-008
-- control: cicl-07.04
-- grain: subject
-- severity: critical
-- remediation: Revoke the secret, resolve its alert as revoked, and take it out of the code.
-- lifecycle: active
--
-- One subject for each scan for secrets of the default branch that ended in the window: complete, and at most
-- `secrets_max` findings, suppressed ones among them. And one for each secret scanning alert that is open at the end.
-- A span without a complete scan, and alerts that cannot be read, leave the repository without evidence.
--
-- limits: whether the scan saw the whole history is not in its report; an allow-list inside the tool is not seen.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
scans as (
    select results.*, rules.value as n_max
    from mart.scan_results as results
    inner join policy as rules
        on rules.name = 'secrets_max'
        and rules.valid_from <= results.scanned_at and results.scanned_at < rules.valid_to
    where results.tool_family in ('gitleaks', 'trufflehog', 'detect-secrets', 'ggshield')
),
alerts as (
    select repository, number, rule_id, created_at
    from stg.alerts
    where
        kind = 'secret_scanning' and created_at < $to
        and (resolved_at is null or $to <= resolved_at)
),
silences as (
    select repository, min(from_at) as from_at
    from mart.scan_gaps
    where
        regexp_like(stream, '^(gitleaks|trufflehog|detect-secrets|ggshield) ')
        and from_at < $to and (to_at is null or $from < to_at)
    group by repository
),
gaps as (
    select repository, max(reason) || coalesce('; needs ' || max(permission), '') as reason
    from mart.gaps
    where resource = 'secret_alerts'
    group by repository
)
select
    concat(repository, ' run ', run_id, ' attempt ', run_attempt, ' ', stream) as subject,
    case when n_findings > n_max then 'fail' when not is_complete then 'no_evidence' else 'pass' end as status,
    case
        when n_findings > n_max then concat(n_findings, ' findings, the first ', worst)
        when not is_complete then 'the scan is not complete'
        else 'a complete scan without findings'
    end as reason,
    scanned_at as observed_at,
    concat('commit=', head_sha, ' source=', source_sha256) as evidence
from scans
union all
select
    concat(repository, ' secret scanning alert ', number) as subject,
    'fail' as status,
    concat('open since ', created_at) as reason,
    created_at as observed_at,
    concat('alert=', number, ' rule=', coalesce(rule_id, '')) as evidence
from alerts
union all
select
    places.repository as subject,
    'no_evidence' as status,
    case
        when gaps.repository is not null then concat('secret scanning alerts could not be read: ', gaps.reason)
        when silences.repository is not null then concat('no complete scan for too long from ', silences.from_at)
        else 'no scan for secrets of the default branch ended in the window'
    end as reason,
    silences.from_at as observed_at,
    '' as evidence
from places
left join gaps on places.repository = gaps.repository
left join silences on places.repository = silences.repository
where
    gaps.repository is not null or silences.repository is not null
    or places.repository not in (select repository from scans)

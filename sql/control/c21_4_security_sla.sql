-- Critical findings are fixed within 24 hours, high ones within 3 days
--
-- kind: control
-- spec: CI/CL-001 §21
-- control: cicl-21.4
-- grain: subject
-- severity: critical
-- remediation: Fix the finding and let a complete scan of the default branch end without it; revoke a secret.
-- lifecycle: active
--
-- One subject for each clock that was due in the window, or before it and is still open at its end: fixed by its due
-- date. The clock is that of the mart of episodes: no pauses, a dismissal or an acceptance changes nothing. Spans
-- without a complete scan leave the repository without evidence, since something could have gone unseen in them.
--
-- limits: those of the mart. An acceptance with approver and expiry is not collected and shows as a failure.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
episodes as (
    select *, row_number() over (partition by repository, item, started_at order by item_id) as nth
    from mart.finding_episodes
    where
        due_at < $to
        and ($from <= due_at or fixed_at is null or $to <= fixed_at)
),
scanned as (
    select distinct repository from mart.default_branch_scans where is_complete and $from <= scanned_at
),
silences as (
    select repository, count(*) as n, min(from_at) as from_at
    from mart.scan_gaps
    where from_at < $to and (to_at is null or $from < to_at)
    group by repository
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'scans')
    group by repository
)
select
    concat(
        repository, ' ', item, ' since ', started_at, case when nth > 1 then concat(' no. ', nth) else '' end
    ) as subject,
    case when state = 'met' then 'pass' else 'fail' end as status,
    case
        when state = 'met' then concat(severity, ', fixed at ', fixed_at, ', due at ', due_at)
        when fixed_at is null then concat(severity, ', open past ', due_at)
        else concat(severity, ', fixed at ', fixed_at, ', too late for ', due_at)
    end as reason,
    coalesce(fixed_at, due_at) as observed_at,
    concat('source=', first_scan, case when fixing_scan is null then '' else ' fixed_by=' || fixing_scan end)
        as evidence
from episodes
union all
select
    places.repository as subject,
    case
        when gaps.n > 0 or silences.n > 0 or scanned.repository is null then 'no_evidence'
        else 'not_applicable'
    end as status,
    case
        when gaps.n > 0 then concat('runs or scans are missing (gaps: ', gaps.n, ')', gaps.needs)
        when silences.n > 0 then concat('no complete scan for too long, first from ', silences.from_at)
        when scanned.repository is null then 'no complete scan of the default branch in the window'
        else 'nothing was due in the window'
    end as reason,
    silences.from_at as observed_at,
    '' as evidence
from places
left join silences on places.repository = silences.repository
left join gaps on places.repository = gaps.repository
left join scanned on places.repository = scanned.repository
where
    gaps.n > 0 or silences.n > 0 or scanned.repository is null
    or places.repository not in (select repository from episodes)

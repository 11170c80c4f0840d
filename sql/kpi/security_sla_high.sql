-- Security SLA, high
--
-- kind: kpi
-- spec: CI/CL-001 §21
-- owner: security
-- grain: repository
-- unit: percent
-- target: >= sla_met_min
-- since: 1
-- list: sla_breaches
--
-- Items of severity high that were due in the window and fixed in time, over all that were due in it: met, late,
-- and open past their due date. Due 3 days (72 hours) after the first scan of the default branch that saw them had
-- ended: elapsed
-- time, no pauses. Fixed is proven by a later complete scan of the same or a later commit; a secret is fixed by its
-- revocation. `open_breached` are in the value; `open_breaches`, due before the window and still open, are not: with
-- one of them the target is missed. Excluded `scan_gap`: spans of time in which something could have gone unseen.
--
-- limits: a dismissal, an acceptance or a suppression changes no clock. A scan whose rules were narrowed looks like one
-- that finds nothing.
select
    nullif(repository, '') as repository,
    $from as period_start,
    $to as period_end,
    case when n > 0 then cast(met as double) * 100 / cast(n as double) end as value,
    cast(n as bigint) as n,
    cast(null as double) as low,
    cast(null as double) as high,
    excluded,
    met,
    late,
    open_breached,
    open_breaches
from mart.security_sla
where severity = 'high'
order by repository nulls first

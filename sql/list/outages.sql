-- Outages of main
--
-- kind: list
-- spec: CI/CL-001 §21
-- grain: repository, opened_at
-- columns: repository: where
-- columns: opened_at: first failing completion of a required check
-- columns: closed_at: when every red check had succeeded or was required no more; empty: open
-- columns: seconds: how long; of an open one its age at `as_of`
-- columns: is_breach: longer than the target (CI/CL-001 §21: 2 hours)
-- columns: is_rerun_alone: fixed by re-runs of the same commit, hence not in the median
-- columns: n_checks: checks that were red
-- columns: checks: their names
-- columns: opened_on: the commit that it began with
--
-- The rows behind the time to fix a failed main: closed in the window, or open at its end.
select
    outages.repository,
    outages.opened_at,
    outages.closed_at,
    outages.seconds,
    hours_between(outages.opened_at, coalesce(outages.closed_at, $as_of)) >= rules.value as is_breach,
    outages.is_rerun_alone,
    outages.n_checks,
    outages.checks,
    outages.opened_on
from mart.outages as outages
inner join policy as rules
    on rules.name = 'fix_main_max' and rules.valid_from <= outages.opened_at and outages.opened_at < rules.valid_to
where outages.opened_at < $to and (outages.closed_at is null or $from <= outages.closed_at)
order by outages.closed_at is null desc, outages.opened_at desc, outages.repository

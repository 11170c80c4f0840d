-- Gaps by repository and reason
--
-- kind: list
-- grain: repository, resource, reason
-- columns: repository: where
-- columns: resource: what was asked for
-- columns: reason: why it could not be had
-- columns: n: how many are missing
-- columns: from_at: first instant that one may touch; empty: since ever
-- columns: to_at: last instant that one may touch; empty: still
-- columns: observed_at: when one was last asked for
--
-- Open gaps that may touch the window, and runs whose numbers are skipped, counted; `list.gaps` names each.
select
    repository,
    resource,
    reason,
    sum(n) as n,
    case when count(from_at) = count(*) then min(from_at) end as from_at,
    case when count(to_at) = count(*) then max(to_at) end as to_at,
    max(observed_at) as observed_at
from mart.gaps
group by repository, resource, reason
order by n desc, repository, resource, reason

-- Gaps: what could not be had
--
-- kind: list
-- grain: repository, resource, subject
-- columns: repository: where
-- columns: resource: what was asked for
-- columns: subject: which one
-- columns: reason: why it could not be had
-- columns: detail: what the source said
-- columns: run_id: the run, where it is of one
-- columns: run_attempt: its attempt
-- columns: permission: what the credentials lack, where the source refused
-- columns: from_at: first instant that it may touch; empty: since ever
-- columns: to_at: last instant that it may touch; empty: still
-- columns: observed_at: when it was last asked for
--
-- What the source did not give, has not given since, and may touch the window; and where numbers of runs are skipped,
-- `run_numbers`. While a gap is open, a KPI over its time that rests on such evidence is undetermined rather than met.
select
    repository,
    resource,
    subject,
    reason,
    detail,
    run_id,
    run_attempt,
    permission,
    from_at,
    to_at,
    observed_at
from mart.gaps
order by to_at desc nulls first, from_at desc nulls first, repository, resource, subject

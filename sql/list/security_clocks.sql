-- Clocks of findings
--
-- kind: list
-- spec: CI/CL-001 §21
-- grain: repository, item, started_at
-- columns: repository: where
-- columns: item: what it is: a CVE and its package, else its rule and place
-- columns: severity: whose deadline comes first
-- columns: tool: what found it
-- columns: rule_id: rule, as the first scan writes it
-- columns: path: file, or image
-- columns: package: package, without version
-- columns: started_at: end of the scan that saw it first
-- columns: due_at: last instant at which a fix is in time
-- columns: hours_left: until it is due, negative when past; empty when fixed
-- columns: fixed_at: end of the scan that proves it gone; of a secret its revocation; empty: open
-- columns: state: `met`, `late`, `breached`, `open`
-- columns: is_continued: it was gone and came back, so the clock ran on
-- columns: first_scan: digest of the report that started the clock
-- columns: fixing_scan: digest of the report that proves it gone; empty for a secret
--
-- Every item that has, or had, a clock in the window: open ones by due date, then fixed ones, the newest first.
select
    repository,
    item,
    severity,
    tool,
    rule_id,
    path,
    package,
    started_at,
    due_at,
    case when fixed_at is null then hours_between($as_of, due_at) end as hours_left,
    fixed_at,
    state,
    is_continued,
    first_scan,
    fixing_scan
from mart.finding_episodes
where started_at < $to and (fixed_at is null or $from <= fixed_at or $from <= due_at)
order by
    fixed_at is null desc,
    case when fixed_at is null then due_at end,
    fixed_at desc,
    repository,
    item,
    started_at,
    first_scan

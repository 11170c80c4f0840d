-- CodeQL is stopped after 45 minutes
--
-- kind: control
-- spec: CI/CL-001 §12
-- control: cicl-12.3
-- grain: subject
-- severity: medium
-- remediation: Set `timeout-minutes: 45` on each job of CodeQL.
-- lifecycle: active
--
-- One subject for each job of CodeQL: its limit is at most `codeql_timeout`, and so is what it took.
--
-- limits: see the mart.
select subject, status, reason, observed_at, evidence
from mart.job_time_limits
where rule = 'codeql_timeout'

-- Lint and unit tests are stopped after 10 minutes
--
-- kind: control
-- spec: CI/CL-001 §12
-- control: cicl-12.1
-- grain: subject
-- severity: medium
-- remediation: Set `timeout-minutes: 10` on each job that lints, checks types or runs unit tests.
-- lifecycle: active
--
-- One subject for each such job: its limit is at most `lint_unit_timeout`, and so is what it took.
--
-- limits: see the mart.
select subject, status, reason, observed_at, evidence
from mart.job_time_limits
where rule = 'lint_unit_timeout'

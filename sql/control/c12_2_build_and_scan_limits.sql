-- Builds and scans are stopped after 20 minutes
--
-- kind: control
-- spec: CI/CL-001 §12
-- control: cicl-12.2
-- grain: subject
-- severity: medium
-- remediation: Set `timeout-minutes: 20` on each job that builds or scans.
-- lifecycle: active
--
-- One subject for each such job but CodeQL: its limit is at most `build_scan_timeout`, and so is what it took.
--
-- limits: see the mart.
select subject, status, reason, observed_at, evidence
from mart.job_time_limits
where rule = 'build_scan_timeout'

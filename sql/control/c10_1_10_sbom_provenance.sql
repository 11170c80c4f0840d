-- Required check on main: sbom-provenance
--
-- kind: control
-- spec: CI/CL-001 §10
-- adr: adr-008
-- control: cicl-10.1.10
-- grain: subject
-- severity: high
-- remediation: Require the check `sbom-provenance` on the default branch; keep a job or app reporting it.
-- lifecycle: active
--
-- One subject for each repository: whether `sbom-provenance` was required at every instant of the window and is
-- reported.
--
-- limits: see the mart. That some other app could report it is not judged.
select repository as subject, status, reason, observed_at, evidence
from mart.required_check_states
where check_name = 'sbom-provenance'

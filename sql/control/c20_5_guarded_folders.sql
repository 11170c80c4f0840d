-- Changes of security/, iac/ and schemas/ are reviewed before they are merged
--
-- kind: control
-- spec: CI/CL-001 §20
-- control: cicl-20.5
-- grain: subject
-- severity: high
-- remediation: Let nobody merge past the review of code owners, administrators included.
-- lifecycle: active
--
-- One subject for each pull request that was merged into the default branch in the window and touches a guarded folder.
-- Judged as 10.2: an owner of each such file approved its last push, whoever merged it; past the rules is no way.
--
-- limits: as those of `mart.owner_reviews`: members of teams are not known. That the rules of the default branch demand
-- the review is not collected; the subject `rule` says so, so that no repository passes by its habits alone.
select subject, status, reason, observed_at, evidence
from mart.guarded_folder_reviews

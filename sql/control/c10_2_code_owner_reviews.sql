-- Code owners review changes of iac/, schemas/ and security/
--
-- kind: control
-- spec: CI/CL-001 §10
-- adr: adr-008
-- control: cicl-10.2
-- grain: subject
-- severity: high
-- remediation: Name owners of iac/, schemas/ and security/ in CODEOWNERS, and let one of them approve the last push.
-- lifecycle: active
--
-- One subject for each pull request that was merged into the default branch in the window and touches a guarded folder:
-- an owner of each such file approved its last push.
--
-- limits: as those of `mart.owner_reviews`: members of teams are not known. That the rules of the default branch demand
-- the review is not collected; the subject `rule` says so, so that no repository passes by its habits alone.
select subject, status, reason, observed_at, evidence
from mart.guarded_folder_reviews

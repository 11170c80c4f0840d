-- Runs of releases
--
-- kind: mart
-- spec: CI/CL-001 §9, §16
-- grain: repository, run_id
-- columns: repository: where
-- columns: run_id: the run
-- columns: created_at: when it was created
--
-- Of the event `release`, or of the push of a tag `v…`, as `v1.2.0`: GitHub names the tag where it names a branch.
--
-- limits: a branch whose name is that of a version is taken for a tag. A release that is made otherwise, as by hand, is
-- not seen.
select
    repository,
    run_id,
    min(created_at) as created_at
from stg.runs
where event = 'release' or (event = 'push' and regexp_like(head_branch, '^v[0-9]+\.'))
group by repository, run_id

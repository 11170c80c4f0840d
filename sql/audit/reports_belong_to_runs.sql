-- Every report belongs to a known run
--
-- kind: audit
-- grain: repository, run_id, run_attempt
-- severity: fail
--
-- Results of an unknown run are in no population and would be missing from every number.
select results.repository, results.run_id, results.run_attempt, count(*) as n
from stg.test_results as results
left join mart.run_attempts as runs
    on results.repository = runs.repository
    and results.run_id = runs.run_id
    and results.run_attempt = runs.run_attempt
where
    results.completed_at >= $from and results.completed_at < $to
    and runs.run_id is null
group by results.repository, results.run_id, results.run_attempt

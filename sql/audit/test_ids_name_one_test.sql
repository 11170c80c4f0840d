-- A test id names one test
--
-- kind: audit
-- grain: test_id
-- severity: fail
--
-- Two tests with one id would be counted as one: the ids hold 60 bits of a digest.
select test_id, min(name) as name, max(name) as other_name
from stg.test_results
where completed_at >= $from and completed_at < $to
group by test_id
having
    min(name) <> max(name) or min(suite) <> max(suite) or min(class_name) <> max(class_name)
    or min(repository) <> max(repository)

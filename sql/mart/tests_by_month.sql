-- Tests that were executed or skipped, by the months in which they were
--
-- kind: mart
-- grain: repository, test_id, and the month, of which nothing else is told
-- materialize: months
-- columns: is_tagged: a report carried the tag `@flaky`
--
-- An id is a digest of repository, suite, class and name: they are equal in all of its rows.
select
    repository,
    test_id,
    min(suite) as suite,
    min(class_name) as class_name,
    min(name) as name,
    bool_or(is_quarantined) as is_tagged
from stg.test_results
group by repository, test_id

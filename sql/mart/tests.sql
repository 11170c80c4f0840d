-- Tests that were ever executed or skipped, with their names
--
-- kind: mart
-- grain: repository, test_id
-- materialize: yes
-- columns: is_tagged: a report carried the tag `@flaky`
-- columns: test: `class::name`, as lists and issues of quarantine write it; the name alone where there is no class
--
-- An id is a digest of repository, suite, class and name: they are equal in all of its rows.
with
tests as (
    select
        repository,
        test_id,
        min(suite) as suite,
        min(class_name) as class_name,
        min(name) as name,
        bool_or(is_tagged) as is_tagged
    from mart.tests_by_month
    group by repository, test_id
)
select
    repository,
    test_id,
    suite,
    class_name,
    name,
    is_tagged,
    case when class_name = '' then name else concat(class_name, '::', name) end as test
from tests

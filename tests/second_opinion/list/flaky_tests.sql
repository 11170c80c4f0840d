with
names as (
    select repository, test_id, min(suite) as suite, min(class_name) as class_name, min(name) as name
    from test_results
    where completed_at >= window_from() and completed_at < window_to()
    group by all
)
select
    organization(repository) as organization,
    repository, test_id,
    any_value(names.suite) as suite,
    any_value(names.class_name) as class_name,
    any_value(names.name) as name,
    (list(verdicts.grade order by verdicts.grade))[1] as grade,
    count(*) as n_flaky,
    sum(verdicts.n_failed)::bigint as n_failed,
    sum(verdicts.n_passed)::bigint as n_passed,
    max(verdicts.fell_at) as last_flaky_at,
    bool_and(window_tests.is_quarantined) as is_quarantined
from flaky_verdicts as verdicts
join names using (repository, test_id)
join window_tests using (repository, test_id)
group by repository, test_id

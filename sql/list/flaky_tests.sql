-- Flaky tests
--
-- kind: list
-- spec: CI/CL-001 §13
-- grain: repository, test_id
-- window: flaky_window
-- columns: repository: where the test lives
-- columns: test_id: names the test
-- columns: suite: its suite
-- columns: class_name: its class
-- columns: name: its name
-- columns: grade: the strongest evidence: A same run, B equal tree, C head commit of a pull request
-- columns: n_flaky: codes under test on which it both failed and passed, by variant
-- columns: n_failed: failed executions on such codes
-- columns: n_passed: passed executions on such codes
-- columns: last_flaky_at: when the latest of these verdicts fell
-- columns: is_quarantined: carries the tag of CI/CL-001 §13
--
-- The rows behind the flaky test rate: one for each test with a flaky verdict in the window.
with
flaky as (
    select
        repository,
        test_id,
        min(grade) as grade,
        count(*) as n_flaky,
        sum(n_failed) as n_failed,
        sum(n_passed) as n_passed,
        max(verdict_at) as last_flaky_at
    from mart.test_verdicts
    where verdict = 'flaky'
    group by repository, test_id
)
select
    flaky.repository,
    flaky.test_id,
    names.suite,
    names.class_name,
    names.name,
    flaky.grade,
    flaky.n_flaky,
    cast(flaky.n_failed as bigint) as n_failed,
    cast(flaky.n_passed as bigint) as n_passed,
    flaky.last_flaky_at,
    tests.is_quarantined
from flaky
inner join mart.tests as names on flaky.repository = names.repository and flaky.test_id = names.test_id
inner join mart.executed_tests as tests
    on flaky.repository = tests.repository and flaky.test_id = tests.test_id
order by flaky.grade, flaky.n_flaky desc, flaky.repository, flaky.test_id

-- The executions of one test, the newest first.
select
    test_results.completed_at as completed_at,
    test_results.run_id as run_id,
    test_results.run_attempt as run_attempt,
    runs.event as event,
    runs.head_branch as head_branch,
    test_results.execution as execution,
    test_results.outcome as outcome,
    test_results.duration_ms as duration_ms,
    test_results.message as message
from test_results
left join runs
    on test_results.repository = runs.repository
    and test_results.run_id = runs.run_id
    and test_results.run_attempt = runs.run_attempt
where
    test_results.test_id = {test_id}
    and test_results.completed_at >= {from} and test_results.completed_at < {to}
order by completed_at desc, run_id desc, run_attempt desc, execution desc

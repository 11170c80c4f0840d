select
    organization(results.repository) as organization,
    results.repository, results.suite, results.class_name, results.name, results.completed_at, results.run_id,
    results.run_attempt, if(runs.run_id is null, null, coalesce(runs.workflow, '')) as workflow, results.job,
    runs.event, runs.head_branch, runs.head_sha, results.execution, results.outcome, results.retry_evidence,
    results.duration_ms, results.failure_type, results.message, results.is_quarantined, results.ticket,
    results.leg, results.source_sha256, results.test_id
from test_results as results
left join runs
    on runs.repository = results.repository and runs.run_id = results.run_id
    and runs.run_attempt = results.run_attempt
where results.completed_at >= window_from() and results.completed_at < window_to()

-- Executions of one test
--
-- kind: list
-- grain: run_id, run_attempt, source_sha256, leg, execution
-- arguments: test_id
-- columns: repository: where the test lives
-- columns: suite: its suite
-- columns: class_name: its class
-- columns: name: its name
-- columns: completed_at: when its job or run completed
-- columns: run_id: the run
-- columns: run_attempt: its attempt
-- columns: workflow: the workflow
-- columns: job: the job, where known
-- columns: event: what triggered the run
-- columns: head_branch: branch of the head commit
-- columns: head_sha: commit under test
-- columns: execution: counts the executions in one report, from 0
-- columns: outcome: passed, failed, error, skipped
-- columns: retry_evidence: what in the report shows that it was executed more than once
-- columns: duration_ms: milliseconds
-- columns: failure_type: type of the failure or error
-- columns: message: message of the failure, error or skip
-- columns: is_quarantined: carries the tag of CI/CL-001 §13
-- columns: ticket: URL of its ticket
-- columns: leg: job, or artifact without its attempt's suffix
-- columns: source_sha256: digest of the report
--
-- Every execution of the test in the window, newest first; also those that the KPI leaves out.
select
    results.repository,
    results.suite,
    results.class_name,
    results.name,
    results.completed_at,
    results.run_id,
    results.run_attempt,
    runs.workflow,
    results.job,
    runs.event,
    runs.head_branch,
    runs.head_sha,
    results.execution,
    results.outcome,
    results.retry_evidence,
    results.duration_ms,
    results.failure_type,
    results.message,
    results.is_quarantined,
    results.ticket,
    results.leg,
    results.source_sha256
from stg.test_results as results
left join mart.run_attempts as runs
    on results.repository = runs.repository
    and results.run_id = runs.run_id
    and results.run_attempt = runs.run_attempt
where
    results.test_id = $test_id
    and results.completed_at >= $from and results.completed_at < $to
order by
    results.completed_at desc, results.run_id desc, results.run_attempt desc, results.leg,
    results.source_sha256, results.execution desc

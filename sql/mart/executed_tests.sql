-- Tests executed in the window
--
-- kind: mart
-- grain: repository, test_id
-- materialize: yes
--
-- Executions of counted attempts. A skipped test is not executed; `n_executed` is 0 for one that was only skipped.
select
    results.repository,
    results.test_id,
    count(*) filter (where results.outcome <> 'skipped') as n_executed,
    count(*) filter (where results.is_failed) as n_failed,
    bool_or(results.is_quarantined) as is_quarantined,
    max(results.completed_at) as last_completed_at
from stg.test_results as results
inner join mart.counted_attempts as attempts
    on results.repository = attempts.repository
    and results.run_id = attempts.run_id
    and results.run_attempt = attempts.run_attempt
where results.completed_at >= $from and results.completed_at < $to
group by results.repository, results.test_id

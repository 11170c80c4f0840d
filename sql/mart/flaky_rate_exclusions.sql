-- What the flaky test rate leaves out, and why
--
-- kind: mart
-- grain: repository, reason
-- materialize: yes
--
-- What is counted stands with each reason in the closed list of reasons.
select repository, reason, n
from (
    select outcomes.repository, 'infrastructure_event' as reason, count(*) as n
    from mart.attempt_outcomes as outcomes
    inner join mart.run_attempts as runs
        on outcomes.repository = runs.repository
        and outcomes.run_id = runs.run_id
        and outcomes.run_attempt = runs.run_attempt
    where
        outcomes.is_infrastructure_event and runs.population = 'in'
        and outcomes.completed_at >= $from
    group by outcomes.repository
    union all
    select runs.repository, runs.population as reason, count(*) as n
    from mart.run_attempts as runs
    inner join mart.attempt_outcomes as outcomes
        on outcomes.repository = runs.repository
        and outcomes.run_id = runs.run_id
        and outcomes.run_attempt = runs.run_attempt
    where runs.population <> 'in' and outcomes.completed_at >= $from
    group by runs.repository, runs.population
    union all
    select repository, 'skipped' as reason, count(*) as n
    from mart.executed_tests
    where n_executed = 0
    group by repository
    union all
    select sources.repository, 'report_' || sources.status as reason, count(*) as n
    from stg.sources as sources
    inner join mart.run_attempts as runs
        on sources.repository = runs.repository
        and sources.run_id = runs.run_id
        and sources.run_attempt = runs.run_attempt
    where
        sources.is_lost_report and runs.population = 'in'
        and sources.completed_at >= $from and sources.completed_at < $to
    group by sources.repository, sources.status
    union all
    select repository, 'report_missing' as reason, count(*) as n
    from mart.missing_reports
    group by repository
    union all
    select repository, 'evidence_missing' as reason, sum(n) as n
    from mart.missing_evidence
    where evidence in ('runs', 'tests')
    group by repository
) as reasons

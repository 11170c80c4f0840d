-- Run attempts whose tests count
--
-- kind: mart
-- grain: repository, run_id, run_attempt
-- materialize: yes
--
-- In the population, and no infrastructure event.
select
    runs.repository,
    runs.run_id,
    runs.run_attempt,
    runs.workflow,
    runs.event,
    runs.head_sha,
    runs.code,
    runs.grade_across_runs
from mart.run_attempts as runs
inner join mart.attempt_outcomes as outcomes
    on runs.repository = outcomes.repository
    and runs.run_id = outcomes.run_id
    and runs.run_attempt = outcomes.run_attempt
where runs.population = 'in' and not outcomes.is_infrastructure_event

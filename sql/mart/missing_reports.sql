-- Run attempts of the default branch that owe a test report
--
-- kind: mart
-- spec: CI/CL-001 §21
-- grain: repository, run_id, run_attempt
-- materialize: yes
--
-- A required job of a push run, of a name that has left a test report somewhere in the repository, executed and
-- completed in the window, and none of its attempt is here: it was not uploaded, or expired before it was had. A job
-- that was skipped or cancelled owes none. A report that an attempt left and no job can be named for speaks for all of
-- its jobs; one that could not be read is here, and counted elsewhere.
with
test_jobs as (
    select distinct repository, job as name from stg.sources where format = 'junit' and job is not null
),
reports as (
    select distinct repository, run_id, run_attempt, job
    from stg.sources
    where format = 'junit' or is_lost_report
),
owing as (
    select distinct jobs.repository, jobs.run_id, jobs.run_attempt, jobs.name
    from stg.jobs as jobs
    inner join test_jobs on jobs.repository = test_jobs.repository and jobs.name = test_jobs.name
    inner join stg.runs as runs
        on jobs.repository = runs.repository
        and jobs.run_id = runs.run_id
        and jobs.run_attempt = runs.run_attempt
    inner join mart.required_checks as required
        on jobs.repository = required.repository
        and jobs.name = required.context
        and required.valid_from <= jobs.completed_at
        and jobs.completed_at < required.valid_to
    where
        runs.event = 'push' and runs.head_branch = runs.default_branch
        and not jobs.is_copy
        and jobs.conclusion in ('success', 'failure', 'timed_out')
        and $from <= jobs.completed_at and jobs.completed_at < $to
)
select distinct owing.repository, owing.run_id, owing.run_attempt
from owing
left join reports
    on owing.repository = reports.repository
    and owing.run_id = reports.run_id
    and owing.run_attempt = reports.run_attempt
    and owing.name = coalesce(reports.job, owing.name)
where reports.repository is null

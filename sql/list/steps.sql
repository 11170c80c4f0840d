-- Steps of jobs, the slowest first
--
-- kind: list
-- grain: repository, job_id, number
-- columns: repository: where
-- columns: run_id: the run
-- columns: run_attempt: its attempt
-- columns: job: the job
-- columns: number: place of the step in it, from 1
-- columns: name: the step
-- columns: conclusion: how it ended
-- columns: started_at: when it began
-- columns: seconds: how long it took
--
-- Steps that ended in the window, of jobs that ran and are no copies of an earlier attempt's.
select
    steps.repository,
    steps.run_id,
    steps.run_attempt,
    jobs.name as job,
    steps.number,
    steps.name,
    steps.conclusion,
    steps.started_at,
    seconds_between(steps.started_at, steps.completed_at) as seconds
from stg.steps as steps
inner join stg.jobs as jobs on steps.repository = jobs.repository and steps.job_id = jobs.job_id
where
    $from <= steps.completed_at and steps.completed_at < $to
    and steps.conclusion <> 'skipped' and not jobs.is_copy
order by seconds desc, steps.repository, steps.job_id, steps.number

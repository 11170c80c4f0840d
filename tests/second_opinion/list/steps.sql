select
    organization(steps.repository) as organization,
    steps.repository, steps.run_id, steps.run_attempt, jobs.name as job, steps.number, steps.name, steps.conclusion,
    steps.started_at, seconds_from(steps.started_at, steps.completed_at) as seconds
from steps
join jobs using (repository, job_id)
where
    steps.completed_at >= window_from() and steps.completed_at < window_to()
    and steps.conclusion <> 'skipped' and not jobs.is_copy

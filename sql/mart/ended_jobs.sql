-- Jobs that ended in the window
--
-- kind: mart
-- grain: repository, job_id
-- materialize: yes
-- columns: base_name: the name without the leg of a matrix in parentheses
-- columns: is_executed: it was not skipped
--
-- Without the copies that a later attempt repeats, and without placeholders. Kept, since many controls read it and
-- telling the newest observation of each job is costly.
select
    repository,
    job_id,
    run_id,
    run_attempt,
    name,
    regexp_replace(name, ' \(.*\)$', '') as base_name,
    head_sha,
    conclusion,
    conclusion <> 'skipped' as is_executed,
    labels,
    started_at,
    completed_at
from stg.jobs
where
    not is_copy and not is_placeholder
    and $from <= completed_at and completed_at < $to

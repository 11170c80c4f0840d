-- Evidence that could not be had and may touch the window
--
-- kind: mart
-- grain: repository, resource, subject
-- materialize: yes
-- columns: n: things that are missing: one, or the runs of a hole
--
-- What the source did not give and has not given since, and the holes in the numbers of runs: `run_numbers`.
select
    repository,
    resource,
    subject,
    run_id,
    run_attempt,
    from_at,
    to_at,
    reason,
    detail,
    permission,
    observed_at,
    cast(1 as bigint) as n
from stg.gaps
where is_open and (from_at is null or from_at < $to) and (to_at is null or $from <= to_at)
union all
select
    repository,
    'run_numbers' as resource,
    concat(
        coalesce(workflow, cast(workflow_id as varchar)), ' ', from_number,
        case when to_number > from_number then concat(' to ', to_number) else '' end
    ) as subject,
    cast(null as bigint) as run_id,
    cast(null as int) as run_attempt,
    from_at,
    to_at,
    'hole' as reason,
    concat('runs of workflow ', workflow_id, ' that were deleted or never shown') as detail,
    cast(null as varchar) as permission,
    to_at as observed_at,
    n_runs as n
from mart.run_number_holes
where from_at < $to and $from <= to_at

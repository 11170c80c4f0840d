-- Holes in the numbers of a workflow's runs
--
-- kind: mart
-- grain: repository, workflow_id, from_number
-- materialize: yes
-- columns: workflow: its name in the run behind the hole
-- columns: from_number: the first number that is not here
-- columns: to_number: the last one
-- columns: n_runs: runs that are missing
-- columns: from_at: creation of the run before the hole
-- columns: to_at: creation of the run behind it
--
-- GitHub numbers the runs of a workflow one by one as it creates them. A number that is not here, between two that are,
-- is a run that was deleted before it was pulled, or that no pull was shown; it was created between the two. A run of
-- the workflow that is here without a number, as those that were read before numbers were kept, may be it: it fills a
-- place.
with
numbered as (
    select
        repository,
        workflow_id,
        run_number,
        max(workflow) as workflow,
        min(created_at) as created_at
    from stg.runs
    where workflow_id is not null and run_number is not null
    group by repository, workflow_id, run_number
),
neighbours as (
    select
        *,
        lag(run_number) over (partition by repository, workflow_id order by run_number) as number_before,
        lag(created_at) over (partition by repository, workflow_id order by run_number) as created_before
    from numbered
),
holes as (
    select
        repository,
        workflow_id,
        workflow,
        number_before + 1 as from_number,
        run_number - 1 as to_number,
        created_before as from_at,
        created_at as to_at
    from neighbours
    where run_number > number_before + 1
),
unnumbered as (
    select repository, workflow, run_id, min(created_at) as created_at
    from stg.runs
    where run_number is null
    group by repository, workflow, run_id
),
filled as (
    select
        holes.repository,
        holes.workflow_id,
        holes.workflow,
        holes.from_number,
        holes.to_number,
        holes.from_at,
        holes.to_at,
        holes.to_number - holes.from_number + 1 - count(unnumbered.run_id) as n_runs
    from holes
    left join unnumbered
        on holes.repository = unnumbered.repository
        and holes.workflow = unnumbered.workflow
        and holes.from_at <= unnumbered.created_at
        and unnumbered.created_at <= holes.to_at
    group by
        holes.repository,
        holes.workflow_id,
        holes.workflow,
        holes.from_number,
        holes.to_number,
        holes.from_at,
        holes.to_at
)
select * from filled where n_runs > 0

-- What is red on the default branch, and since when.
create table pushed_commits as
with
pushes as (
    select repository, head_sha, min(created_at) as pushed_at
    from runs
    where event = 'push' and is_on_default
    group by all
)
select
    *,
    (
        select count(*) from pushes as before
        where
            before.repository = pushes.repository
            and (before.pushed_at, before.head_sha) <= (pushes.pushed_at, pushes.head_sha)
    ) as place
from pushes;

-- Required checks that executed, in the order in which they spoke: where two speak at once, what is well comes first.
-- A job counts whatever app the rule names, since jobs state none.
create table spoken as
with
spoken as (
    select jobs.repository, jobs.name as context, jobs.head_sha, jobs.job_id as id, jobs.conclusion,
        jobs.completed_at, null::bigint as app_id
    from jobs
    where not is_copy and exists (
        from runs
        where
            runs.repository = jobs.repository and runs.run_id = jobs.run_id and runs.run_attempt = jobs.run_attempt
            and runs.event = 'push' and runs.is_on_default
    )
    union all
    select repository, name, head_sha, check_run_id, conclusion, completed_at, app_id
    from check_runs
)
select
    spoken.repository, spoken.context, spoken.head_sha, commits.place, spoken.id, spoken.completed_at,
    spoken.conclusion <> 'success' as is_failure,
    coalesce((
        select min(ends.ended_at) from requirement_ends as ends
        where
            ends.repository = spoken.repository and ends.context = spoken.context
            and ends.ended_at > spoken.completed_at
    ), timestamp 'infinity') as required_until,
    row_number() over (
        partition by spoken.repository, spoken.context order by spoken.completed_at, is_failure, spoken.id
    ) as nth
from spoken
join pushed_commits as commits using (repository, head_sha)
where
    spoken.completed_at <= as_of()
    and spoken.conclusion in ('success', 'failure', 'timed_out', 'startup_failure')
    and exists (
        from requirements as required
        where
            required.repository = spoken.repository and required.context = spoken.context
            and required.held_from <= spoken.completed_at and spoken.completed_at < required.held_to
            and (spoken.app_id is null or required.app_id is null or required.app_id = spoken.app_id)
    );

-- Each failure that makes its check red, until a success on its commit or a later one, or until nobody asks for it.
-- One that comes after a later commit has held says nothing.
create table failures as
select
    failure.*,
    least(
        coalesce((
            select min(success.completed_at) from spoken as success
            where
                success.repository = failure.repository and success.context = failure.context
                and not success.is_failure and success.place >= failure.place
                and success.completed_at > failure.completed_at
        ), timestamp 'infinity'),
        failure.required_until
    ) as ended_at
from spoken as failure
where failure.is_failure and not exists (
    from spoken as held
    where
        held.repository = failure.repository and held.context = failure.context
        and not held.is_failure and held.place > failure.place and held.nth < failure.nth
);

-- A failure opens an outage, and a red time of its check, where nothing that was red before reaches beyond it.
create table openings as
select
    failures.*,
    not exists (
        from failures as before
        where
            before.repository = failures.repository
            and (before.completed_at, before.context, before.id)
            < (failures.completed_at, failures.context, failures.id)
            and before.ended_at > failures.completed_at
    ) as opens_outage,
    not exists (
        from failures as before
        where
            before.repository = failures.repository and before.context = failures.context
            and (before.completed_at, before.id) < (failures.completed_at, failures.id)
            and before.ended_at > failures.completed_at
    ) as opens_red
from failures;

create table placed_failures as
select
    openings.*,
    (
        select max(first.completed_at) from openings as first
        where
            first.opens_outage and first.repository = openings.repository
            and first.completed_at <= openings.completed_at
    ) as opened_at,
    (
        select max(first.completed_at) from openings as first
        where
            first.opens_red and first.repository = openings.repository and first.context = openings.context
            and first.completed_at <= openings.completed_at
    ) as red_at
from openings;

-- One check's red time. It was a re-run that cleared it where that was on the commit that it turned red on, and it had
-- failed on no newer one.
create table reds as
select
    reds.*,
    ended_at <= as_of() and coalesce(cleared_place = newest_place and first_place = newest_place, false) as is_rerun
from (
    select
        repository, opened_at, context, red_at,
        max(ended_at) as ended_at,
        max(place) as newest_place,
        arg_min(place, (completed_at, id)) as first_place,
        (
            select max(success.place) from spoken as success
            where
                success.repository = failures.repository and success.context = failures.context
                and not success.is_failure and success.completed_at = max(failures.ended_at)
                and success.place >= max(failures.place)
        ) as cleared_place
    from placed_failures as failures
    group by repository, opened_at, context, red_at
) as reds;

create table outages as
select
    repository,
    opened_at,
    if(max(ended_at) <= as_of(), max(ended_at), null) as closed_at,
    seconds_from(opened_at, coalesce(closed_at, as_of())) as seconds,
    count(distinct context) as n_checks,
    string_agg(distinct context, ', ' order by context) as checks,
    bool_and(is_rerun) as is_rerun_alone,
    (
        select arg_min(first.head_sha, (first.completed_at, first.context, first.id))
        from placed_failures as first
        where first.repository = reds.repository and first.opened_at = reds.opened_at
    ) as opened_on
from reds
group by repository, opened_at;

-- Commits with the instant at which a required check first judged them.
create table judged_commits as
select repository, head_sha, min(completed_at) as judged_at from spoken group by all;

-- Sets of required checks of the default branch, each with the span during which it holds.
--
-- A version of a ruleset holds until the next version of it; what was observed of classic protection, or of the active
-- rules of all rulesets, until the next observation. Before everything that is known of an origin its earliest set
-- stands in. Rules as observed count where no version of a ruleset is known. No `as_of`: an edge of what is known is no
-- edge of what held.
create table check_sets as
with
sets as (
    select distinct
        checks.repository, checks.origin, if(checks.origin = 'ruleset', checks.ruleset_id, 0) as ruleset_id,
        coalesce(checks.version_id, 0) as version_id, checks.effective_at
    from raw.required_checks as checks
    join repositories using (repository)
    where
        checks.known_at <= known_at()
        and checks.branch in (
            '~ALL', '~DEFAULT_BRANCH', repositories.default_branch, 'refs/heads/' || repositories.default_branch
        )
),
counted as (
    from sets
    where origin <> 'rules' or not exists (
        from sets as other where other.repository = sets.repository and other.origin = 'ruleset'
    )
),
earliest as (
    select
        *,
        not exists (
            from counted as earlier
            where
                earlier.repository = counted.repository and earlier.origin = counted.origin
                and earlier.effective_at < counted.effective_at
        ) as is_earliest
    from counted
)
select
    *,
    if(is_earliest, timestamp '1970-01-01', effective_at) as held_from,
    coalesce((
        select min(later.effective_at) from counted as later
        where
            later.repository = earliest.repository and later.origin = earliest.origin
            and later.ruleset_id = earliest.ruleset_id
            and (later.effective_at, later.version_id) > (earliest.effective_at, earliest.version_id)
    ), timestamp 'infinity') as held_to
from earliest;

-- A check in each of the sets that require it.
create table requirements as
select distinct sets.repository, checks.context, checks.app_id, sets.held_from, sets.held_to
from check_sets as sets
join raw.required_checks as checks
    on checks.repository = sets.repository and checks.origin = sets.origin
    and if(checks.origin = 'ruleset', checks.ruleset_id, 0) = sets.ruleset_id
    and coalesce(checks.version_id, 0) = sets.version_id
    and checks.effective_at = sets.effective_at
where
    checks.known_at <= known_at() and checks.context is not null and checks.enforcement = 'active'
    and sets.held_from < sets.held_to;

-- For each check each end of a requirement that no other one bridges.
create table requirement_ends as
select distinct repository, context, held_to as ended_at
from requirements as ends
where not exists (
    from requirements as bridge
    where
        bridge.repository = ends.repository and bridge.context = ends.context
        and bridge.held_from <= ends.held_to and ends.held_to < bridge.held_to
);

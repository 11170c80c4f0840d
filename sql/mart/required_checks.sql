-- When each check was required on the default branch
--
-- kind: mart
-- spec: CI/CL-001 §10
-- grain: repository, context, valid_from
-- materialize: yes
--
-- Half-open spans from the versions of rulesets. Classic protection has no history: what was observed holds until the
-- next observation. Before the first known set the earliest known one stands in: before `known_from`. Active rules as
-- observed, which are those of all rulesets at once, count only where no ruleset's history is known. `app_id`: the only
-- app whose report counts; null: any.
--
-- limits: a span that is open ends an hour after `as_of`, one without a known start begins with the epoch.
with
sets as (
    select distinct
        checks.repository,
        checks.origin,
        case when checks.origin = 'ruleset' then coalesce(checks.ruleset_id, 0) else 0 end as ruleset_id,
        coalesce(checks.version_id, 0) as version_id,
        checks.effective_at,
        max(cast(checks.origin = 'ruleset' as int)) over (partition by checks.repository) = 1 as has_history
    from stg.required_checks as checks
    inner join stg.repositories as repositories on checks.repository = repositories.repository
    where checks.branch in (
        '~ALL', '~DEFAULT_BRANCH', repositories.default_branch, 'refs/heads/' || repositories.default_branch
    )
),
counted as (
    select * from sets where origin <> 'rules' or not has_history
),
spans as (
    select
        *,
        effective_at = min(effective_at) over (partition by repository, origin) as is_earliest,
        lead(effective_at) over (
            partition by repository, origin, ruleset_id order by effective_at, version_id
        ) as next_at
    from counted
),
required as (
    select distinct
        spans.repository,
        checks.context,
        checks.app_id,
        case
            when spans.is_earliest then arrow_cast(0, 'Timestamp(Microsecond, Some("UTC"))')
            else spans.effective_at
        end as valid_from,
        coalesce(spans.next_at, plus_hours($as_of, 1)) as valid_to,
        case when spans.is_earliest then spans.effective_at end as known_from
    from spans
    inner join stg.required_checks as checks
        on spans.repository = checks.repository
        and spans.origin = checks.origin
        and spans.ruleset_id = case when checks.origin = 'ruleset' then coalesce(checks.ruleset_id, 0) else 0 end
        and spans.version_id = coalesce(checks.version_id, 0)
        and spans.effective_at = checks.effective_at
    where checks.context is not null and checks.enforcement = 'active'
),
ends as (
    select
        *,
        max(valid_to) over (
            partition by repository, context order by valid_from, valid_to
            rows between unbounded preceding and 1 preceding
        ) as ends_before
    from required
    where valid_from < valid_to
),
islands as (
    select
        *,
        sum(case when ends_before is null or ends_before < valid_from then 1 else 0 end) over (
            partition by repository, context order by valid_from, valid_to rows unbounded preceding
        ) as island
    from ends
)
select
    repository,
    context,
    min(valid_from) as valid_from,
    max(valid_to) as valid_to,
    min(known_from) as known_from,
    case when count(app_id) = count(*) and min(app_id) = max(app_id) then min(app_id) end as app_id
from islands
group by repository, context, island

-- Times during which a required check of the default branch was red
--
-- kind: mart
-- spec: CI/CL-001 §21
-- grain: repository, context, red_at
-- materialize: yes
--
-- A check turns red when it fails, unless a later commit has shown before that it holds. It leaves by an executed
-- success on the one commit that it failed on (`rerun`), or on a later one than it turned red on (`commit`), or when it
-- is required no more (`policy`). `cleared_at` is null while it is red. It turned red by a failure on `reddened_on`;
-- `failed_on` is the newest commit that it failed on.
with
events as (
    select
        *,
        max(case when not is_failed then position end) over (
            partition by repository, context order by completed_at, is_failed, check_id rows unbounded preceding
        ) as succeeded,
        max(case when is_failed then position end) over (
            partition by repository, context order by completed_at, is_failed, check_id rows unbounded preceding
        ) as failed
    from mart.main_checks
),
-- A success on a commit not older than any that failed before clears them all: nothing behind it matters to them.
segments as (
    select
        *,
        coalesce(sum(case when not is_failed and position >= coalesce(failed, 0) then 1 else 0 end) over (
            partition by repository, context order by completed_at, is_failed, check_id
            rows between unbounded preceding and 1 preceding
        ), 0) as segment
    from events
),
failures as (
    select * from segments where is_failed and (succeeded is null or succeeded <= position)
),
successes as (
    select * from segments where not is_failed
),
spans as (
    select
        failures.repository,
        failures.context,
        failures.check_id,
        failures.head_sha,
        failures.position,
        failures.completed_at as red_at,
        min(successes.completed_at) as succeeded_at,
        min(failures.required_until) as required_until
    from failures
    left join successes
        on failures.repository = successes.repository
        and failures.context = successes.context
        and failures.segment = successes.segment
        and failures.position <= successes.position
        and failures.completed_at < successes.completed_at
    group by
        failures.repository, failures.context, failures.check_id, failures.head_sha, failures.position,
        failures.completed_at
),
ended as (
    select
        *,
        least(coalesce(succeeded_at, plus_hours($as_of, 1)), required_until) as ended_at
    from spans
),
ends as (
    select
        *,
        max(ended_at) over (
            partition by repository, context order by red_at, check_id
            rows between unbounded preceding and 1 preceding
        ) as ends_before
    from ended
),
islands as (
    select
        *,
        sum(case when ends_before is null or ends_before <= red_at then 1 else 0 end) over (
            partition by repository, context order by red_at, check_id rows unbounded preceding
        ) as island
    from ends
),
red as (
    select
        repository,
        context,
        min(red_at) as red_at,
        max(position) as position,
        first_value(head_sha order by red_at, check_id) as reddened_on,
        first_value(position order by red_at, check_id) as reddened_position,
        first_value(head_sha order by position desc, red_at desc) as failed_on,
        max(ended_at) as ended_at
    from islands
    group by repository, context, island
),
cleared as (
    select
        red.repository,
        red.context,
        red.red_at,
        first_value(successes.head_sha order by successes.position desc) as cleared_on,
        max(successes.position) as cleared_position
    from red
    inner join successes
        on red.repository = successes.repository
        and red.context = successes.context
        and red.ended_at = successes.completed_at
        and red.position <= successes.position
    group by red.repository, red.context, red.red_at
)
select
    red.repository,
    red.context,
    red.red_at,
    red.reddened_on,
    red.failed_on,
    case when red.ended_at <= $as_of then red.ended_at end as cleared_at,
    cleared.cleared_on,
    case
        when red.ended_at > $as_of then null
        when cleared.cleared_position is null then 'policy'
        when red.reddened_position < red.position then 'commit'
        when cleared.cleared_position = red.position then 'rerun'
        else 'commit'
    end as cleared_by
from red
left join cleared
    on red.repository = cleared.repository
    and red.context = cleared.context
    and red.red_at = cleared.red_at

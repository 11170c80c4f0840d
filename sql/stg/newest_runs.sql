-- Newest observation of each run attempt, of the events of each month
--
-- kind: stg
-- grain: repository, run_id, run_attempt, month
-- materialize: months
--
-- The newest observation is the source's own: completed before running, then the later change, then the later
-- completion, then the digest. The order of arrival plays no part. The earliest time of creation and the latest of
-- completion and of change are those of all of the month's.
with
observed as (
    select *, date_trunc('month', created_at) as month
    from raw.runs
    where known_at <= $known_at and created_at <= $as_of
),
ordered as (
    select
        *,
        row_number() over (
            partition by repository, run_id, run_attempt, month
            order by status = 'completed' desc, updated_at desc nulls last, completed_at desc nulls last,
                source_sha256 desc
        ) as place,
        min(created_at) over (partition by repository, run_id, run_attempt, month) as first_created_at,
        max(completed_at) over (partition by repository, run_id, run_attempt, month) as last_completed_at,
        max(updated_at) over (partition by repository, run_id, run_attempt, month) as last_updated_at
    from observed
)
select * from ordered where place = 1

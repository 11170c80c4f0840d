-- Newest observation of each run attempt
--
-- kind: stg
-- grain: repository, run_id, run_attempt
-- materialize: yes
--
-- The newest observation is the source's own: completed before running, then the later change, then the later
-- completion, then the digest. The order of arrival plays no part. `created_at` is the earliest that was stated, since
-- two folders of one run may state different times. `completed_at` is what was stated: GitHub says it of jobs only. The
-- default branch is the repository's where the run does not say it; a head repository that was
-- deleted is '', and so is a branch that there is not.
with
ordered as (
    select
        *,
        row_number() over (
            partition by repository, run_id, run_attempt
            order by status = 'completed' desc, updated_at desc nulls last, completed_at desc nulls last,
                source_sha256 desc
        ) as place,
        min(created_at) over (partition by repository, run_id, run_attempt) as first_created_at,
        max(completed_at) over (partition by repository, run_id, run_attempt) as last_completed_at,
        max(updated_at) over (partition by repository, run_id, run_attempt) as last_updated_at
    from raw.runs
    where known_at <= $known_at and created_at <= $as_of
),
observed as (
    select * from ordered where place = 1
),
branches as (
    select
        repository,
        first_value(default_branch order by updated_at desc nulls last, source_sha256 desc) as default_branch
    from raw.repositories
    where known_at <= $known_at and created_at <= $as_of
    group by repository
)
select
    observed.repository,
    observed.run_id,
    observed.run_attempt,
    observed.workflow,
    observed.workflow_path,
    observed.event,
    coalesce(observed.head_branch, '') as head_branch,
    coalesce(observed.default_branch, branches.default_branch, '') as default_branch,
    observed.head_sha,
    observed.tree_sha,
    coalesce(observed.head_repository, '') as head_repository,
    observed.status,
    observed.conclusion,
    observed.pull_requests,
    observed.actor,
    observed.first_created_at as created_at,
    observed.started_at,
    observed.last_completed_at as completed_at,
    observed.last_updated_at as updated_at
from observed
left join branches on observed.repository = branches.repository

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
newest as (
    select
        repository,
        run_id,
        run_attempt,
        first_value(month order by
            status = 'completed' desc, updated_at desc nulls last, completed_at desc nulls last, source_sha256 desc
        ) as month,
        min(first_created_at) as first_created_at,
        max(last_completed_at) as last_completed_at,
        max(last_updated_at) as last_updated_at
    from stg.newest_runs
    group by repository, run_id, run_attempt
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
    observed.workflow_id,
    observed.run_number,
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
    newest.first_created_at as created_at,
    observed.started_at,
    newest.last_completed_at as completed_at,
    newest.last_updated_at as updated_at
from newest
inner join stg.newest_runs as observed
    on newest.repository = observed.repository
    and newest.run_id = observed.run_id
    and newest.run_attempt = observed.run_attempt
    and newest.month = observed.month
left join branches on observed.repository = branches.repository

-- Newest observation of each run attempt
--
-- kind: stg
-- grain: repository, run_id, run_attempt
--
-- The newest observation is the source's own: completed before running, then the later change, then the later
-- completion, then the digest. The order of arrival plays no part. `created_at` is the earliest that was stated, since
-- two folders of one run may state different times. `completed_at` is what was stated: GitHub says it of jobs only. The
-- default branch is the repository's where the run does not say it; a head repository that was
-- deleted is '', and so is a branch that there is not.
with
observed as (
    select
        repository,
        run_id,
        run_attempt,
        first_value(workflow order by status = 'completed' desc, updated_at desc nulls last,
            completed_at desc nulls last, source_sha256 desc) as workflow,
        first_value(workflow_path order by status = 'completed' desc, updated_at desc nulls last,
            completed_at desc nulls last, source_sha256 desc) as workflow_path,
        first_value(event order by status = 'completed' desc, updated_at desc nulls last,
            completed_at desc nulls last, source_sha256 desc) as event,
        first_value(head_branch order by status = 'completed' desc, updated_at desc nulls last,
            completed_at desc nulls last, source_sha256 desc) as head_branch,
        first_value(default_branch order by status = 'completed' desc, updated_at desc nulls last,
            completed_at desc nulls last, source_sha256 desc) as default_branch,
        first_value(head_sha order by status = 'completed' desc, updated_at desc nulls last,
            completed_at desc nulls last, source_sha256 desc) as head_sha,
        first_value(tree_sha order by status = 'completed' desc, updated_at desc nulls last,
            completed_at desc nulls last, source_sha256 desc) as tree_sha,
        first_value(head_repository order by status = 'completed' desc, updated_at desc nulls last,
            completed_at desc nulls last, source_sha256 desc) as head_repository,
        first_value(status order by status = 'completed' desc, updated_at desc nulls last,
            completed_at desc nulls last, source_sha256 desc) as status,
        first_value(conclusion order by status = 'completed' desc, updated_at desc nulls last,
            completed_at desc nulls last, source_sha256 desc) as conclusion,
        first_value(pull_requests order by status = 'completed' desc, updated_at desc nulls last,
            completed_at desc nulls last, source_sha256 desc) as pull_requests,
        first_value(actor order by status = 'completed' desc, updated_at desc nulls last,
            completed_at desc nulls last, source_sha256 desc) as actor,
        first_value(started_at order by status = 'completed' desc, updated_at desc nulls last,
            completed_at desc nulls last, source_sha256 desc) as started_at,
        min(created_at) as created_at,
        max(completed_at) as completed_at,
        max(updated_at) as updated_at
    from raw.runs
    where known_at <= $known_at and created_at <= $as_of
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
    observed.created_at,
    observed.started_at,
    observed.completed_at,
    observed.updated_at
from observed
left join branches on observed.repository = branches.repository

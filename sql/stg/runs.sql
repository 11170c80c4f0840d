-- Newest observation of each run attempt
--
-- kind: stg
-- grain: repository, run_id, run_attempt
--
-- The newest observation is the source's own: completed before running, then the later completion, then the
-- digest. The order of arrival plays no part. `created_at` is the earliest that was stated, since two folders of
-- one run may state different times.
select
    repository,
    run_id,
    run_attempt,
    first_value(workflow order by status = 'completed' desc, completed_at desc nulls last,
        source_sha256 desc) as workflow,
    first_value(event order by status = 'completed' desc, completed_at desc nulls last,
        source_sha256 desc) as event,
    first_value(head_branch order by status = 'completed' desc, completed_at desc nulls last,
        source_sha256 desc) as head_branch,
    first_value(default_branch order by status = 'completed' desc, completed_at desc nulls last,
        source_sha256 desc) as default_branch,
    first_value(head_sha order by status = 'completed' desc, completed_at desc nulls last,
        source_sha256 desc) as head_sha,
    first_value(tree_sha order by status = 'completed' desc, completed_at desc nulls last,
        source_sha256 desc) as tree_sha,
    first_value(head_repository order by status = 'completed' desc, completed_at desc nulls last,
        source_sha256 desc) as head_repository,
    min(created_at) as created_at,
    max(completed_at) as completed_at
from raw.runs
where known_at <= $known_at and created_at <= $as_of
group by repository, run_id, run_attempt

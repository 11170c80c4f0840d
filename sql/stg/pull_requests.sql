-- Newest observation of each pull request
--
-- kind: stg
-- grain: repository, number
-- materialize: yes
--
-- The newest observation is the source's own: the later change, then closed before open, then the digest.
-- `merge_commit_sha` before the merge is a trial that no branch holds.
select
    repository,
    number,
    created_at,
    first_value(pull_request_id order by updated_at desc, state = 'closed' desc,
        source_sha256 desc) as pull_request_id,
    first_value(state order by updated_at desc, state = 'closed' desc, source_sha256 desc) as state,
    first_value(is_draft order by updated_at desc, state = 'closed' desc, source_sha256 desc) as is_draft,
    first_value(title order by updated_at desc, state = 'closed' desc, source_sha256 desc) as title,
    first_value(author order by updated_at desc, state = 'closed' desc, source_sha256 desc) as author,
    first_value(labels order by updated_at desc, state = 'closed' desc, source_sha256 desc) as labels,
    first_value(head_branch order by updated_at desc, state = 'closed' desc, source_sha256 desc) as head_branch,
    first_value(head_sha order by updated_at desc, state = 'closed' desc, source_sha256 desc) as head_sha,
    first_value(head_repository order by updated_at desc, state = 'closed' desc,
        source_sha256 desc) as head_repository,
    first_value(base_branch order by updated_at desc, state = 'closed' desc, source_sha256 desc) as base_branch,
    first_value(base_sha order by updated_at desc, state = 'closed' desc, source_sha256 desc) as base_sha,
    first_value(merge_commit_sha order by updated_at desc, state = 'closed' desc,
        source_sha256 desc) as merge_commit_sha,
    first_value(updated_at order by updated_at desc, state = 'closed' desc, source_sha256 desc) as updated_at,
    first_value(closed_at order by updated_at desc, state = 'closed' desc, source_sha256 desc) as closed_at,
    first_value(merged_at order by updated_at desc, state = 'closed' desc, source_sha256 desc) as merged_at
from raw.pull_requests
where known_at <= $known_at and created_at <= $as_of
group by repository, number, created_at

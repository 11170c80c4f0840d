-- Newest observation of each issue
--
-- kind: stg
-- grain: repository, number
-- materialize: yes
--
-- The newest observation is the source's own: the later change, then closed before open, then the digest.
select
    repository,
    number,
    created_at,
    first_value(issue_id order by updated_at desc, state = 'closed' desc, source_sha256 desc) as issue_id,
    first_value(state order by updated_at desc, state = 'closed' desc, source_sha256 desc) as state,
    first_value(state_reason order by updated_at desc, state = 'closed' desc, source_sha256 desc) as state_reason,
    first_value(title order by updated_at desc, state = 'closed' desc, source_sha256 desc) as title,
    first_value(body order by updated_at desc, state = 'closed' desc, source_sha256 desc) as body,
    first_value(author order by updated_at desc, state = 'closed' desc, source_sha256 desc) as author,
    first_value(assignees order by updated_at desc, state = 'closed' desc, source_sha256 desc) as assignees,
    first_value(labels order by updated_at desc, state = 'closed' desc, source_sha256 desc) as labels,
    first_value(url order by updated_at desc, state = 'closed' desc, source_sha256 desc) as url,
    first_value(updated_at order by updated_at desc, state = 'closed' desc, source_sha256 desc) as updated_at,
    first_value(closed_at order by updated_at desc, state = 'closed' desc, source_sha256 desc) as closed_at
from raw.issues
where known_at <= $known_at and created_at <= $as_of
group by repository, number, created_at

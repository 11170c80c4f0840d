-- Newest observation of each repository
--
-- kind: stg
-- grain: repository
-- materialize: yes
--
-- The newest observation is the source's own: the later change, then the later push, then the digest.
select
    repository,
    first_value(repository_id order by updated_at desc nulls last, pushed_at desc nulls last,
        source_sha256 desc) as repository_id,
    first_value(default_branch order by updated_at desc nulls last, pushed_at desc nulls last,
        source_sha256 desc) as default_branch,
    first_value(visibility order by updated_at desc nulls last, pushed_at desc nulls last,
        source_sha256 desc) as visibility,
    first_value(is_archived order by updated_at desc nulls last, pushed_at desc nulls last,
        source_sha256 desc) as is_archived,
    first_value(created_at order by updated_at desc nulls last, pushed_at desc nulls last,
        source_sha256 desc) as created_at,
    first_value(updated_at order by updated_at desc nulls last, pushed_at desc nulls last,
        source_sha256 desc) as updated_at,
    first_value(pushed_at order by updated_at desc nulls last, pushed_at desc nulls last,
        source_sha256 desc) as pushed_at
from raw.repositories
where known_at <= $known_at and created_at <= $as_of
group by repository

-- Newest observation of each deployment
--
-- kind: stg
-- grain: repository, deployment_id
-- materialize: yes
--
-- The newest observation is the source's own: the later change, then the digest.
select
    repository,
    deployment_id,
    created_at,
    first_value(commit_sha order by updated_at desc, source_sha256 desc) as commit_sha,
    first_value(reference order by updated_at desc, source_sha256 desc) as reference,
    first_value(task order by updated_at desc, source_sha256 desc) as task,
    first_value(environment order by updated_at desc, source_sha256 desc) as environment,
    first_value(is_production order by updated_at desc, source_sha256 desc) as is_production,
    first_value(description order by updated_at desc, source_sha256 desc) as description,
    first_value(creator order by updated_at desc, source_sha256 desc) as creator,
    first_value(updated_at order by updated_at desc, source_sha256 desc) as updated_at
from raw.deployments
where known_at <= $known_at and created_at <= $as_of
group by repository, deployment_id, created_at

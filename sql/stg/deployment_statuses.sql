-- Statuses of deployments
--
-- kind: stg
-- grain: repository, status_id
-- materialize: yes
--
-- A status never changes; what differs between two observations is not about it, as the name of who set it.
select
    repository,
    status_id,
    deployment_id,
    created_at,
    first_value(state order by source_sha256) as state,
    first_value(environment order by source_sha256) as environment,
    first_value(description order by source_sha256) as description,
    first_value(creator order by source_sha256) as creator
from raw.deployment_statuses
where known_at <= $known_at and created_at <= $as_of
group by repository, status_id, deployment_id, created_at

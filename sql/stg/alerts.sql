-- Newest observation of each alert
--
-- kind: stg
-- grain: repository, kind, number
-- materialize: yes
--
-- The newest observation is the source's own: the later change, then resolved before open, then the digest.
select
    repository,
    kind,
    number,
    created_at,
    first_value(rule_id order by updated_at desc, state = 'resolved' desc, source_sha256 desc) as rule_id,
    first_value(state order by updated_at desc, state = 'resolved' desc, source_sha256 desc) as state,
    first_value(resolution order by updated_at desc, state = 'resolved' desc, source_sha256 desc) as resolution,
    first_value(validity order by updated_at desc, state = 'resolved' desc, source_sha256 desc) as validity,
    first_value(url order by updated_at desc, state = 'resolved' desc, source_sha256 desc) as url,
    first_value(resolved_by order by updated_at desc, state = 'resolved' desc, source_sha256 desc) as resolved_by,
    first_value(updated_at order by updated_at desc, state = 'resolved' desc, source_sha256 desc) as updated_at,
    first_value(resolved_at order by updated_at desc, state = 'resolved' desc, source_sha256 desc) as resolved_at
from raw.alerts
where known_at <= $known_at and created_at <= $as_of
group by repository, kind, number, created_at

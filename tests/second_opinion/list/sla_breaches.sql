select
    organization(repository) as organization,
    repository, item, severity, tool, rule_id, path, package, started_at, due_at,
    if(fixed_at is null, seconds_from(as_of(), due_at) / 3600, null) as hours_left,
    fixed_at, state, is_continued, first_scan, fixing_scan
from clocks_of_findings
where
    due_at < window_to()
    and if(fixed_at is null, due_at < as_of(), due_at < fixed_at)
    and greatest(coalesce(fixed_at, timestamp 'infinity'), due_at) >= window_from()

select
    organization(repository) as organization,
    repository, resource, subject, reason, detail, run_id, run_attempt, from_at, to_at, observed_at
from gaps
where
    is_open
    and coalesce(from_at, timestamp '-infinity') < window_to()
    and coalesce(to_at, timestamp 'infinity') >= window_from()

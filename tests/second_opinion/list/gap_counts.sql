select
    organization(repository) as organization,
    repository, resource, reason,
    count(*) as n,
    nullif(min(coalesce(from_at, timestamp '-infinity')), timestamp '-infinity') as from_at,
    nullif(max(coalesce(to_at, timestamp 'infinity')), timestamp 'infinity') as to_at,
    max(observed_at) as observed_at
from gaps
where
    is_open
    and coalesce(from_at, timestamp '-infinity') < window_to()
    and coalesce(to_at, timestamp 'infinity') >= window_from()
group by repository, resource, reason

select
    organization(repository) as organization,
    repository, resource, reason,
    sum(n)::bigint as n,
    nullif(min(coalesce(from_at, timestamp '-infinity')), timestamp '-infinity') as from_at,
    nullif(max(coalesce(to_at, timestamp 'infinity')), timestamp 'infinity') as to_at,
    max(observed_at) as observed_at
from missing
group by repository, resource, reason

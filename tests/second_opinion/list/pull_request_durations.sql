select
    organization(repository) as organization,
    repository, number, title, merged_at, seconds, n_heads, n_green, n_superseded, n_not_green, n_too_long
from merged_pulls

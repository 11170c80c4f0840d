select
    organization(repository) as organization,
    repository, opened_at, closed_at, seconds,
    seconds >= 3600 * rule_at('fix_main_max', opened_at) as is_breach,
    is_rerun_alone, n_checks, checks, opened_on
from outages
where opened_at < window_to() and coalesce(closed_at, timestamp 'infinity') >= window_from()

with
kinds as (
    select
        repository, format,
        list({status: status, n_rows: n_rows})
            filter (where completed_at >= window_from() and completed_at < window_to()) as taken,
        max(completed_at) as newest_at,
        max(known_at) as known_at
    from sources
    where format not in ('github_gap', 'mirror_gap')
    group by all
)
select
    organization(repository) as organization,
    repository, format,
    coalesce(len(taken), 0) as n,
    coalesce(list_sum(list_transform(taken, lambda source: source.n_rows)), 0)::bigint as n_rows,
    coalesce(len(list_filter(taken, lambda source: source.status = 'partial')), 0) as n_partial,
    coalesce(len(list_filter(taken, lambda source: source.status = 'refused')), 0) as n_refused,
    newest_at,
    seconds_from(newest_at, as_of()) as lag_seconds,
    format in ('checkov', 'gitleaks', 'grype', 'sarif', 'semgrep', 'tfsec', 'trivy')
        and seconds_from(newest_at, as_of()) > 3600 * rule_at('scan_gap_max', as_of()) as is_silent,
    known_at
from kinds

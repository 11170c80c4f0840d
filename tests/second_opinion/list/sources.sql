select
    organization(repository) as organization,
    completed_at, repository, run_id, run_attempt, job, artifact, path, format, dialect, status, reason, n_rows,
    n_warnings, warnings, known_at, source_sha256, landed_sha256
from sources
where completed_at >= window_from() and completed_at < window_to()

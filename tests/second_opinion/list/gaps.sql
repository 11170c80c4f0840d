select
    organization(repository) as organization,
    repository, resource, subject, reason, detail, run_id, run_attempt, permission, from_at, to_at, observed_at
from missing

select
    organization(repository) as organization,
    repository, run_id, run_attempt, job, name, artifact_id, created_at, expires_at, is_expired, size_bytes, sha256,
    (
        select count(*) from sources
        where
            sources.repository = artifacts.repository and sources.run_id = artifacts.run_id
            and sources.run_attempt = artifacts.run_attempt and sources.artifact = artifacts.name
    ) as n_payloads
from artifacts
where created_at >= window_from() and created_at < window_to()

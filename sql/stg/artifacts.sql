-- Newest observation of each artifact
--
-- kind: stg
-- grain: repository, artifact_id
--
-- Expired before alive, then the digest. `run_attempt` and `job` are told by the time of the upload: null where several
-- can have uploaded it, or none.
select
    repository,
    artifact_id,
    created_at,
    first_value(run_id order by is_expired desc, source_sha256 desc) as run_id,
    first_value(run_attempt order by is_expired desc, source_sha256 desc) as run_attempt,
    first_value(job order by is_expired desc, source_sha256 desc) as job,
    first_value(name order by is_expired desc, source_sha256 desc) as name,
    first_value(size_bytes order by is_expired desc, source_sha256 desc) as size_bytes,
    first_value(sha256 order by is_expired desc, source_sha256 desc) as sha256,
    first_value(is_expired order by is_expired desc, source_sha256 desc) as is_expired,
    first_value(expires_at order by is_expired desc, source_sha256 desc) as expires_at
from raw.artifacts
where known_at <= $known_at and created_at <= $as_of
group by repository, artifact_id, created_at

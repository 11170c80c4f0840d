-- Artifacts that runs left
--
-- kind: list
-- grain: repository, artifact_id
-- columns: repository: where
-- columns: run_id: the run
-- columns: run_attempt: its attempt; empty where the time of the upload does not tell
-- columns: job: the job that uploaded it; empty where the time of the upload does not tell
-- columns: name: its name
-- columns: artifact_id: GitHub's id
-- columns: created_at: when it was uploaded
-- columns: expires_at: when GitHub forgets its content
-- columns: is_expired: its content was gone when it was last seen
-- columns: size_bytes: its size
-- columns: sha256: its digest, as GitHub states it
-- columns: n_payloads: payloads of it that are in the lake
--
-- Uploaded in the window, the newest first. One without payloads had expired, or holds no evidence.
with
payloads as (
    select repository, run_id, artifact, run_attempt, count(*) as n
    from stg.sources
    where artifact is not null
    group by repository, run_id, artifact, run_attempt
)
select
    artifacts.repository,
    artifacts.run_id,
    artifacts.run_attempt,
    artifacts.job,
    artifacts.name,
    artifacts.artifact_id,
    artifacts.created_at,
    artifacts.expires_at,
    artifacts.is_expired,
    artifacts.size_bytes,
    artifacts.sha256,
    coalesce(payloads.n, 0) as n_payloads
from stg.artifacts as artifacts
left join payloads
    on artifacts.repository = payloads.repository
    and artifacts.run_id = payloads.run_id
    and artifacts.run_attempt = payloads.run_attempt
    and artifacts.name = payloads.artifact
where $from <= artifacts.created_at and artifacts.created_at < $to
order by artifacts.created_at desc, artifacts.repository, artifacts.artifact_id

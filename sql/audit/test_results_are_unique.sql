-- No report was added twice
--
-- kind: audit
-- grain: repository, run_id, run_attempt, workflow, job, artifact, source_sha256
-- severity: fail
--
-- Batches go in exactly once; this is the second look: rows of one payload in one context come from one batch.
select
    repository,
    run_id,
    run_attempt,
    workflow,
    job,
    artifact,
    source_sha256,
    min(batch) as first_batch,
    max(batch) as last_batch
from raw.test_results
where completed_at >= $from and completed_at < $to and known_at <= $known_at
group by repository, run_id, run_attempt, workflow, job, artifact, source_sha256
having min(batch) <> max(batch)

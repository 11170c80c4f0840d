-- Images that Dockerfiles name
--
-- kind: stg
-- grain: repository, source_sha256, run_id, run_attempt, workflow, job, artifact, position
--
-- Unique when written. `is_pinned` and `is_latest` are null where the image is not external, or where an argument
-- without a default decides.
select
    repository,
    run_id,
    run_attempt,
    workflow,
    job,
    artifact,
    path,
    position,
    line,
    stage,
    stage_name,
    image_use,
    written,
    image,
    tag,
    digest,
    is_external,
    is_pinned,
    is_latest,
    platform,
    completed_at,
    source_sha256
from raw.dockerfile_images
where known_at <= $known_at and completed_at <= $as_of

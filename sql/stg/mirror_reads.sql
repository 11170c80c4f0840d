-- Mirrored objects that were read back
--
-- kind: stg
-- grain: repository, bucket, key, version_id, read_at
--
-- `equal` is a proof that every byte is there and can be decrypted by whoever read it. `unstated` is not: S3 states no
-- SHA-256, and `read_sha256` is to be compared with what GitHub stated.
select
    repository,
    run_id,
    run_attempt,
    artifact,
    bucket,
    key,
    version_id,
    sample_day,
    sample_seed,
    outcome,
    compared_with,
    stated_sha256,
    read_sha256,
    size_bytes,
    read_bytes,
    storage_class,
    sse_algorithm,
    kms_key_id,
    duration_ms,
    detail,
    last_modified_at,
    read_at,
    source_sha256
from raw.mirror_reads
where known_at <= $known_at and read_at <= $as_of

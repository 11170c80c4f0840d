-- Newest observation of each version of a mirrored object
--
-- kind: stg
-- grain: repository, bucket, key, version_id
-- materialize: yes
--
-- What S3 said last by `as_of`; gone before listed in the same instant. A version that did not change is not observed
-- again until its head is a month old: the complete listings of `stg.mirror_listings` bear witness to it meanwhile.
-- `sha256` is S3's own digest of the content; a composite one is none, and a claimed one is the uploader's word.
select
    repository,
    bucket,
    key,
    version_id,
    last_modified_at,
    first_value(run_id order by observed_at desc, is_listed, source_sha256 desc) as run_id,
    first_value(run_attempt order by observed_at desc, is_listed, source_sha256 desc) as run_attempt,
    first_value(artifact order by observed_at desc, is_listed, source_sha256 desc) as artifact,
    first_value(is_listed order by observed_at desc, is_listed, source_sha256 desc) as is_listed,
    first_value(is_latest order by observed_at desc, is_listed, source_sha256 desc) as is_latest,
    first_value(is_delete_marker order by observed_at desc, is_listed, source_sha256 desc) as is_delete_marker,
    first_value(size_bytes order by observed_at desc, is_listed, source_sha256 desc) as size_bytes,
    first_value(etag order by observed_at desc, is_listed, source_sha256 desc) as etag,
    first_value(storage_class order by observed_at desc, is_listed, source_sha256 desc) as storage_class,
    first_value(is_restore_ongoing order by observed_at desc, is_listed, source_sha256 desc) as is_restore_ongoing,
    first_value(restored_until_at order by observed_at desc, is_listed, source_sha256 desc) as restored_until_at,
    first_value(head_status order by observed_at desc, is_listed, source_sha256 desc) as head_status,
    first_value(checksum_status order by observed_at desc, is_listed, source_sha256 desc) as checksum_status,
    first_value(sha256 order by observed_at desc, is_listed, source_sha256 desc) as sha256,
    first_value(composite_sha256 order by observed_at desc, is_listed, source_sha256 desc) as composite_sha256,
    first_value(other_checksums order by observed_at desc, is_listed, source_sha256 desc) as other_checksums,
    first_value(claimed_sha256 order by observed_at desc, is_listed, source_sha256 desc) as claimed_sha256,
    first_value(sse_algorithm order by observed_at desc, is_listed, source_sha256 desc) as sse_algorithm,
    first_value(kms_key_id order by observed_at desc, is_listed, source_sha256 desc) as kms_key_id,
    first_value(is_bucket_key_enabled order by observed_at desc, is_listed, source_sha256 desc)
        as is_bucket_key_enabled,
    first_value(kms_key_manager order by observed_at desc, is_listed, source_sha256 desc) as kms_key_manager,
    first_value(lock_mode order by observed_at desc, is_listed, source_sha256 desc) as lock_mode,
    first_value(retain_until_at order by observed_at desc, is_listed, source_sha256 desc) as retain_until_at,
    first_value(is_legal_hold order by observed_at desc, is_listed, source_sha256 desc) as is_legal_hold,
    first_value(expires_at order by observed_at desc, is_listed, source_sha256 desc) as expires_at,
    first_value(expiration_rule order by observed_at desc, is_listed, source_sha256 desc) as expiration_rule,
    first_value(replication_status order by observed_at desc, is_listed, source_sha256 desc) as replication_status,
    first_value(observed_at order by observed_at desc, is_listed, source_sha256 desc) as observed_at
from raw.mirror_objects
where known_at <= $known_at and last_modified_at <= $as_of and observed_at <= $as_of
group by repository, bucket, key, version_id, last_modified_at

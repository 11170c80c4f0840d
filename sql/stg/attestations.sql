-- Attestations about artifacts: provenance, SBOMs, signatures
--
-- kind: stg
-- grain: repository, run_id, run_attempt, workflow, job, artifact, source_sha256, statement, subject
--
-- Unique when written, so nothing is joined or grouped here and every filter reaches the files. `is_verified` says that
-- the signature holds, not that its signer is the right one: that is asked of `certificate_issuer` and
-- `certificate_identity`, which are mere claims in every other row.
select
    repository,
    run_id,
    run_attempt,
    workflow,
    job,
    artifact,
    report,
    statement,
    subject,
    n_subjects,
    statement_type,
    predicate_type,
    payload_type,
    payload_type is not null as is_enveloped,
    statement_sha256,
    subject_name,
    subject_sha256,
    subject_sha512,
    subject_digests,
    builder_id,
    build_type,
    source_uri,
    source_repository,
    source_ref,
    source_commit,
    invocation_id,
    started_at,
    finished_at,
    verification,
    verification_reason,
    verification = 'verified' as is_verified,
    trust_root,
    log_evidence,
    log_evidence <> 'none' as is_logged,
    signed_at,
    key_id,
    certificate_issuer,
    certificate_identity,
    certificate_source_uri,
    certificate_source_repository,
    certificate_source_ref,
    certificate_source_commit,
    certificate_build_signer,
    certificate_trigger,
    certificate_run_uri,
    certificate_runner_environment,
    completed_at,
    source_sha256
from raw.attestations
where known_at <= $known_at and completed_at <= $as_of

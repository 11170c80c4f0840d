-- Packages of bills of materials
--
-- kind: stg
-- grain: repository, run_id, run_attempt, workflow, job, artifact, source_sha256, position
--
-- Unique when written, so nothing is joined or grouped here and every filter reaches the files.
-- `license_choices` lets a list of allowed licences be asked without evaluating an expression: `MIT OR (Apache-2.0 AND
-- ISC)` is `Apache-2.0 & ISC | MIT`. A package is allowed where the list has every part of some alternative:
-- alternatives are `string_to_array(license_choices, ' | ')`, their parts `string_to_array(alternative, ' & ')`.
-- Null is unknown, and never allowed: `license_status` and `is_license_valid` tell why.
-- A part is one id, with its `+` or ` WITH exception` where it has one: `Apache-2.0 WITH LLVM-exception`.
select
    repository,
    run_id,
    run_attempt,
    workflow,
    job,
    artifact,
    report,
    position,
    reference,
    name,
    version,
    purpose,
    purl,
    ecosystem,
    license_declared,
    license_concluded,
    license_status,
    license_status = 'valid' as is_license_valid,
    license_basis,
    license,
    license_choices,
    is_root,
    supplier,
    sha256,
    completed_at,
    source_sha256
from raw.packages
where known_at <= $known_at and completed_at <= $as_of

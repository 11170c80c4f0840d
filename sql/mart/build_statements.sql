-- Attestations of builds, and whose word each is
--
-- kind: mart
-- spec: CI/CL-001 §8
-- grain: repository, run_id, run_attempt, source_sha256, statement, subject
-- materialize: yes
-- columns: is_provenance: SLSA provenance
-- columns: is_bill: an SBOM in SPDX, bound to the subject
-- columns: is_package: the subject is a package by the ending of its name, else it counts as an image
-- columns: is_digest: the subject is known by a digest, and not by its name alone
-- columns: is_source: the statement says that this repository was built at the commit of the run; null: it does not say
-- columns: signer: `own`, `builder`, `other`, `key`, `failed`, `unproven`, `unsigned`
--
-- A signature that holds is worth what its signer is. `own`: GitHub's OIDC issuer says that a workflow of the same
-- owner signed in a run of this repository, at the commit and on the ref of this run, and in no other run. `builder`:
-- the same, but the workflow is of another owner, whom nothing here says to be trusted. `other`: anybody else, or
-- another build. `key`: signed by a key without a certificate. Claims of a certificate count where it is verified only.
--
-- What the attempts left that belong to a build, also behind the window. One whose attempt is not known belongs to
-- every build of its run.
with
statements as (
    select
        builds.repository,
        builds.run_id,
        builds.run_attempt,
        builds.head_sha,
        split_part(lower(builds.repository), '/', 1) as owner,
        attestations.source_sha256,
        attestations.statement,
        attestations.subject,
        attestations.statement_type,
        coalesce(starts_with(attestations.predicate_type, 'https://slsa.dev/provenance/'), false) as is_provenance,
        coalesce(starts_with(attestations.predicate_type, 'https://spdx.dev/Document'), false) as is_bill,
        regexp_like(
            lower(coalesce(attestations.subject_name, '')), '\.(whl|gz|tgz|zip|jar|nupkg|gem|crate|deb|rpm)$'
        ) as is_package,
        attestations.subject_name,
        attestations.subject_sha256,
        attestations.subject_sha256 is not null or attestations.subject_sha512 is not null as is_digest,
        lower(attestations.source_uri) = concat('https://github.com/', lower(builds.repository))
        and attestations.source_commit = builds.head_sha as is_source,
        attestations.builder_id,
        attestations.verification,
        attestations.key_id,
        attestations.certificate_issuer as issuer,
        attestations.certificate_identity as identity,
        lower(attestations.certificate_source_uri) = concat('https://github.com/', lower(builds.repository))
        and attestations.certificate_source_commit = builds.head_sha
        and attestations.certificate_source_ref in (
            concat('refs/heads/', builds.head_branch), concat('refs/tags/', builds.head_branch)
        )
        and starts_with(
            lower(attestations.certificate_run_uri || '/'),
            concat('https://github.com/', lower(builds.repository), '/actions/runs/', builds.run_id, '/')
        ) as is_run,
        attestations.completed_at
    from mart.builds as builds
    inner join stg.attestations as attestations
        on builds.repository = attestations.repository
        and builds.run_id = attestations.run_id
        and builds.run_attempt <= coalesce(attestations.run_attempt, builds.run_attempt)
        and (
            builds.next_attempt is null
            or coalesce(attestations.run_attempt, builds.run_attempt) < builds.next_attempt
        )
)
select
    repository,
    run_id,
    run_attempt,
    source_sha256,
    statement,
    subject,
    statement_type is not null as is_statement,
    is_provenance,
    is_bill,
    is_package,
    subject_name,
    subject_sha256,
    is_digest,
    is_source,
    builder_id,
    identity,
    case
        when verification = 'failed' then 'failed'
        when verification = 'unsigned' then 'unsigned'
        when verification <> 'verified' and identity is null and key_id is not null then 'key'
        when verification <> 'verified' then 'unproven'
        when issuer = 'https://token.actions.githubusercontent.com' and is_run is null then 'unproven'
        when coalesce(issuer, '') <> 'https://token.actions.githubusercontent.com' or not is_run then 'other'
        when starts_with(lower(identity), concat('https://github.com/', owner, '/')) then 'own'
        else 'builder'
    end as signer,
    completed_at
from statements

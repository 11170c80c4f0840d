-- Provenance is signed keyless, by a workflow of the organization
--
-- kind: control
-- spec: CI/CL-001 §8
-- adr: adr-008
-- control: cicl-08.11
-- grain: subject
-- severity: high
-- remediation: Sign SLSA provenance with Cosign and the token of the run (`id-token: write`), and upload the bundle.
-- lifecycle: active
--
-- One subject for each run attempt of the default branch or of a release that built something in the window: SLSA
-- provenance of it is here, and its signature holds, by a certificate that GitHub's OIDC issuer vouches for: a workflow
-- of the organization, in this run, at its commit and ref. A signature that does not hold fails, one by a key, and one
-- of anybody else, a fork or another run.
--
-- limits: what is built by steps of other names, and left without provenance, is not seen; hence nothing shows that
-- nothing was built. Bundles in a registry or in GitHub's attestations are not collected; where none is among
-- the artifacts, nothing is shown. Which program signed is not in a bundle. Signers are trusted by owner; a workflow of
-- another owner, as of slsa-github-generator, is no evidence.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
statements as (
    select
        repository,
        run_id,
        run_attempt,
        count(*) filter (where signer = 'failed') as n_failed,
        count(*) filter (where signer = 'other') as n_other,
        count(*) filter (where signer = 'key') as n_key,
        count(*) filter (where signer = 'own' and is_provenance) as n_own,
        count(*) filter (where signer = 'builder' and is_provenance) as n_builder,
        count(*) filter (where is_provenance) as n_provenance,
        first_value(source_sha256 order by
            array_position(make_array('failed', 'other', 'key'), signer), not is_provenance, signer <> 'own',
            completed_at, source_sha256, statement, subject
        ) as source_sha256,
        first_value(subject_sha256 order by
            array_position(make_array('failed', 'other', 'key'), signer), not is_provenance, signer <> 'own',
            completed_at, source_sha256, statement, subject
        ) as subject_sha256,
        first_value(identity order by
            array_position(make_array('failed', 'other', 'key'), signer), not is_provenance, signer <> 'own',
            completed_at, source_sha256, statement, subject
        ) as identity
    from mart.build_statements
    group by repository, run_id, run_attempt
),
judged as (
    select
        builds.*,
        statements.source_sha256,
        statements.subject_sha256,
        statements.identity,
        case
            when statements.n_failed > 0 then 'failed'
            when statements.n_other > 0 then 'other'
            when statements.n_key > 0 then 'key'
            when statements.n_own > 0 then 'own'
            when statements.n_builder > 0 then 'builder'
            when statements.n_provenance > 0 then 'unproven'
            when builds.n_missing > 0 then 'missing'
            else 'none'
        end as finding
    from mart.builds as builds
    left join statements
        on builds.repository = statements.repository
        and builds.run_id = statements.run_id
        and builds.run_attempt = statements.run_attempt
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'jobs', 'attestations')
    group by repository
)
select
    concat(repository, ' run ', run_id, ' attempt ', run_attempt) as subject,
    case
        when finding = 'own' then 'pass'
        when finding in ('failed', 'other', 'key') then 'fail'
        else 'no_evidence'
    end as status,
    case finding
        when 'own' then concat('SLSA provenance, signed by ', identity)
        when 'failed' then 'a signature does not hold'
        when 'other' then concat('signed by another, or for another build: ', coalesce(identity, 'nobody who is named'))
        when 'key' then 'signed by a key, not by the identity of the run'
        when 'builder' then concat('nothing says that the signer is trusted: ', identity)
        when 'unproven' then 'the signature of the provenance cannot be verified with what is here'
        when 'missing' then concat(n_missing, ' artifacts of the run could not be had')
        else 'something was built, and no provenance of it is here'
    end as reason,
    built_at as observed_at,
    concat_ws(
        ' ', concat('commit=', head_sha), 'job=' || job_id, 'source=' || source_sha256, 'digest=' || subject_sha256
    ) as evidence
from judged
union all
select
    places.repository as subject,
    'no_evidence' as status,
    case
        when gaps.n > 0 then concat('runs, jobs or reports are missing (gaps: ', gaps.n, ')', gaps.needs)
        else 'nothing is known to be built on the default branch or for a release in the window'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join gaps on places.repository = gaps.repository
where gaps.n > 0 or places.repository not in (select repository from judged)

-- What is built is attested
--
-- kind: control
-- spec: CI/CL-001 §9
-- adr: adr-008
-- control: cicl-09.7.2
-- grain: subject
-- severity: high
-- remediation: Attest each artifact by its digest in the run that builds it, and upload the bundle.
-- lifecycle: active
--
-- One subject for each run attempt of the default branch or of a release that built something in the window: at least
-- one in-toto statement about a digest is signed by a workflow of the organization in this run, and no signature of the
-- build fails. Where none is here, and no step about attestations executed, nothing was attested; where one did, its
-- attestation may be in a registry, and is no evidence until it is uploaded. An unsigned statement is none.
--
-- limits: what is built by steps of other names, and left without provenance, is not seen; hence nothing shows that
-- nothing was built. Which program signed is not in a bundle. A signature over a file is no attestation.
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
        count(*) filter (where signer = 'own' and is_statement and is_digest) as n_own,
        count(*) filter (where signer = 'own' and is_statement and not is_digest) as n_names,
        count(*) filter (where signer in ('other', 'key')) as n_other,
        count(*) filter (where signer in ('builder', 'unproven')) as n_unproven,
        first_value(source_sha256 order by
            array_position(make_array('failed', 'own', 'other', 'key', 'builder', 'unproven', 'unsigned'), signer),
            not is_digest, completed_at, source_sha256, statement, subject
        ) as source_sha256,
        first_value(subject_sha256 order by
            array_position(make_array('failed', 'own', 'other', 'key', 'builder', 'unproven', 'unsigned'), signer),
            not is_digest, completed_at, source_sha256, statement, subject
        ) as subject_sha256,
        first_value(identity order by
            array_position(make_array('failed', 'own', 'other', 'key', 'builder', 'unproven', 'unsigned'), signer),
            not is_digest, completed_at, source_sha256, statement, subject
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
            when statements.n_own > 0 then 'own'
            when statements.n_unproven > 0 then 'unproven'
            when builds.n_missing > 0 then 'missing'
            when not builds.is_ended then 'running'
            when statements.n_names > 0 then 'name'
            when statements.n_other > 0 then 'other'
            when builds.n_attest_steps > 0 then 'elsewhere'
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
        when finding in ('failed', 'name', 'other', 'none') then 'fail'
        else 'no_evidence'
    end as status,
    case finding
        when 'own' then concat('attested by ', identity)
        when 'failed' then 'the signature of an attestation does not hold'
        when 'name' then 'attested by name, without a digest'
        when 'other' then concat_ws(': ', 'attested only by a key, by another, or for another build', identity)
        when 'unproven' then 'an attestation is here, and whose word it is cannot be shown'
        when 'missing' then concat(n_missing, ' artifacts of the run could not be had')
        when 'running' then 'the run goes on'
        when 'elsewhere' then 'a step attested, and its attestation is not among the artifacts'
        else 'something was built, and no signed attestation was made'
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

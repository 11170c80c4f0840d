-- Whatever is built has an SBOM and provenance
--
-- kind: control
-- spec: CI/CL-001 §7
-- adr: adr-008
-- control: cicl-07.10
-- grain: subject
-- severity: high
-- remediation: Attest the provenance of each artifact, write an SBOM of the same digest, and upload both.
-- lifecycle: active
--
-- One subject for each run attempt of the default branch or of a release that built something in the window: provenance
-- that is signed by a workflow of the organization in this run, and for each digest that it tells of a bill of
-- materials of the same digest: one that states it, or an SBOM in SPDX that is attested with it. A bill that is bound
-- to no digest, as of a folder, fails, and so do other digests, a signature that does not hold or is of another, and
-- nothing at all. What a step may have left elsewhere is no evidence until it is uploaded.
--
-- limits: what is built by steps of other names, and left without provenance, is not seen; hence nothing shows that
-- nothing was built, nor that every artifact has provenance (09.7.3 asks by kind). An attested SBOM is not read.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
digests as (
    select repository, run_id, run_attempt, unnest(string_to_array(subject_sha256, ',')) as sha256
    from mart.build_bills
    where subject_sha256 is not null and is_complete
    union
    select repository, run_id, run_attempt, subject_sha256 as sha256
    from mart.build_statements
    where is_bill and signer = 'own' and subject_sha256 is not null
),
bills as (
    select
        repository,
        run_id,
        run_attempt,
        count(*) as n,
        count(*) filter (where not is_complete) as n_incomplete,
        count(*) filter (where subject_sha256 is not null) as n_bound,
        first_value(source_sha256 order by subject_sha256 is null, not is_complete, completed_at, source_sha256)
            as source_sha256
    from mart.build_bills
    group by repository, run_id, run_attempt
),
statements as (
    select
        told.repository,
        told.run_id,
        told.run_attempt,
        count(*) filter (where told.signer = 'failed') as n_failed,
        count(*) filter (where told.is_provenance and told.signer = 'other') as n_other,
        count(*) filter (where told.is_provenance and told.signer = 'own' and told.is_digest) as n_own,
        count(*) filter (
            where told.is_provenance and told.signer = 'own' and told.is_digest and digests.sha256 is null
        ) as n_without,
        count(*) filter (where told.is_provenance and told.signer in ('builder', 'key', 'unproven')) as n_unproven,
        count(*) filter (where told.is_bill and told.signer = 'own') as n_attested,
        first_value(told.source_sha256 order by
            array_position(make_array('failed', 'other', 'own'), told.signer), not told.is_provenance,
            digests.sha256 is not null, told.completed_at, told.source_sha256, told.statement, told.subject
        ) as source_sha256,
        first_value(told.subject_sha256 order by
            array_position(make_array('failed', 'other', 'own'), told.signer), not told.is_provenance,
            digests.sha256 is not null, told.completed_at, told.source_sha256, told.statement, told.subject
        ) as subject_sha256
    from mart.build_statements as told
    left join digests
        on told.repository = digests.repository
        and told.run_id = digests.run_id
        and told.run_attempt = digests.run_attempt
        and told.subject_sha256 = digests.sha256
    group by told.repository, told.run_id, told.run_attempt
),
judged as (
    select
        builds.*,
        coalesce(statements.source_sha256, bills.source_sha256) as source_sha256,
        statements.subject_sha256,
        statements.n_own,
        case
            when statements.n_failed > 0 then 'failed'
            when statements.n_other > 0 then 'other'
            when statements.n_own > 0 and statements.n_without = 0 then 'both'
            when bills.n_incomplete = bills.n then 'incomplete'
            when builds.n_missing > 0 then 'missing'
            when not builds.is_ended then 'running'
            when bills.n > 0 and bills.n_bound = 0 and coalesce(statements.n_attested, 0) = 0 then 'unbound'
            when statements.n_own > 0 and bills.n is null and statements.n_attested = 0 and builds.n_bill_steps > 0
            then 'bill elsewhere'
            when statements.n_own > 0 and bills.n is null and statements.n_attested = 0 then 'no bill'
            when statements.n_own > 0 then 'mismatch'
            when statements.n_unproven > 0 then 'unproven'
            when builds.n_attest_steps > 0 then 'provenance elsewhere'
            else 'no provenance'
        end as finding
    from mart.builds as builds
    left join statements
        on builds.repository = statements.repository
        and builds.run_id = statements.run_id
        and builds.run_attempt = statements.run_attempt
    left join bills
        on builds.repository = bills.repository
        and builds.run_id = bills.run_id
        and builds.run_attempt = bills.run_attempt
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'jobs', 'sboms', 'attestations')
    group by repository
)
select
    concat(repository, ' run ', run_id, ' attempt ', run_attempt) as subject,
    case
        when finding = 'both' then 'pass'
        when finding in ('failed', 'other', 'unbound', 'no bill', 'mismatch', 'no provenance') then 'fail'
        else 'no_evidence'
    end as status,
    case finding
        when 'both' then concat(n_own, ' artifacts have provenance, and each a bill of materials of its digest')
        when 'failed' then 'the signature of an attestation does not hold'
        when 'other' then 'provenance is signed by another, or for another build'
        when 'unbound' then 'the bill of materials is bound to no digest'
        when 'no bill' then 'what has provenance has no bill of materials'
        when 'mismatch' then 'the bill of materials is of another digest than the provenance'
        when 'no provenance' then 'something was built, and no signed provenance was made'
        when 'incomplete' then 'the bill of materials cannot be read to its end'
        when 'missing' then concat(n_missing, ' artifacts of the run could not be had')
        when 'running' then 'the run goes on'
        when 'bill elsewhere' then 'an SBOM was made, and is not among the artifacts'
        when 'unproven' then 'whose word the provenance is cannot be shown'
        else 'a step attested, and no provenance is among the artifacts'
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

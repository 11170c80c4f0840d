-- Syft's bill of materials is bound to what was built
--
-- kind: control
-- spec: CI/CL-001 §9
-- adr: adr-008
-- control: cicl-09.7.1
-- grain: subject
-- severity: medium
-- remediation: Let Syft scan the image or package that was built, not the folder, or attest the SBOM with its digest.
-- lifecycle: active
--
-- One subject for each run attempt of the default branch or of a release that built something in the window: a bill by
-- Syft in SPDX 2 states the SHA-256 of what it describes, or stands beside an SBOM in SPDX that is attested with a
-- digest and signed by a workflow of the organization in this run. One of a folder is bound to nothing and fails, and
-- so does none at all, unless a step about an SBOM executed, whose bill may be elsewhere.
--
-- limits: what is built by steps of other names, and left without provenance, is not seen; hence nothing shows that
-- nothing was built. That the digest is of what was built is judged with the
-- provenance (07.10). An attested SBOM is not read: that it is the bill beside it is not seen.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
bills as (
    select
        repository,
        run_id,
        run_attempt,
        count(*) as n,
        count(*) filter (where not is_complete) as n_incomplete,
        count(*) filter (where is_syft_spdx) as n_syft,
        count(*) filter (where is_syft_spdx and subject_sha256 is not null) as n_bound,
        first_value(source_sha256 order by
            is_syft_spdx desc, subject_sha256 is null, is_complete desc, completed_at, source_sha256
        ) as source_sha256,
        first_value(subject_sha256 order by
            is_syft_spdx desc, subject_sha256 is null, is_complete desc, completed_at, source_sha256
        ) as subject_sha256,
        first_value(subject_kind order by
            is_syft_spdx desc, subject_sha256 is null, is_complete desc, completed_at, source_sha256
        ) as subject_kind
    from mart.build_bills
    group by repository, run_id, run_attempt
),
attested as (
    select repository, run_id, run_attempt, min(subject_sha256) as subject_sha256
    from mart.build_statements
    where is_bill and is_digest and signer = 'own'
    group by repository, run_id, run_attempt
),
judged as (
    select
        builds.*,
        bills.source_sha256,
        bills.subject_kind,
        coalesce(bills.subject_sha256, attested.subject_sha256) as subject_sha256,
        case
            when bills.n_bound > 0 then 'stated'
            when bills.n_syft > 0 and attested.repository is not null then 'attested'
            when bills.n_incomplete = bills.n then 'incomplete'
            when builds.n_missing > 0 then 'missing'
            when not builds.is_ended then 'running'
            when bills.n_syft > 0 then 'unbound'
            when bills.n > 0 then 'other'
            when builds.n_bill_steps > 0 or attested.repository is not null then 'elsewhere'
            else 'none'
        end as finding
    from mart.builds as builds
    left join bills
        on builds.repository = bills.repository
        and builds.run_id = bills.run_id
        and builds.run_attempt = bills.run_attempt
    left join attested
        on builds.repository = attested.repository
        and builds.run_id = attested.run_id
        and builds.run_attempt = attested.run_attempt
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
        when finding in ('stated', 'attested') then 'pass'
        when finding in ('unbound', 'other', 'none') then 'fail'
        else 'no_evidence'
    end as status,
    case finding
        when 'stated' then 'Syft''s bill of materials states the digest of what it describes'
        when 'attested' then 'an SBOM in SPDX is attested with a digest, beside Syft''s bill of materials'
        when 'incomplete' then 'the bill of materials cannot be read to its end'
        when 'missing' then concat(n_missing, ' artifacts of the run could not be had')
        when 'running' then 'the run goes on'
        when 'unbound'
        then concat('Syft''s bill of materials is bound to no digest', coalesce(': it is of a ' || subject_kind, ''))
        when 'other' then 'no bill of materials is SPDX 2 by Syft'
        when 'elsewhere' then 'an SBOM was made, and Syft''s bill of materials is not among the artifacts'
        else 'something was built, and no SBOM was made'
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

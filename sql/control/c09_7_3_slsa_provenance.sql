-- Images and packages have SLSA provenance
--
-- kind: control
-- spec: CI/CL-001 §9
-- adr: adr-008
-- control: cicl-09.7.3
-- grain: subject
-- severity: high
-- remediation: Make SLSA provenance of the image and of each package in the run that builds them, and upload it.
-- lifecycle: active
--
-- One subject for each run attempt of the default branch or of a release that built something in the window: provenance
-- that is signed by a workflow of the organization in this run, about a digest, names a builder, and this repository at
-- the commit of the run as its source; an image has one where one was built, and a package where one was. Provenance of
-- another source, or signed by another, fails, and a signature that does not hold. Where it is missing and no step
-- about attestations executed, none was made; where one did, it may be in a registry.
--
-- limits: what is built by steps of other names, and left without provenance, is not seen; hence nothing shows that
-- nothing was built. A subject is a package by the ending of its name, else an image. How many of each were built is
-- not known: one of a kind is asked for.
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
        count(*) filter (where is_provenance and signer = 'failed') as n_failed,
        count(*) filter (where is_provenance and signer in ('other', 'key')) as n_other,
        count(*) filter (where is_provenance and signer = 'own' and not is_source) as n_elsewhere,
        count(*) filter (where is_provenance and signer in ('own', 'builder', 'unproven')) as n,
        count(*) filter (
            where is_provenance and signer = 'own' and is_digest and builder_id is not null and is_source
            and not is_package
        ) as n_images,
        count(*) filter (
            where is_provenance and signer = 'own' and is_digest and builder_id is not null and is_source
            and is_package
        ) as n_packages,
        first_value(source_sha256 order by
            not is_provenance, array_position(make_array('failed', 'other'), signer), coalesce(is_source, true),
            signer <> 'own', completed_at, source_sha256, statement, subject
        ) as source_sha256,
        first_value(subject_sha256 order by
            not is_provenance, array_position(make_array('failed', 'other'), signer), coalesce(is_source, true),
            signer <> 'own', completed_at, source_sha256, statement, subject
        ) as subject_sha256
    from mart.build_statements
    group by repository, run_id, run_attempt
),
judged as (
    select
        builds.*,
        statements.source_sha256,
        statements.subject_sha256,
        coalesce(statements.n_images, 0) as n_images,
        coalesce(statements.n_packages, 0) as n_packages,
        case
            when statements.n_failed > 0 then 'failed'
            when statements.n_other > 0 then 'other'
            when statements.n_elsewhere > 0 then 'source'
            when
                (statements.n_images > 0 or not builds.is_image)
                and (statements.n_packages > 0 or not builds.is_package)
            then 'covered'
            when builds.n_missing > 0 then 'missing'
            when not builds.is_ended then 'running'
            when statements.n > statements.n_images + statements.n_packages then 'unproven'
            when statements.n_images + statements.n_packages > 0 then 'half'
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
        when finding = 'covered' then 'pass'
        when finding in ('failed', 'other', 'source', 'half', 'none') then 'fail'
        else 'no_evidence'
    end as status,
    case finding
        when 'covered' then concat('provenance: images ', n_images, ', packages ', n_packages)
        when 'failed' then 'the signature of provenance does not hold'
        when 'other' then 'provenance is signed by a key, by another, or for another build'
        when 'source' then 'provenance tells of another repository or commit than the run built'
        when 'half' then
            case when n_images = 0 then 'the package has provenance, and the image has none'
                else 'the image has provenance, and the package has none' end
        when 'unproven' then 'whose word provenance is, or of which source it tells, cannot be shown'
        when 'missing' then concat(n_missing, ' artifacts of the run could not be had')
        when 'running' then 'the run goes on'
        when 'elsewhere' then 'a step attested, and no provenance is among the artifacts'
        else 'something was built, and no signed provenance was made'
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

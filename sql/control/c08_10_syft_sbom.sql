-- Syft writes the bill of materials, as SPDX JSON
--
-- kind: control
-- spec: CI/CL-001 §8
-- adr: adr-008
-- control: cicl-08.10
-- grain: subject
-- severity: medium
-- remediation: Let Syft write SPDX JSON of what the run builds, and upload it.
-- lifecycle: active
--
-- One subject for each run attempt of the default branch or of a release that built something in the window: among what
-- it and the attempts that keep its build left, a bill of materials is SPDX 2 by Syft, read to its end. CycloneDX, or
-- another tool, alone fails.
--
-- limits: what is built by steps of other names, and left without provenance, is not seen; hence nothing shows that
-- nothing was built. Who made a bill is what it says of itself.
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
        count(*) filter (where is_syft_spdx) as n_syft,
        count(*) filter (where not is_complete) as n_incomplete,
        first_value(source_sha256 order by is_syft_spdx desc, is_complete desc, completed_at, source_sha256)
            as source_sha256,
        first_value(concat_ws(' ', format, spec_version) order by
            is_syft_spdx desc, is_complete desc, completed_at, source_sha256
        ) as format,
        first_value(tools order by is_syft_spdx desc, is_complete desc, completed_at, source_sha256) as tools
    from mart.build_bills
    group by repository, run_id, run_attempt
),
judged as (
    select
        builds.*,
        bills.source_sha256,
        bills.format,
        bills.tools,
        case
            when bills.n_syft > 0 then 'syft'
            when bills.n is null then 'none'
            when bills.n_incomplete = bills.n then 'incomplete'
            when builds.n_missing > 0 then 'missing'
            when not builds.is_ended then 'running'
            else 'other'
        end as finding
    from mart.builds as builds
    left join bills
        on builds.repository = bills.repository
        and builds.run_id = bills.run_id
        and builds.run_attempt = bills.run_attempt
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'jobs', 'sboms')
    group by repository
)
select
    concat(repository, ' run ', run_id, ' attempt ', run_attempt) as subject,
    case finding when 'syft' then 'pass' when 'other' then 'fail' else 'no_evidence' end as status,
    case finding
        when 'syft' then concat('Syft wrote it, as ', format)
        when 'other' then concat('the bill of materials is ', format, ', by ', coalesce(tools, 'nobody who is named'))
        when 'incomplete' then 'the bill of materials cannot be read to its end'
        when 'missing' then concat(n_missing, ' artifacts of the run could not be had')
        when 'running' then 'the run goes on'
        else 'something was built, and no bill of materials is here'
    end as reason,
    built_at as observed_at,
    concat_ws(' ', concat('commit=', head_sha), 'job=' || job_id, 'source=' || source_sha256) as evidence
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

-- Secrets are looked for by Gitleaks
--
-- kind: control
-- spec: CI/CL-001 §8
-- adr: adr-008
-- control: cicl-08.06
-- grain: subject
-- severity: medium
-- remediation: Run Gitleaks on the default branch and upload its report.
-- lifecycle: active
--
-- One subject for each repository: a report in the window whose driver is Gitleaks, whatever the file is called. Only
-- another scanner for secrets is a failure.
--
-- limits: an approved successor is named nowhere; until one is, another tool fails.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
summed as (
    select
        repository,
        count(*) filter (where tool_family = 'gitleaks') as n_gitleaks,
        max(case when tool_family <> 'gitleaks' then tool_family end) as other_tool,
        first_value(concat('commit=', head_sha, ' source=', source_sha256)
            order by tool_family = 'gitleaks' desc, scanned_at desc, source_sha256) as place,
        max(scanned_at) as scanned_at
    from mart.scan_results
    where tool_family in ('gitleaks', 'trufflehog', 'detect-secrets', 'ggshield')
    group by repository
)
select
    places.repository as subject,
    case
        when summed.n_gitleaks > 0 then 'pass'
        when summed.other_tool is not null then 'fail'
        else 'no_evidence'
    end as status,
    case
        when summed.n_gitleaks > 0 then concat(summed.n_gitleaks, ' scans by Gitleaks')
        when summed.other_tool is not null then concat('only ', summed.other_tool, ' looks for secrets')
        else 'no scan for secrets of the default branch in the window'
    end as reason,
    summed.scanned_at as observed_at,
    coalesce(summed.place, '') as evidence
from places
left join summed on places.repository = summed.repository

-- SAST is done by CodeQL
--
-- kind: control
-- spec: CI/CL-001 §8
-- adr: adr-008
-- control: cicl-08.05
-- grain: subject
-- severity: medium
-- remediation: Run CodeQL on the default branch; other scanners of source code may run beside it.
-- lifecycle: active
--
-- One subject for each repository: a complete CodeQL scan of the default branch in the window, by its own report or by
-- GitHub's word of the analysis. Only another scanner of source code is a failure.
--
-- limits: that a repository holds no language that CodeQL knows is not known, so it is left without evidence.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
branches as (
    select repository, 'refs/heads/' || default_branch as reference from stg.repositories
),
evidence as (
    select
        repository,
        tool_family,
        is_complete,
        scanned_at,
        concat('commit=', head_sha, ' source=', source_sha256) as evidence
    from mart.scan_results
    union all
    select
        analyses.repository,
        analyses.tool_family,
        analyses.is_complete,
        analyses.created_at as scanned_at,
        concat('commit=', analyses.commit_sha, ' analysis=', analyses.analysis_id) as evidence
    from stg.analyses as analyses
    inner join branches
        on analyses.repository = branches.repository and analyses.reference = branches.reference
    where $from <= analyses.created_at and analyses.created_at < $to
),
summed as (
    select
        repository,
        count(*) filter (where tool_family = 'codeql' and is_complete) as n_complete,
        count(*) filter (where tool_family = 'codeql') as n_codeql,
        max(case when tool_family <> 'codeql' then tool_family end) as other_tool,
        first_value(evidence order by tool_family = 'codeql' desc, is_complete desc, scanned_at desc, evidence)
            as place,
        max(scanned_at) as scanned_at
    from evidence
    where tool_family in ('codeql', 'semgrep', 'bandit', 'gosec', 'sonarqube', 'snyk code')
    group by repository
),
gaps as (
    select repository, max(reason) || coalesce('; needs ' || max(permission), '') as reason
    from mart.gaps
    where resource = 'analyses'
    group by repository
)
select
    places.repository as subject,
    case
        when summed.n_complete > 0 then 'pass'
        when summed.n_codeql > 0 or gaps.repository is not null then 'no_evidence'
        when summed.other_tool is not null then 'fail'
        else 'no_evidence'
    end as status,
    case
        when summed.n_complete > 0 then concat(summed.n_complete, ' complete CodeQL scans')
        when summed.n_codeql > 0 then 'no CodeQL scan is complete'
        when gaps.repository is not null then concat('analyses could not be read: ', gaps.reason)
        when summed.other_tool is not null then concat('only ', summed.other_tool, ' scans the source code')
        else 'no scan of source code of the default branch in the window'
    end as reason,
    summed.scanned_at as observed_at,
    coalesce(summed.place, '') as evidence
from places
left join summed on places.repository = summed.repository
left join gaps on places.repository = gaps.repository

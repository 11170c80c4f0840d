-- Evidence of the window that is missing, by what it would tell of
--
-- kind: mart
-- grain: repository, evidence
-- materialize: yes
-- columns: n: things that are missing
-- columns: needs: which permissions would mend it, as `; needs Issues: read`; empty where none would
--
-- `evidence`: `runs`, `jobs`, `check_runs`, `required_checks`, `pull_requests`, `issues`, `quarantine_lists`,
-- `workflow_files` (of commits that ran), `repository_files` (of the default branch's head), `pull_files` and
-- `pull_reviews` (of merged pull requests), `code_owners` (of their bases), `deployments` (with what became of them),
-- `caches` (with the limit of their retention), `artifacts` (their listings), or what reports tell of: `tests`,
-- `coverage`, `scans`, `sboms`, `attestations`. A number that rests on one of them is no pass while it is missing. An
-- artifact may hold reports of each kind that others of its name hold, and of every kind where none is known.
with
held as (
    select
        repository,
        artifact as name,
        bool_or(kind = 'tests' or is_lost_report) as has_tests,
        bool_or(kind = 'coverage') as has_coverage,
        bool_or(kind = 'scan') as has_scans,
        bool_or(kind = 'sbom') as has_sboms,
        bool_or(kind = 'attestation') as has_attestations
    from stg.sources
    where artifact is not null
    group by repository, artifact
),
artifacts as (
    select
        gaps.repository,
        gaps.n,
        gaps.permission,
        coalesce(held.has_tests, held.name is null) as has_tests,
        coalesce(held.has_coverage, held.name is null) as has_coverage,
        coalesce(held.has_scans, held.name is null) as has_scans,
        coalesce(held.has_sboms, held.name is null) as has_sboms,
        coalesce(held.has_attestations, held.name is null) as has_attestations
    from mart.gaps as gaps
    left join stg.artifacts as artifacts
        on gaps.repository = artifacts.repository
        and gaps.subject = concat('artifact ', artifacts.artifact_id)
    left join held on artifacts.repository = held.repository and artifacts.name = held.name
    where gaps.resource = 'artifact'
),
missing as (
    select
        repository,
        case
            when resource in ('repository', 'runs', 'run', 'attempt', 'run_numbers') then 'runs'
            when resource in ('protection', 'rules', 'rulesets', 'ruleset_history') then 'required_checks'
            when resource in ('pulls', 'pull_commits') then 'pull_requests'
            when resource in ('caches', 'cache_retention') then 'caches'
            when resource in ('deployments', 'deployment_statuses') then 'deployments'
            when resource in ('analyses', 'secret_alerts', 'alert_locations') then 'scans'
            else resource
        end as evidence,
        n,
        permission
    from mart.gaps
    where resource <> 'artifact'
    union all
    select gaps.repository, reports.evidence, gaps.n, gaps.permission
    from mart.gaps as gaps
    cross join (values ('tests'), ('coverage'), ('scans'), ('sboms'), ('attestations')) as reports (evidence)
    where gaps.resource = 'artifacts'
    union all
    select repository, 'tests' as evidence, n, permission from artifacts where has_tests
    union all
    select repository, 'coverage' as evidence, n, permission from artifacts where has_coverage
    union all
    select repository, 'scans' as evidence, n, permission from artifacts where has_scans
    union all
    select repository, 'sboms' as evidence, n, permission from artifacts where has_sboms
    union all
    select repository, 'attestations' as evidence, n, permission from artifacts where has_attestations
)
select
    repository,
    evidence,
    cast(sum(n) as bigint) as n,
    coalesce('; needs ' || string_agg(distinct permission, ', ' order by permission), '') as needs
from missing
group by repository, evidence

-- What could not be had from its source, and whether it still cannot
--
-- kind: stg
-- grain: repository, resource, subject
-- materialize: yes
--
-- The newest observation wins; had at last wins over lost in the same instant. No `as_of`: what was found out later
-- about a time before `as_of` is a gap in that time all the same. KPIs compare `from_at` and `to_at` with their window;
-- null reaches to every instant on that side. `permission`: what the credentials lack where the source refused, as
-- GitHub names it.
with
newest as (
    select
        repository,
        resource,
        subject,
        first_value(run_id order by observed_at desc, is_open, source_sha256 desc) as run_id,
        first_value(run_attempt order by observed_at desc, is_open, source_sha256 desc) as run_attempt,
        first_value(from_at order by observed_at desc, is_open, source_sha256 desc) as from_at,
        first_value(to_at order by observed_at desc, is_open, source_sha256 desc) as to_at,
        first_value(is_open order by observed_at desc, is_open, source_sha256 desc) as is_open,
        first_value(reason order by observed_at desc, is_open, source_sha256 desc) as reason,
        first_value(detail order by observed_at desc, is_open, source_sha256 desc) as detail,
        first_value(observed_at order by observed_at desc, is_open, source_sha256 desc) as observed_at
    from raw.gaps
    where known_at <= $known_at
    group by repository, resource, subject
)
select
    *,
    case
        when reason <> 'forbidden' then null
        when resource in ('protection', 'ruleset_history', 'cache_retention') then 'Administration: read'
        when resource in ('repository', 'rules', 'rulesets') then 'Metadata: read'
        when resource in ('runs', 'run', 'attempt', 'jobs', 'artifacts', 'artifact', 'caches') then 'Actions: read'
        when resource in ('pulls', 'pull_commits', 'pull_files', 'pull_reviews') then 'Pull requests: read'
        when resource = 'check_runs' then 'Checks: read'
        when resource = 'issues' then 'Issues: read'
        when resource in ('quarantine_lists', 'workflow_files', 'repository_files', 'code_owners') then 'Contents: read'
        when resource in ('deployments', 'deployment_statuses') then 'Deployments: read'
        when resource = 'analyses' then 'Code scanning alerts: read'
        when resource in ('secret_alerts', 'alert_locations') then 'Secret scanning alerts: read'
    end as permission
from newest

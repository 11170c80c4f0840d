-- What is missing of the window: open gaps, and numbers of runs that are skipped.
create table numbered as
select repository, workflow_id, run_number as number, max(workflow) as workflow, min(created_at) as created_at
from runs
where workflow_id is not null and run_number is not null
group by all;

create table skipped as
select
    every.*,
    (select max(held.number) from numbered as held
        where (held.repository, held.workflow_id) = (every.repository, every.workflow_id)
            and held.number < every.number) as before,
    (select min(held.number) from numbered as held
        where (held.repository, held.workflow_id) = (every.repository, every.workflow_id)
            and held.number > every.number) as behind
from (
    select repository, workflow_id, unnest(range(min(number), max(number))) as number
    from numbered
    group by repository, workflow_id
) as every
anti join numbered using (repository, workflow_id, number);

create table needed (resource varchar, permission varchar);
insert into needed values
    ('protection', 'Administration: read'), ('ruleset_history', 'Administration: read'),
    ('repository', 'Metadata: read'), ('rules', 'Metadata: read'), ('rulesets', 'Metadata: read'),
    ('runs', 'Actions: read'), ('run', 'Actions: read'), ('attempt', 'Actions: read'), ('jobs', 'Actions: read'),
    ('artifacts', 'Actions: read'), ('artifact', 'Actions: read'), ('pulls', 'Pull requests: read'),
    ('pull_commits', 'Pull requests: read'), ('check_runs', 'Checks: read'), ('issues', 'Issues: read'),
    ('quarantine_lists', 'Contents: read'), ('workflow_files', 'Contents: read'),
    ('repository_files', 'Contents: read'), ('caches', 'Actions: read'),
    ('cache_retention', 'Administration: read'), ('pull_files', 'Pull requests: read'),
    ('pull_reviews', 'Pull requests: read'), ('code_owners', 'Contents: read'), ('deployments', 'Deployments: read'),
    ('deployment_statuses', 'Deployments: read'), ('analyses', 'Code scanning alerts: read'),
    ('secret_alerts', 'Secret scanning alerts: read'), ('alert_locations', 'Secret scanning alerts: read');

create table missing as
select
    repository, resource, subject, reason, detail, run_id, run_attempt, from_at, to_at, observed_at, 1 as n,
    if(reason = 'forbidden', needed.permission, null) as permission
from gaps
left join needed using (resource)
where
    is_open
    and coalesce(from_at, timestamp '-infinity') < window_to()
    and coalesce(to_at, timestamp 'infinity') >= window_from()
union all by name
select
    skipped.repository, 'run_numbers' as resource,
    coalesce(any_value(behind.workflow), skipped.workflow_id::varchar) || ' ' || min(skipped.number)
        || if(count(*) > 1, ' to ' || max(skipped.number), '') as subject,
    'hole' as reason,
    'runs of workflow ' || skipped.workflow_id || ' that were deleted or never shown' as detail,
    any_value(before.created_at) as from_at, any_value(behind.created_at) as to_at,
    any_value(behind.created_at) as observed_at,
    count(*) - (
        select count(distinct run_id) from runs
        where
            run_number is null and runs.repository = skipped.repository
            and runs.workflow = any_value(behind.workflow)
            and runs.created_at between any_value(before.created_at) and any_value(behind.created_at)
    ) as n
from skipped
join numbered as before
    on before.repository = skipped.repository and before.workflow_id = skipped.workflow_id
    and before.number = skipped.before
join numbered as behind
    on behind.repository = skipped.repository and behind.workflow_id = skipped.workflow_id
    and behind.number = skipped.behind
where before.created_at < window_to() and behind.created_at >= window_from()
group by skipped.repository, skipped.workflow_id, skipped.before
having n > 0;

-- One row for each gap and kind of evidence that it may take away.
create table taken_away as
select missing.repository, evidence.name as evidence, missing.n
from missing
join (
    values
        ('repository', 'runs'), ('runs', 'runs'), ('run', 'runs'), ('attempt', 'runs'), ('run_numbers', 'runs'),
        ('jobs', 'jobs'), ('check_runs', 'check_runs'), ('issues', 'issues'), ('quarantine_lists', 'quarantine_lists'),
        ('protection', 'required_checks'), ('rules', 'required_checks'), ('rulesets', 'required_checks'),
        ('ruleset_history', 'required_checks'), ('pulls', 'pull_requests'), ('pull_commits', 'pull_requests'),
        ('analyses', 'scans'), ('secret_alerts', 'scans'), ('alert_locations', 'scans'),
        ('artifacts', 'tests'), ('artifacts', 'coverage'), ('artifacts', 'scans')
) as evidence (resource, name) using (resource)
union all
select missing.repository, kind.name, missing.n
from missing
cross join (values ('tests'), ('coverage'), ('scans')) as kind (name)
left join artifacts
    on artifacts.repository = missing.repository and 'artifact ' || artifacts.artifact_id = missing.subject
where
    missing.resource = 'artifact'
    and (
        not exists (
            from sources where sources.repository = artifacts.repository and sources.artifact = artifacts.name
        )
        or exists (
            from sources
            where sources.repository = artifacts.repository and sources.artifact = artifacts.name
                and case kind.name
                    when 'tests' then sources.format = 'junit' or sources.is_lost_report
                    when 'coverage' then sources.format in ('cobertura', 'jacoco', 'lcov')
                    else sources.format in ('checkov', 'gitleaks', 'grype', 'sarif', 'semgrep', 'tfsec', 'trivy')
                end
        )
    );

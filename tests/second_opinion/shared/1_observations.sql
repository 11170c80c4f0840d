-- What was known by then, of what had happened by then: of several observations of one thing the newest.
--
-- Rows are those of raw; `as_of()`, `known_at()`, `window_from()`, `window_to()` and `history_from()` are what was
-- asked. `organization(repository)` names what was asked about with it, and `organizations` holds these names.
create macro later_by_hours(instant, hours) as instant + to_microseconds(cast(round(hours * 3600000000) as bigint));

create macro seconds_from(a, b) as (epoch_us(b) - epoch_us(a)) / 1000000.0::double;

create macro rule_at(rule, instant) as (
    select policy.value from policy
    where policy.name = rule and policy.valid_from <= instant and instant < policy.valid_to
);

create table repositories as
select * from raw.repositories
where known_at <= known_at() and created_at <= as_of()
qualify row_number() over (
    partition by repository order by updated_at desc nulls last, pushed_at desc nulls last, source_sha256 desc
) = 1;

-- A run's creation is the earliest that was stated. A missing branch and a deleted head repository have no name.
create table runs as
select
    seen.* exclude (created_at, head_branch, default_branch, head_repository),
    seen.first_created_at as created_at,
    coalesce(seen.head_branch, '') as head_branch,
    coalesce(seen.default_branch, repositories.default_branch, '') as default_branch,
    coalesce(seen.head_repository, '') as head_repository,
    coalesce(seen.head_branch, '') = coalesce(seen.default_branch, repositories.default_branch, '') as is_on_default
from (
    select *, min(created_at) over (partition by repository, run_id, run_attempt) as first_created_at
    from raw.runs
    where known_at <= known_at() and created_at <= as_of()
    qualify row_number() over (
        partition by repository, run_id, run_attempt
        order by
            (status = 'completed')::int desc, updated_at desc nulls last, completed_at desc nulls last,
            source_sha256 desc
    ) = 1
) as seen
left join repositories using (repository);

create table newest_jobs as
select * from raw.jobs
where known_at <= known_at() and created_at <= as_of()
qualify row_number() over (
    partition by repository, job_id
    order by (status = 'completed')::int desc, completed_at desc nulls last, source_sha256 desc
) = 1;

create table jobs as
select
    *,
    started_at is not null and exists (
        from newest_jobs as earlier
        where
            earlier.repository = jobs.repository and earlier.run_id = jobs.run_id and earlier.name = jobs.name
            and earlier.started_at is not distinct from jobs.started_at
            and earlier.completed_at is not distinct from jobs.completed_at
            and earlier.run_attempt < jobs.run_attempt
    ) as is_copy,
    completed_at is null and exists (
        from newest_jobs as twin
        where
            twin.repository = jobs.repository and twin.run_id = jobs.run_id and twin.name = jobs.name
            and twin.run_attempt = jobs.run_attempt and twin.completed_at is not null
    ) as is_placeholder
from newest_jobs as jobs;

create table steps as
select * from raw.steps
where known_at <= known_at() and created_at <= as_of()
qualify row_number() over (
    partition by repository, job_id, number
    order by (status = 'completed')::int desc, completed_at desc nulls last, source_sha256 desc
) = 1;

create table check_runs as
select * from raw.check_runs
where known_at <= known_at() and started_at <= as_of()
qualify row_number() over (
    partition by repository, check_run_id
    order by (status = 'completed')::int desc, completed_at desc nulls last, source_sha256 desc
) = 1;

create table artifacts as
select * from raw.artifacts
where known_at <= known_at() and created_at <= as_of()
qualify row_number() over (
    partition by repository, artifact_id order by is_expired::int desc, source_sha256 desc
) = 1;

create table pull_requests as
select * from raw.pull_requests
where known_at <= known_at() and created_at <= as_of()
qualify row_number() over (
    partition by repository, number order by updated_at desc, (state = 'closed')::int desc, source_sha256 desc
) = 1;

create table pull_request_commits as
select distinct repository, number, sha from raw.pull_request_commits
where known_at <= known_at() and committed_at <= as_of();

create table issues as
select * from raw.issues
where known_at <= known_at() and created_at <= as_of()
qualify row_number() over (
    partition by repository, number order by updated_at desc, (state = 'closed')::int desc, source_sha256 desc
) = 1;

create table alerts as
select * from raw.alerts
where known_at <= known_at() and created_at <= as_of()
qualify row_number() over (
    partition by repository, kind, number
    order by updated_at desc, (state = 'resolved')::int desc, source_sha256 desc
) = 1;

create table alert_locations as
select distinct repository, kind, number, path, start_line, commit_sha from raw.alert_locations
where known_at <= known_at() and created_at <= as_of() and path is not null;

create table analyses as
select * from raw.analyses
where known_at <= known_at() and created_at <= as_of()
qualify row_number() over (partition by repository, analysis_id order by source_sha256 desc) = 1;

create table quarantine_entries as
select * from raw.quarantine_entries
where known_at <= known_at() and committed_at <= as_of()
qualify row_number() over (partition by repository, commit_sha, position order by source_sha256 desc) = 1;

-- A gap that is found out later is one in the time before, too: no `as_of`.
create table gaps as
select * from raw.gaps
where known_at <= known_at()
qualify row_number() over (
    partition by repository, resource, subject order by observed_at desc, is_open::int, source_sha256 desc
) = 1;

-- What reports say is written once.
create table sources as
select *, status <> 'complete' and format in ('junit', 'unknown', 'zip') as is_lost_report
from raw.sources
where known_at <= known_at() and completed_at <= as_of();

create table test_results as
select
    *,
    coalesce(job, regexp_replace(artifact, '[-_.]attempt[-_.]?\d+$', ''), '') as leg,
    if(class_name = '', name, class_name || '::' || name) as full_name
from raw.test_results
where known_at <= known_at() and completed_at <= as_of();

create table scans as
select * from raw.scans where known_at <= known_at() and completed_at <= as_of();

create table findings as
select * from raw.findings where known_at <= known_at() and completed_at <= as_of();

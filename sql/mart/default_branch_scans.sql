-- Scans of the default branch in their order
--
-- kind: mart
-- spec: CI/CL-001 §21
-- grain: repository, run_id, run_attempt, workflow, job, artifact, source_sha256, scan
-- materialize: yes
-- columns: stream: scans that can be compared: tool, category (else the report's name), image
-- columns: position: the commit's place in the order of the pushes
-- columns: scanned_at: when it ended by the tool's clock, kept between the run's creation and the job's completion
-- columns: is_outdated: a complete scan of a later commit had ended before
-- columns: is_advancing: complete and not outdated: only such a scan proves that something is gone
-- columns: ordinal: how many advancing scans of the stream had ended by then, this one among them
-- columns: clears_from: the first ordinal whose scan can prove that what this one saw is gone
--
-- Runs of push, schedule and dispatch on the default branch of the repository itself. An advancing scan is of the same
-- or a later commit than all advancing scans before it. Linters, type checkers, and checks of contracts and licences
-- are left out: what they find has no clock.
-- limits: legs of a matrix that scan different folders have to state a category, as GitHub asks of them, too.
with
runs as (
    select
        repository,
        run_id,
        run_attempt,
        head_sha,
        created_at,
        event = 'push' as is_push
    from stg.runs
    where
        event in ('push', 'schedule', 'workflow_dispatch')
        and head_branch = default_branch
        and head_repository = repository
),
commits as (
    select
        repository,
        head_sha,
        row_number() over (partition by repository order by pushed_at, head_sha) as position
    from (
        select repository, head_sha, coalesce(min(case when is_push then created_at end), min(created_at)) as pushed_at
        from runs
        group by repository, head_sha
    ) as pushes
),
scans as (
    select
        scans.repository,
        scans.run_id,
        scans.run_attempt,
        coalesce(scans.workflow, '') as workflow,
        coalesce(scans.job, '') as job,
        coalesce(scans.artifact, '') as artifact,
        scans.source_sha256,
        scans.scan,
        scans.tool,
        scans.tool_family,
        scans.category,
        concat_ws(' ', scans.tool_family, coalesce(nullif(scans.category, ''), scans.report), scans.image) as stream,
        runs.head_sha,
        commits.position,
        scans.is_complete,
        greatest(runs.created_at, least(scans.scanned_at, scans.completed_at)) as scanned_at
    from stg.scans as scans
    inner join runs
        on scans.repository = runs.repository
        and scans.run_id = runs.run_id
        and scans.run_attempt = runs.run_attempt
    inner join commits on runs.repository = commits.repository and runs.head_sha = commits.head_sha
    where scans.is_security
),
outdated as (
    select
        *,
        coalesce(position < max(case when is_complete then position end) over (
            partition by repository, stream order by scanned_at, position, run_id, run_attempt, source_sha256, scan
            rows between unbounded preceding and 1 preceding
        ), false) as is_outdated
    from scans
),
advancing as (
    select *, case when is_complete and not is_outdated then 1 else 0 end as advances from outdated
),
counted as (
    select
        *,
        sum(advances) over (
            partition by repository, stream order by scanned_at, position, run_id, run_attempt, source_sha256, scan
            rows unbounded preceding
        ) as ordinal,
        sum(advances) over (partition by repository, stream order by position)
        - sum(advances) over (partition by repository, stream, position) as n_before_commit
    from advancing
)
select
    repository,
    run_id,
    run_attempt,
    workflow,
    job,
    artifact,
    source_sha256,
    scan,
    tool,
    tool_family,
    category,
    stream,
    head_sha,
    position,
    scanned_at,
    is_complete,
    is_outdated,
    advances = 1 as is_advancing,
    ordinal,
    greatest(ordinal, n_before_commit) + 1 as clears_from
from counted

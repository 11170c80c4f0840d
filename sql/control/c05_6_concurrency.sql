-- A newer run of a ref cancels the one before, unless it releases
--
-- kind: control
-- spec: CI/CL-001 §5
-- control: cicl-05.6
-- grain: subject
-- severity: low
-- remediation: Set `concurrency` with `github.ref` in its group and `cancel-in-progress: true`; release elsewhere.
-- lifecycle: active
--
-- One subject for each workflow that pull requests or pushes started: for every run of which a job ended in the window
-- the file of its commit has a group of `concurrency` that names the ref, with `cancel-in-progress: true`. A file that
-- also releases, by the event `release` or by tags, must not cancel.
--
-- limits: where an expression decides whether to cancel, or jobs have groups of their own, it is not known. That GitHub
-- does as the file says is taken for granted.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
runs as (
    select
        repository,
        path,
        run_id,
        min(head_sha) as head_sha,
        min(file_sha256) as file_sha256,
        max(completed_at) as completed_at
    from mart.declared_jobs
    where event in ('pull_request', 'push') and starts_with(path, '.github/workflows/')
    group by repository, path, run_id
),
jobs as (
    select repository, source_sha256, count(concurrency_group) as n
    from stg.workflow_jobs
    where run_id is null and job is null and artifact is null
    group by repository, source_sha256
),
judged as (
    select
        runs.*,
        case
            when workflows.source_sha256 is null then 'its file is not known'
            when not workflows.is_whole then 'its file is not whole'
            when workflows.concurrency_group is null and jobs.n > 0 then 'its jobs have groups of their own'
            when workflows.cancel_in_progress like '%${{%' then 'an expression decides whether to cancel'
        end as doubt,
        case
            when workflows.source_sha256 is null then null
            when workflows.concurrency_group is null then
                case when workflows.is_whole and coalesce(jobs.n, 0) = 0 then 'it has no `concurrency`' end
            when not regexp_like(
                workflows.concurrency_group, 'github\.(ref|head_ref|ref_name|event\.pull_request\.number)([^a-z_]|$)'
            ) then 'its group does not name the ref'
            when coalesce(workflows.cancel_in_progress, 'false') = 'false' then 'it does not cancel'
            when workflows.cancel_in_progress = 'true' and (
                regexp_like(workflows.triggers, '(^|,)release(,|$)')
                or coalesce(workflows.trigger_filters like '%"tags":%', false)
            ) then 'it cancels releases too'
        end as fault
    from runs
    left join stg.workflows as workflows
        on runs.repository = workflows.repository
        and runs.file_sha256 = workflows.source_sha256
        and workflows.run_id is null and workflows.job is null and workflows.artifact is null
    left join jobs on runs.repository = jobs.repository and runs.file_sha256 = jobs.source_sha256
),
totals as (
    select
        repository,
        path,
        count(*) as n,
        count(fault) as n_failed,
        count(*) filter (where fault is null and doubt is not null) as n_unknown,
        first_value(coalesce(fault, doubt) order by
            fault is not null desc, doubt is not null desc, completed_at, run_id
        ) as worst,
        first_value(run_id order by fault is not null desc, doubt is not null desc, completed_at, run_id) as run_id,
        first_value(head_sha order by
            fault is not null desc, doubt is not null desc, completed_at, run_id
        ) as head_sha,
        first_value(file_sha256 order by
            fault is not null desc, doubt is not null desc, completed_at, run_id
        ) as file_sha256,
        max(completed_at) as completed_at
    from judged
    group by repository, path
),
known as (
    select distinct repository from mart.ended_jobs where is_executed
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'jobs', 'workflow_files')
    group by repository
)
select
    concat(repository, ' workflow ', path) as subject,
    case when n_failed > 0 then 'fail' when n_unknown > 0 then 'no_evidence' else 'pass' end as status,
    case
        when n_failed > 0 then concat(n_failed, ' of ', n, ' runs: ', worst)
        when n_unknown > 0 then concat(n_unknown, ' of ', n, ' runs: ', worst)
        else concat(n, ' runs would be cancelled by a newer one of their ref')
    end as reason,
    completed_at as observed_at,
    concat('run=', run_id, ' commit=', head_sha, coalesce(' source=' || file_sha256, '')) as evidence
from totals
union all
select
    places.repository as subject,
    case when gaps.n > 0 or known.repository is null then 'no_evidence' else 'not_applicable' end as status,
    case
        when gaps.n > 0 then concat('jobs or workflow files are missing (gaps: ', gaps.n, ')', gaps.needs)
        when known.repository is null then 'no job is known that ran in the window'
        else 'no pull request or push started a workflow file in the window'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join known on places.repository = known.repository
left join gaps on places.repository = gaps.repository
where gaps.n > 0 or places.repository not in (select repository from totals)

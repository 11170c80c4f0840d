-- What workflow files declare of the jobs that executed and ended in the window
--
-- kind: mart
-- spec: CI/CL-001 §12
-- grain: repository, job_id
-- materialize: yes
-- columns: job: what executions are one by: the name without the leg of its matrix, or the key where the name changes
-- columns: path: the workflow file that its run names
-- columns: file_sha256: the file as the run's commit has it
-- columns: is_known: which job of the file it is, and all that the file says of it
-- columns: unknown_reason: why not
-- columns: is_whole: everything in the file could be read: what it does not say, it does not declare
-- columns: declared_id: its key under `jobs`
-- columns: declared_position: `job_position` of its steps
-- columns: permissions: its own, else those of the file
--
-- A job is found in the file by what GitHub makes of names: the name or the key; that and the leg of a matrix in
-- parentheses; a name with expressions, anything standing where they stand. Every job of a run is one of its file, so
-- one that fits alone is it. Rows of a file are those that were read from the repository: what a run left is the same.
--
-- limits: a run of a pull request follows the merge of its head and its base; here is the head. Jobs of a workflow that
-- the file calls are not looked up in it.
with
attempts as (
    select
        repository,
        run_id,
        run_attempt,
        event,
        head_sha,
        split_part(coalesce(workflow_path, ''), '@', 1) as path
    from stg.runs
),
listed as (
    select repository, commit_sha, bool_and(is_whole) as is_whole
    from stg.repository_files
    where scope = 'workflows'
    group by repository, commit_sha
),
files as (
    select repository, commit_sha, path, max(file_sha256) as file_sha256
    from stg.repository_files
    where scope = 'workflows' and path is not null
    group by repository, commit_sha, path
),
jobs as (
    select
        ended.*,
        attempts.event,
        coalesce(attempts.path, '') as path,
        listed.is_whole as is_list_whole,
        files.path is not null as is_listed,
        files.file_sha256
    from mart.ended_jobs as ended
    left join attempts
        on ended.repository = attempts.repository
        and ended.run_id = attempts.run_id
        and ended.run_attempt = attempts.run_attempt
    left join listed on attempts.repository = listed.repository and attempts.head_sha = listed.commit_sha
    left join files
        on attempts.repository = files.repository
        and attempts.head_sha = files.commit_sha
        and attempts.path = files.path
    where ended.is_executed
),
names as (
    select distinct repository, file_sha256, name from jobs where file_sha256 is not null
),
declared as (
    select
        *,
        coalesce(name, job_id) as told,
        coalesce(name, job_id) like '%${{%' as is_template,
        concat('^', regexp_replace(
            regexp_replace(
                regexp_replace(coalesce(name, job_id), '\$\{\{.*?\}\}', chr(1), 'g'),
                '([^A-Za-z0-9_ \x01])', '\$1', 'g'
            ),
            '\x01', '.*', 'g'
        ), '$') as pattern
    from stg.workflow_jobs
    where run_id is null and job is null and artifact is null
),
fits as (
    select
        names.repository,
        names.file_sha256,
        names.name,
        declared.position,
        case
            when declared.uses is not null then
                case
                    when starts_with(names.name, declared.told || ' / ') then 'exact'
                    when starts_with(names.name, declared.told || ' (') and names.name like '%) / %' then 'leg'
                    when declared.is_template and names.name like '% / %' then 'template'
                end
            when declared.told = names.name then 'exact'
            when declared.matrix is not null and starts_with(names.name, declared.told || ' (') then 'leg'
            when declared.is_template and regexp_like(names.name, declared.pattern) then 'template'
        end as fit
    from names
    inner join declared on names.repository = declared.repository and names.file_sha256 = declared.source_sha256
),
best as (
    select *, min(fit) over (partition by repository, file_sha256, name) as best_fit
    from fits
    where fit is not null
),
found as (
    select repository, file_sha256, name, count(*) as n, min(position) as position
    from best
    where fit = best_fit
    group by repository, file_sha256, name
),
told as (
    select
        jobs.*,
        workflows.is_whole,
        workflows.permissions as default_permissions,
        coalesce(found.n, 0) as n_found,
        declared.position as declared_position,
        declared.job_id as declared_id,
        declared.is_template,
        declared.is_whole as is_job_whole,
        declared.timeout_minutes,
        declared.timeout_expression,
        declared.permissions,
        declared.continue_on_error,
        declared.concurrency_group,
        declared.uses,
        declared.uses_ref,
        case
            when jobs.event is null then 'its run is not known'
            when jobs.event = 'pull_request_target' then 'its run follows the workflow file of its base'
            when jobs.path = '' then 'its run does not name its workflow file'
            when not starts_with(jobs.path, '.github/workflows/') then 'it follows no file of the repository'
            when jobs.is_list_whole is null then 'the workflow files of its commit were not read'
            when not jobs.is_listed then concat(jobs.path, ' is not among the files of its commit')
            when jobs.file_sha256 is null then concat(jobs.path, ' is too large to be read')
            when workflows.source_sha256 is null then concat(jobs.path, ' could not be read')
            when found.n is null then concat(jobs.path, ' declares no job that would bear its name')
            when found.n > 1 then concat('several jobs of ', jobs.path, ' may bear its name')
            when declared.uses is not null then concat('it is a job of a workflow that ', jobs.path, ' calls')
            when not declared.is_whole then concat(jobs.path, ' breaks off within it')
        end as unknown_reason
    from jobs
    left join stg.workflows as workflows
        on jobs.repository = workflows.repository
        and jobs.file_sha256 = workflows.source_sha256
        and workflows.run_id is null and workflows.job is null and workflows.artifact is null
    left join found
        on jobs.repository = found.repository
        and jobs.file_sha256 = found.file_sha256
        and jobs.name = found.name
    left join declared
        on found.repository = declared.repository
        and found.file_sha256 = declared.source_sha256
        and found.position = declared.position
        and found.n = 1
)
select
    repository,
    job_id,
    run_id,
    run_attempt,
    event,
    name,
    case when is_template and uses is null then declared_id else base_name end as job,
    head_sha,
    conclusion,
    started_at,
    completed_at,
    path,
    file_sha256,
    unknown_reason is null as is_known,
    unknown_reason,
    coalesce(is_whole, false) as is_whole,
    declared_id,
    declared_position,
    timeout_minutes,
    timeout_expression,
    coalesce(permissions, default_permissions) as permissions,
    continue_on_error,
    uses,
    uses_ref
from told

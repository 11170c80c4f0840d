-- CI can be started by hand
--
-- kind: control
-- spec: CI/CL-001 §5
-- control: cicl-05.4
-- grain: subject
-- severity: low
-- remediation: Add `workflow_dispatch:` to `on` of the workflow that pull requests start.
-- lifecycle: active
--
-- One subject for each repository: in the newest tree of the default branch that is known, a workflow that pull
-- requests or pushes start has `workflow_dispatch` too. Of one that is there for something else it does not do.
--
-- limits: whether somebody has disabled the workflow is not known.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
files as (
    select
        files.*,
        workflows.is_whole as is_file_whole,
        coalesce(regexp_like(workflows.triggers, '(^|,)(pull_request|push)(,|$)'), false) as is_ci,
        coalesce(regexp_like(workflows.triggers, '(^|,)workflow_dispatch(,|$)'), false) as is_dispatched
    from mart.default_branch_files as files
    left join stg.workflows as workflows
        on files.repository = workflows.repository
        and files.file_sha256 = workflows.source_sha256
        and workflows.run_id is null and workflows.job is null and workflows.artifact is null
),
trees as (
    select
        repository,
        max(listed_at) as listed_at,
        max(commit_sha) as commit_sha,
        bool_and(is_list_whole) as is_whole,
        count(*) filter (where format = 'workflow' and not coalesce(is_file_whole, false)) as n_unread,
        count(*) filter (where format = 'workflow' and is_ci) as n_ci,
        count(*) filter (where format = 'workflow' and is_ci and is_dispatched) as n_dispatched,
        min(path) filter (where format = 'workflow' and is_ci) as path,
        min(path) filter (where format = 'workflow' and is_ci and is_dispatched) as dispatched_path
    from files
    group by repository
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence = 'repository_files'
    group by repository
)
select
    places.repository as subject,
    case
        when gaps.n > 0 or trees.repository is null then 'no_evidence'
        when trees.n_dispatched > 0 then 'pass'
        when not trees.is_whole or trees.n_unread > 0 then 'no_evidence'
        when trees.n_ci = 0 then 'not_applicable'
        else 'fail'
    end as status,
    case
        when gaps.n > 0 then concat('the files of the default branch could not be listed', gaps.needs)
        when trees.repository is null then 'no tree of the default branch is known'
        when trees.n_dispatched > 0 then concat(trees.dispatched_path, ' can be started by hand')
        when not trees.is_whole then 'the tree of the default branch was not listed to its end'
        when trees.n_unread > 0 then 'a workflow file could not be read to its end'
        when trees.n_ci = 0 then 'no workflow is started by pull requests or pushes'
        else concat(trees.path, ' has no `workflow_dispatch`')
    end as reason,
    trees.listed_at as observed_at,
    case when trees.repository is null then '' else concat('commit=', trees.commit_sha) end as evidence
from places
left join trees on places.repository = trees.repository
left join gaps on places.repository = gaps.repository

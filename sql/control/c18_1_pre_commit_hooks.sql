-- Ruff, Black, MyPy and Gitleaks run before a commit
--
-- kind: control
-- spec: CI/CL-001 §18
-- control: cicl-18.1
-- grain: subject
-- severity: low
-- remediation: Add the missing hook to `.pre-commit-config.yaml`, with a version or a commit as its `rev`.
-- lifecycle: active
--
-- One subject for each repository: in the newest tree of the default branch that is known, `.pre-commit-config.yaml`
-- has a hook of each of the four that runs before a commit, and `rev` of none of them may be a branch.
--
-- limits: that a developer has installed the hooks is nowhere to be seen. Whether there is Python in a repository is
-- not known: the four are asked of each. Hooks are known by their ids.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
trees as (
    select
        repository,
        max(listed_at) as listed_at,
        max(commit_sha) as commit_sha,
        bool_and(is_list_whole) as is_whole,
        bool_or(coalesce(format = 'pre_commit', false)) as has_file,
        bool_and(is_read) filter (where format = 'pre_commit') as is_read,
        max(file_sha256) filter (where format = 'pre_commit') as file_sha256
    from mart.default_branch_files
    where path is null or path <> '.pre-commit-config.yml'
    group by repository
),
hooks as (
    select
        repository,
        source_sha256,
        case
            when hook_id in ('ruff', 'ruff-check') then 'Ruff'
            when hook_id in ('black', 'black-jupyter') then 'Black'
            when hook_id = 'mypy' then 'MyPy'
            when hook_id in ('gitleaks', 'gitleaks-docker', 'gitleaks-system') then 'Gitleaks'
        end as tool,
        is_moving,
        stages is null or regexp_like(stages, '(^|,)(pre-)?commit(,|$)') as is_before_commit
    from stg.pre_commit_hooks
    where run_id is null and job is null and artifact is null
),
wanted as (
    select trees.repository, tools.tool
    from trees
    cross join (values ('Ruff'), ('Black'), ('MyPy'), ('Gitleaks')) as tools (tool)
    where trees.has_file
),
found as (
    select
        trees.repository,
        hooks.tool,
        bool_or(hooks.is_before_commit) as is_before_commit,
        bool_or(hooks.is_moving) as is_moving
    from trees
    inner join hooks on trees.repository = hooks.repository and trees.file_sha256 = hooks.source_sha256
    where hooks.tool is not null
    group by trees.repository, hooks.tool
),
judged as (
    select
        wanted.repository,
        string_agg(
            case when not coalesce(found.is_before_commit, false) then wanted.tool end, ', ' order by wanted.tool
        ) as missing,
        string_agg(case when found.is_moving then wanted.tool end, ', ' order by wanted.tool) as moving
    from wanted
    left join found on wanted.repository = found.repository and wanted.tool = found.tool
    group by wanted.repository
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
        when judged.moving <> '' then 'fail'
        when trees.is_whole and not trees.has_file and coalesce(gaps.n, 0) = 0 then 'fail'
        when judged.missing <> '' and trees.is_read then 'fail'
        when gaps.n > 0 or trees.repository is null or not trees.has_file then 'no_evidence'
        when judged.missing <> '' then 'no_evidence'
        else 'pass'
    end as status,
    case
        when judged.moving <> '' then concat('the revision may be a branch: ', judged.moving)
        when trees.is_whole and not trees.has_file and coalesce(gaps.n, 0) = 0
        then 'there is no .pre-commit-config.yaml'
        when judged.missing <> '' and trees.is_read then concat('missing before a commit: ', judged.missing)
        when gaps.n > 0 then concat('the files of the default branch could not be listed', gaps.needs)
        when trees.repository is null then 'no tree of the default branch is known'
        when not trees.has_file then 'the tree of the default branch was not listed to its end'
        when judged.missing <> '' then '.pre-commit-config.yaml could not be read to its end'
        else 'all four run before a commit'
    end as reason,
    trees.listed_at as observed_at,
    case
        when trees.repository is null then ''
        else concat('commit=', trees.commit_sha, coalesce(' source=' || trees.file_sha256, ''))
    end as evidence
from places
left join trees on places.repository = trees.repository
left join judged on places.repository = judged.repository
left join gaps on places.repository = gaps.repository

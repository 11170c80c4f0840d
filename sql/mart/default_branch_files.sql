-- Files that the newest known tree of the default branch has, of those that are read
--
-- kind: mart
-- spec: CI/CL-001 §18
-- grain: repository, path
-- materialize: yes
-- columns: commit_sha: the head of the default branch that was listed last before the end of the window
-- columns: listed_at: the committer's time of it
-- columns: is_list_whole: the whole tree was listed, so that a file that is not in it is not there
-- columns: path: null in the one row of a tree without such a file
-- columns: format: `workflow`, `pre_commit`, `codeowners`, `makefile` or `dockerfile`, by its path
-- columns: is_read: it was read to its end
--
-- limits: between two pulls only the last head is seen.
with
trees as (
    select
        repository,
        max(seen_at) as listed_at,
        last_value(commit_sha order by seen_at, commit_sha) as commit_sha
    from stg.repository_files
    where scope = 'tree' and seen_at < $to
    group by repository
),
read as (
    select repository, source_sha256, bool_or(status = 'complete') as is_complete
    from stg.sources
    where kind = 'configuration' and run_id is null and job is null and artifact is null
    group by repository, source_sha256
)
select
    trees.repository,
    trees.commit_sha,
    trees.listed_at,
    files.is_whole as is_list_whole,
    files.path,
    case
        when starts_with(files.path, '.github/workflows/') then 'workflow'
        when regexp_like(files.path, '^\.pre-commit-config\.ya?ml$') then 'pre_commit'
        when regexp_like(files.path, '(^|/)CODEOWNERS$') then 'codeowners'
        when regexp_like(files.path, '^(GNUmakefile|[Mm]akefile|[^/]+\.mk)$') then 'makefile'
        when files.path is not null then 'dockerfile'
    end as format,
    files.file_sha256,
    coalesce(read.is_complete, false) as is_read
from trees
inner join stg.repository_files as files
    on trees.repository = files.repository and trees.commit_sha = files.commit_sha and files.scope = 'tree'
left join read on files.repository = read.repository and files.file_sha256 = read.source_sha256

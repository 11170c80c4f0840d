-- The Makefile of each default branch
--
-- kind: mart
-- spec: CI/CL-001 §18
-- grain: repository
-- materialize: yes
-- columns: commit_sha: the head of the default branch that was listed last before the end of the window
-- columns: is_tree_whole: the whole tree was listed, so that a file that is not in it is not there
-- columns: path: the one that `make` takes; empty: there is none
-- columns: is_read: it was read to its end
--
-- Where several stand beside each other, `make` takes `GNUmakefile`, then `makefile`, then `Makefile`.
with
ranked as (
    select
        repository,
        commit_sha,
        listed_at,
        is_list_whole,
        path,
        file_sha256,
        is_read,
        array_position(make_array('GNUmakefile', 'makefile', 'Makefile'), path) as rank
    from mart.default_branch_files
)
select
    repository,
    max(commit_sha) as commit_sha,
    max(listed_at) as listed_at,
    bool_and(is_list_whole) as is_tree_whole,
    first_value(path order by rank, path) filter (where rank is not null) as path,
    first_value(file_sha256 order by rank, path) filter (where rank is not null) as file_sha256,
    first_value(is_read order by rank, path) filter (where rank is not null) as is_read
from ranked
group by repository

-- Files that commits have, of those that are read
--
-- kind: stg
-- grain: repository, commit_sha, scope, position
-- materialize: yes
--
-- A commit does not change, so what was listed of it twice is the same: the earliest listing wins, with its own time.
-- `file_sha256` is `source_sha256` of `stg.workflows` and the other relations of files. A commit without a file that is
-- read is one row without `path`. A run of `pull_request` takes its workflow from the merge of its head and its base;
-- here is the head.
select
    repository,
    commit_sha,
    scope,
    position,
    min(seen_at) as seen_at,
    first_value(is_whole order by seen_at, source_sha256) as is_whole,
    first_value(path order by seen_at, source_sha256) as path,
    first_value(blob_sha order by seen_at, source_sha256) as blob_sha,
    first_value(size_bytes order by seen_at, source_sha256) as size_bytes,
    first_value(file_sha256 order by seen_at, source_sha256) as file_sha256
from raw.repository_files
where known_at <= $known_at and seen_at <= $as_of
group by repository, commit_sha, scope, position

-- Files that merged pull requests change
--
-- kind: stg
-- grain: repository, number, position
-- materialize: yes
--
-- Listed once after the merge; where it was listed twice, one list counts. A pull request that changes nothing is one
-- row without `path`, one that is not listed has no row. GitHub ends a list at 3,000 files: `is_whole` is false then.
with
chosen as (
    select repository, number, min(source_sha256) as source_sha256
    from raw.pull_request_files
    where known_at <= $known_at and merged_at <= $as_of
    group by repository, number
)
select
    files.repository,
    files.number,
    files.position,
    files.merged_at,
    files.is_whole,
    files.path,
    files.previous_path,
    files.status
from raw.pull_request_files as files
inner join chosen
    on files.repository = chosen.repository
    and files.number = chosen.number
    and files.source_sha256 = chosen.source_sha256
where files.known_at <= $known_at and files.merged_at <= $as_of

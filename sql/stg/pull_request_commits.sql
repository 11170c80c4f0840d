-- Commits that pull requests held
--
-- kind: stg
-- grain: repository, number, sha
-- materialize: yes
--
-- Every commit that was observed once; those that were pushed over stay.
select
    repository,
    number,
    sha,
    committed_at,
    first_value(tree_sha order by source_sha256 desc) as tree_sha,
    first_value(author order by source_sha256 desc) as author
from raw.pull_request_commits
where known_at <= $known_at and committed_at <= $as_of
group by repository, number, sha, committed_at

-- Entries of the lists of quarantined tests
--
-- kind: stg
-- grain: repository, commit_sha, position
-- materialize: yes
--
-- A commit does not change, so what was read of it twice, with another parser, is the same: the last digest wins. A
-- list without entries is one row without `test`.
select
    repository,
    commit_sha,
    committed_at,
    position,
    first_value(is_whole order by source_sha256 desc) as is_whole,
    first_value(test order by source_sha256 desc) as test,
    first_value(ticket order by source_sha256 desc) as ticket,
    first_value(owner order by source_sha256 desc) as owner,
    first_value(reason order by source_sha256 desc) as reason,
    first_value(extended_until order by source_sha256 desc) as extended_until,
    first_value(approved_by order by source_sha256 desc) as approved_by
from raw.quarantine_entries
where known_at <= $known_at and committed_at <= $as_of
group by repository, commit_sha, committed_at, position

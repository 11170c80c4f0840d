-- Places in files that alerts point to
--
-- kind: stg
-- grain: repository, kind, number, path, start_line, commit_sha
-- materialize: yes
--
-- Places are added and never taken away, so every observation counts.
select distinct
    repository,
    kind,
    number,
    path,
    start_line,
    commit_sha
from raw.alert_locations
where known_at <= $known_at and created_at <= $as_of and path is not null

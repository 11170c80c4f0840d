-- Clocks that were due in the window, counted
--
-- kind: mart
-- spec: CI/CL-001 §21
-- grain: repository (empty: the organization), severity
-- materialize: yes
-- columns: open_breached: due in the window and still open
-- columns: open_breaches: due before the window and still open at its end
-- columns: n_gaps: spans without a complete scan that touch the window
--
-- What the numbers of both severities are made of, for every repository that has runs.
with
repositories as (
    select distinct repository from stg.runs
),
places as (
    select repository, repository as place from repositories
    union all
    select repository, '' as place from repositories
),
severities as (
    select everywhere.place, severity.severity
    from (select distinct place from places union select '' as place) as everywhere
    cross join (values ('critical'), ('high')) as severity (severity)
),
counted as (
    select
        places.place,
        episodes.severity,
        count(case when $from <= due_at and state = 'met' then 1 end) as met,
        count(case when $from <= due_at and state = 'late' then 1 end) as late,
        count(case when $from <= due_at and state in ('breached', 'open') then 1 end) as open_breached,
        count(case when due_at < $from and (fixed_at is null or $to <= fixed_at) then 1 end) as open_breaches
    from places
    inner join mart.finding_episodes as episodes on places.repository = episodes.repository
    where episodes.due_at < $to
    group by places.place, episodes.severity
),
gaps as (
    select places.place, count(*) as n
    from places
    inner join mart.scan_gaps as gaps on places.repository = gaps.repository
    where gaps.from_at < $to and (gaps.to_at is null or $from < gaps.to_at)
    group by places.place
)
select
    severities.place as repository,
    severities.severity,
    coalesce(counted.met, 0) as met,
    coalesce(counted.late, 0) as late,
    coalesce(counted.open_breached, 0) as open_breached,
    coalesce(counted.open_breaches, 0) as open_breaches,
    coalesce(counted.met + counted.late + counted.open_breached, 0) as n,
    coalesce(gaps.n, 0) as n_gaps
from severities
left join counted on severities.place = counted.place and severities.severity = counted.severity
left join gaps on severities.place = gaps.place

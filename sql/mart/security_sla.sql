-- Clocks that were due in the window, counted
--
-- kind: mart
-- spec: CI/CL-001 §21
-- grain: repository (empty: the organization), severity
-- materialize: yes
-- columns: open_breached: due in the window and still open
-- columns: open_breaches: due before the window and still open at its end
-- columns: excluded: spans without a complete scan, and missing evidence, that touch the window
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
reasons as (
    select places.place, 'scan_gap' as reason, count(*) as n
    from places
    inner join mart.scan_gaps as gaps on places.repository = gaps.repository
    where gaps.from_at < $to and (gaps.to_at is null or $from < gaps.to_at)
    group by places.place
    union all
    select
        case when is_everywhere then '' else repository end as place,
        'evidence_missing' as reason,
        sum(n) as n
    from mart.missing_evidence
    cross join (values (true), (false)) as places (is_everywhere)
    where evidence in ('runs', 'scans')
    group by case when is_everywhere then '' else repository end
),
excluded as (
    select
        place,
        array_agg(named_struct('reason', reason, 'n', cast(n as bigint)) order by reason) as excluded
    from reasons
    group by place
)
select
    severities.place as repository,
    severities.severity,
    coalesce(counted.met, 0) as met,
    coalesce(counted.late, 0) as late,
    coalesce(counted.open_breached, 0) as open_breached,
    coalesce(counted.open_breaches, 0) as open_breaches,
    coalesce(counted.met + counted.late + counted.open_breached, 0) as n,
    excluded.excluded
from severities
left join counted on severities.place = counted.place and severities.severity = counted.severity
left join excluded on severities.place = excluded.place

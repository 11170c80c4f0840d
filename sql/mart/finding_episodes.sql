-- Clocks of findings, by episode
--
-- kind: mart
-- spec: CI/CL-001 §21
-- grain: repository, item_id, started_at
-- materialize: yes
-- columns: item_id: a CVE in a package over all tools, else the finding
-- columns: item: the same for people
-- columns: started_at: end of the scan that saw it first
-- columns: due_at: last instant at which a fix is in time
-- columns: fixed_at: when the last of its findings was gone; of a secret its revocation; empty: open
-- columns: severity: whose deadline comes first
-- columns: state: `met`, `late`, `breached` (open past its due date), `open`
-- columns: is_continued: it was gone and came back within `sla_reopened_within`, so the clock ran on
--
-- An item is open while one of its findings is. A finding that got worse is due when the first of its severities is;
-- one that got better stays due as it was. The hours are those that held when the clock started. No pauses.
with
ordered as (
    select
        *,
        max(coalesce(gone_at, plus_hours($as_of, 1))) over (
            partition by repository, item_id order by seen_at, finding_uid, stream, stay
            rows between unbounded preceding and 1 preceding
        ) as gone_before
    from mart.finding_stays
),
joined as (
    select
        ordered.*,
        coalesce(ordered.gone_before <= ordered.seen_at, false) as is_return,
        ordered.gone_before is null
        or days_between(ordered.gone_before, ordered.seen_at) >= rules.value as begins
    from ordered
    left join policy as rules
        on rules.name = 'sla_reopened_within'
        and rules.valid_from <= ordered.seen_at
        and ordered.seen_at < rules.valid_to
),
islands as (
    select
        *,
        sum(case when begins then 1 else 0 end) over (
            partition by repository, item_id order by seen_at, finding_uid, stream, stay rows unbounded preceding
        ) as episode
    from joined
),
episodes as (
    select
        repository,
        item_id,
        episode,
        first_value(item order by seen_at, finding_uid, stream, stay) as item,
        array_to_string(array_agg(distinct tool order by tool), ', ') as tool,
        first_value(class order by seen_at, finding_uid, stream, stay) as class,
        first_value(rule_id order by seen_at, finding_uid, stream, stay) as rule_id,
        first_value(path order by seen_at, finding_uid, stream, stay) as path,
        first_value(package order by seen_at, finding_uid, stream, stay) as package,
        first_value(first_scan order by seen_at, finding_uid, stream, stay) as first_scan,
        min(seen_at) as started_at,
        min(critical_at) as critical_at,
        min(high_at) as high_at,
        case when count(gone_at) = count(*) then max(gone_at) end as fixed_at,
        case when count(gone_at) = count(*) then
            first_value(fixing_scan order by gone_at desc, finding_uid, stream, stay)
        end as fixing_scan,
        bool_or(is_return and not begins) as is_continued
    from islands
    group by repository, item_id, episode
),
deadlines as (
    select
        episodes.*,
        plus_hours(episodes.critical_at, critical.value) as critical_due_at,
        plus_hours(episodes.high_at, high.value) as high_due_at
    from episodes
    inner join policy as critical
        on critical.name = 'sla_critical'
        and critical.valid_from <= episodes.started_at
        and episodes.started_at < critical.valid_to
    inner join policy as high
        on high.name = 'sla_high'
        and high.valid_from <= episodes.started_at
        and episodes.started_at < high.valid_to
    where episodes.high_at is not null
),
due as (
    select *, least(coalesce(critical_due_at, high_due_at), high_due_at) as due_at from deadlines
)
select
    repository,
    item_id,
    item,
    case when critical_due_at <= high_due_at then 'critical' else 'high' end as severity,
    tool,
    class,
    rule_id,
    path,
    package,
    started_at,
    due_at,
    fixed_at,
    case
        when fixed_at <= due_at then 'met'
        when fixed_at > due_at then 'late'
        when $as_of > due_at then 'breached'
        else 'open'
    end as state,
    is_continued,
    first_scan,
    fixing_scan
from due

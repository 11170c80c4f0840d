-- Security scans run every night at 02:00 in Toronto
--
-- kind: control
-- spec: CI/CL-001 §5
-- adr: adr-009
-- control: cicl-05.5
-- grain: subject
-- severity: high
-- remediation: Schedule the nightly workflow for 02:00 with `timezone: America/Toronto`, and let every scan end well.
-- lifecycle: active
--
-- One subject for each night of the window and repository, once it is over: a scheduled run of the default branch was
-- created from `nightly_hour` on by Toronto's clocks and before `nightly_late_max` had passed, and each scanner that
-- ever gave a complete scan of the default branch gave one in it. Where the hour does not exist, the next one counts.
-- A scanner that did not end well, as one that timed out, or did not execute, is a failure; one whose report was not
-- kept shows nothing.
--
-- limits: which workflow is the nightly one is not named; the first scheduled run of the night counts. Scanners that a
-- repository never had are not missed here.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
days as (
    select arrow_cast(day, 'Timestamp(Microsecond, Some("UTC"))') as day
    from (
        select unnest(range(
            date_trunc('day', plus_days($from, -1)), date_trunc('day', plus_days($to, 1)), interval '1 day'
        )) as day
    ) as listed
),
hours as (
    select days.day, night_of(days.day, rules.value) as begins_at
    from days
    inner join policy as rules
        on rules.name = 'nightly_hour' and rules.valid_from <= days.day and days.day < rules.valid_to
),
nights as (
    select
        repositories.repository,
        hours.day,
        hours.begins_at,
        plus_minutes(hours.begins_at, late.value) as ends_at
    from hours
    inner join policy as late
        on late.name = 'nightly_late_max'
        and late.valid_from <= hours.begins_at and hours.begins_at < late.valid_to
    inner join stg.repositories as repositories
        on not repositories.is_archived and repositories.created_at <= hours.begins_at
    where
        $from <= hours.begins_at and hours.begins_at < $to
        and plus_minutes(hours.begins_at, late.value) <= $as_of
),
scheduled as (
    select repository, run_id, head_sha, min(created_at) as created_at
    from stg.runs
    where event = 'schedule' and head_branch = default_branch
    group by repository, run_id, head_sha
),
served as (
    select
        nights.repository,
        nights.begins_at,
        first_value(scheduled.run_id order by scheduled.created_at, scheduled.run_id) as run_id,
        first_value(scheduled.head_sha order by scheduled.created_at, scheduled.run_id) as head_sha,
        min(scheduled.created_at) as created_at
    from nights
    inner join scheduled
        on nights.repository = scheduled.repository
        and nights.begins_at <= scheduled.created_at and scheduled.created_at < nights.ends_at
    group by nights.repository, nights.begins_at
),
others as (
    select nights.repository, nights.begins_at, min(scheduled.created_at) as created_at
    from nights
    inner join scheduled
        on nights.repository = scheduled.repository and nights.day = date_trunc('day', scheduled.created_at)
    group by nights.repository, nights.begins_at
),
scanners as (
    select distinct repository, tool_family from mart.default_branch_scans where is_complete
),
scanning as (
    select distinct repository, tool_family, job as name from mart.default_branch_scans where job <> ''
),
scanned as (
    select
        repository,
        run_id,
        tool_family,
        bool_or(is_complete) as is_complete
    from mart.default_branch_scans
    group by repository, run_id, tool_family
),
executed as (
    select
        jobs.repository,
        jobs.run_id,
        scanning.tool_family,
        bool_or(jobs.conclusion <> 'timed_out') as has_come_through
    from stg.jobs as jobs
    inner join scanning on jobs.repository = scanning.repository and jobs.name = scanning.name
    where jobs.conclusion in ('success', 'failure', 'timed_out')
    group by jobs.repository, jobs.run_id, scanning.tool_family
),
tools as (
    select
        served.repository,
        served.begins_at,
        scanners.tool_family,
        case
            when scanned.is_complete then 'complete'
            when scanned.run_id is not null then 'incomplete'
            when executed.has_come_through then 'unknown'
            when executed.run_id is not null then 'incomplete'
            else 'not executed'
        end as finding
    from served
    inner join scanners on served.repository = scanners.repository
    left join scanned
        on served.repository = scanned.repository
        and served.run_id = scanned.run_id
        and scanners.tool_family = scanned.tool_family
    left join executed
        on served.repository = executed.repository
        and served.run_id = executed.run_id
        and scanners.tool_family = executed.tool_family
),
summed as (
    select
        repository,
        begins_at,
        array_to_string(array_agg(tool_family order by tool_family) filter (where finding = 'incomplete'), ', ')
            as incomplete,
        array_to_string(array_agg(tool_family order by tool_family) filter (where finding = 'not executed'), ', ')
            as not_executed,
        array_to_string(array_agg(tool_family order by tool_family) filter (where finding = 'unknown'), ', ')
            as unknown,
        array_to_string(array_agg(tool_family order by tool_family), ', ') as tools
    from tools
    group by repository, begins_at
),
gaps as (
    select nights.repository, nights.begins_at, count(*) as n, max(gaps.permission) as permission
    from nights
    inner join mart.gaps as gaps
        on nights.repository = gaps.repository
        and (gaps.from_at is null or gaps.from_at < nights.ends_at)
        and (gaps.to_at is null or nights.begins_at <= gaps.to_at)
    where gaps.resource in ('runs', 'run', 'run_numbers')
    group by nights.repository, nights.begins_at
),
judged as (
    select
        nights.*,
        served.run_id,
        served.head_sha,
        served.created_at,
        others.created_at as other_at,
        summed.incomplete,
        summed.not_executed,
        summed.unknown,
        summed.tools,
        coalesce('; needs ' || gaps.permission, '') as needs,
        case
            when served.run_id is null and gaps.n > 0 then 'runs missing'
            when served.run_id is null then 'missing'
            when summed.tools is null then 'no scanner'
            when coalesce(summed.incomplete, '') <> '' then 'incomplete'
            when coalesce(summed.not_executed, '') <> '' then 'not executed'
            when coalesce(summed.unknown, '') <> '' then 'unknown'
            else 'scanned'
        end as finding
    from nights
    left join served on nights.repository = served.repository and nights.begins_at = served.begins_at
    left join others on nights.repository = others.repository and nights.begins_at = others.begins_at
    left join summed on nights.repository = summed.repository and nights.begins_at = summed.begins_at
    left join gaps on nights.repository = gaps.repository and nights.begins_at = gaps.begins_at
)
select
    concat(repository, ' night ', cast(cast(day as date) as varchar)) as subject,
    case
        when finding in ('missing', 'incomplete', 'not executed') then 'fail'
        when finding = 'scanned' then 'pass'
        else 'no_evidence'
    end as status,
    case finding
        when 'runs missing' then concat('no scheduled run is known, and runs are missing', needs)
        when 'missing' then
            case
                when other_at is null then concat('no scheduled run from ', begins_at, ' until ', ends_at)
                else concat('due at ', begins_at, ', and the scheduled run was created at ', other_at)
            end
        when 'no scanner' then 'no scanner has ever given a complete scan'
        when 'incomplete' then concat('did not end well: ', incomplete)
        when 'not executed' then concat('did not execute: ', not_executed)
        when 'unknown' then concat('the report is missing: ', unknown)
        else concat('complete: ', tools)
    end as reason,
    coalesce(created_at, begins_at) as observed_at,
    case when run_id is null then '' else concat('run=', run_id, ' commit=', head_sha) end as evidence
from judged
union all
select
    places.repository as subject,
    case when known.is_archived then 'not_applicable' else 'no_evidence' end as status,
    case
        when known.is_archived then 'the repository is archived'
        when known.repository is null then 'the repository was never read from GitHub, so that runs may be missing'
        else 'no night of the window is over'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join stg.repositories as known on places.repository = known.repository
where places.repository not in (select repository from judged)

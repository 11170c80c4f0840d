-- Caches are warmed up every night
--
-- kind: control
-- spec: CI/CL-001 §11
-- adr: adr-009
-- control: cicl-11.4.2
-- grain: subject
-- severity: low
-- remediation: Let a job of the nightly workflow, named `warm-up`, restore or save the caches of main.
-- lifecycle: active
--
-- One subject for each night of the window and repository, from `nightly_hour` by Toronto's clocks to that of the next
-- day, once it is over: a scheduled job of the default branch that is named a warm-up succeeded, and while it ran a
-- cache of that branch was saved or restored. A cache that was used again before anybody looked does not show it any
-- more: then nothing is known of the night, unless a later listing holds no cache that was used since the job began.
--
-- limits: a warm-up is known by its name. Which cache a job saved or restored is not told; any of the branch counts. A
-- cache that was deleted by hand after the warm-up shows nothing.
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
    select
        days.day,
        night_of(days.day, rules.value) as begins_at,
        night_of(plus_days(days.day, 1), rules.value) as ends_at
    from days
    inner join policy as rules
        on rules.name = 'nightly_hour' and rules.valid_from <= days.day and days.day < rules.valid_to
),
nights as (
    select repositories.repository, repositories.default_branch, hours.day, hours.begins_at, hours.ends_at
    from hours
    inner join stg.repositories as repositories
        on not repositories.is_archived and repositories.created_at <= hours.begins_at
    where $from <= hours.begins_at and hours.begins_at < $to and hours.ends_at <= $as_of
),
scheduled as (
    select repository, run_id, head_sha, min(created_at) as created_at
    from stg.runs
    where event = 'schedule' and head_branch = default_branch
    group by repository, run_id, head_sha
),
warming as (
    select
        scheduled.repository,
        scheduled.run_id,
        scheduled.head_sha,
        scheduled.created_at,
        jobs.job_id,
        jobs.conclusion,
        greatest(jobs.started_at, jobs.created_at) as started_at,
        jobs.completed_at
    from scheduled
    inner join stg.jobs as jobs on scheduled.repository = jobs.repository and scheduled.run_id = jobs.run_id
    where regexp_like(jobs.name, 'warm', 'i') and not jobs.is_copy and not jobs.is_placeholder
),
touched as (
    select distinct warming.repository, warming.job_id
    from warming
    inner join stg.repositories as repositories on warming.repository = repositories.repository
    inner join stg.caches as caches
        on warming.repository = caches.repository
        and caches.reference = 'refs/heads/' || repositories.default_branch
        and (
            (warming.started_at <= caches.created_at and caches.created_at <= warming.completed_at)
            or (warming.started_at <= caches.last_accessed_at and caches.last_accessed_at <= warming.completed_at)
        )
),
untouched as (
    select distinct warming.repository, warming.job_id
    from warming
    inner join policy as rules
        on rules.name = 'cache_ttl'
        and rules.valid_from <= warming.completed_at and warming.completed_at < rules.valid_to
    inner join stg.cache_listings as listings
        on warming.repository = listings.repository
        and warming.completed_at <= listings.observed_at
        and listings.observed_at < plus_days(warming.completed_at, rules.value)
        and (listings.most_recent_at is null or listings.most_recent_at < warming.started_at)
),
weighed as (
    select
        nights.repository,
        nights.begins_at,
        warming.run_id,
        warming.head_sha,
        warming.job_id,
        warming.completed_at,
        case
            when warming.conclusion is null then 'goes on'
            when warming.conclusion <> 'success' then 'failed'
            when touched.job_id is not null then 'warm'
            when untouched.job_id is not null then 'nothing saved'
            else 'unseen'
        end as finding
    from nights
    inner join warming
        on nights.repository = warming.repository
        and nights.begins_at <= warming.created_at and warming.created_at < nights.ends_at
    left join touched on warming.repository = touched.repository and warming.job_id = touched.job_id
    left join untouched on warming.repository = untouched.repository and warming.job_id = untouched.job_id
),
warmed as (
    select
        *,
        row_number() over (
            partition by repository, begins_at
            order by finding = 'warm' desc, finding = 'unseen' desc, finding = 'goes on' desc,
                finding = 'nothing saved' desc, job_id
        ) as place
    from weighed
),
naming as (
    select distinct repository from warming
),
holding as (
    select
        repository,
        max(n_caches) as n_caches
    from stg.cache_listings
    where $from <= observed_at and observed_at <= $to
    group by repository
),
gaps as (
    select nights.repository, nights.begins_at, count(*) as n, max(gaps.permission) as permission
    from nights
    inner join mart.gaps as gaps
        on nights.repository = gaps.repository
        and (gaps.from_at is null or gaps.from_at < nights.ends_at)
        and (gaps.to_at is null or nights.begins_at <= gaps.to_at)
    where gaps.resource in ('runs', 'run', 'attempt', 'run_numbers', 'jobs')
    group by nights.repository, nights.begins_at
),
judged as (
    select
        nights.*,
        warmed.run_id,
        warmed.head_sha,
        warmed.job_id,
        warmed.completed_at,
        coalesce('; needs ' || gaps.permission, '') as needs,
        case
            when warmed.finding in ('warm', 'unseen', 'goes on') then warmed.finding
            when gaps.n > 0 then 'runs missing'
            when warmed.finding is not null then warmed.finding
            when naming.repository is null and holding.n_caches = 0 then 'no cache'
            when naming.repository is null then 'no warm-up'
            else 'missing'
        end as finding
    from nights
    left join warmed
        on nights.repository = warmed.repository and nights.begins_at = warmed.begins_at and warmed.place = 1
    left join gaps on nights.repository = gaps.repository and nights.begins_at = gaps.begins_at
    left join naming on nights.repository = naming.repository
    left join holding on nights.repository = holding.repository
)
select
    concat(repository, ' night ', cast(cast(day as date) as varchar)) as subject,
    case
        when finding = 'warm' then 'pass'
        when finding in ('nothing saved', 'failed', 'missing') then 'fail'
        when finding = 'no cache' then 'not_applicable'
        else 'no_evidence'
    end as status,
    case finding
        when 'warm' then 'the warm-up succeeded, and a cache was saved or restored'
        when 'unseen' then 'the warm-up succeeded; whether a cache was touched was not seen in time'
        when 'goes on' then 'the warm-up has not ended'
        when 'runs missing' then concat('no warm-up is known that succeeded, and runs are missing', needs)
        when 'nothing saved' then 'the warm-up succeeded, and no cache was saved or restored since'
        when 'failed' then 'the warm-up did not succeed'
        when 'no cache' then 'the repository holds no cache, and has no warm-up'
        when 'no warm-up' then 'no scheduled job is named a warm-up'
        else 'no scheduled job warmed a cache up in the night'
    end as reason,
    coalesce(completed_at, begins_at) as observed_at,
    case when run_id is null then '' else concat('run=', run_id, ' job=', job_id, ' commit=', head_sha) end as evidence
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

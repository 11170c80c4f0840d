-- Caches are kept for 7 days
--
-- kind: control
-- spec: CI/CL-001 §11
-- adr: adr-009
-- control: cicl-11.4.1
-- grain: subject
-- severity: low
-- remediation: Set the retention of caches to 7 days in the settings of Actions, and delete what nobody restores.
-- lifecycle: active
--
-- One subject for each repository, as it was when the window ended: by the newest listing of its caches until then,
-- that of its last instant included. Nobody may let GitHub keep a cache for longer than `cache_ttl` after its last
-- access, and none may have stood unused for longer, in whole days: GitHub removes them some hours late.
--
-- limits: a listing that says what the one before said is written once a day, so that a cache may be a day older than
-- it looks. Of what was before the newest listing nothing is said.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
listings as (
    select
        repository,
        max(observed_at) as observed_at,
        last_value(n_caches order by observed_at) as n_caches,
        last_value(retention_days order by observed_at) as retention_days,
        last_value(least_recent_at order by observed_at) as least_recent_at,
        last_value(least_recent_id order by observed_at) as least_recent_id
    from stg.cache_listings
    where $from <= observed_at and observed_at <= $to
    group by repository
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence = 'caches'
    group by repository
),
aged as (
    select
        places.repository,
        listings.observed_at,
        listings.n_caches,
        listings.retention_days,
        listings.least_recent_id,
        floor(days_between(listings.least_recent_at, listings.observed_at)) as idle_days,
        rules.value as days_max,
        gaps.n as n_gaps,
        coalesce(gaps.needs, '') as needs
    from places
    left join listings on places.repository = listings.repository
    left join gaps on places.repository = gaps.repository
    inner join policy as rules
        on rules.name = 'cache_ttl'
        and rules.valid_from <= coalesce(listings.observed_at, $from)
        and coalesce(listings.observed_at, $from) < rules.valid_to
),
judged as (
    select
        *,
        case
            when n_caches = 0 then 'none'
            when days_max < retention_days then 'kept too long'
            when days_max < idle_days then 'unused'
            when observed_at is null then 'unknown'
            when retention_days is null then 'limit unknown'
            when n_gaps > 0 then 'missing'
            else 'kept'
        end as finding
    from aged
)
select
    repository as subject,
    case
        when finding in ('kept too long', 'unused') then 'fail'
        when finding = 'none' then 'not_applicable'
        when finding = 'kept' then 'pass'
        else 'no_evidence'
    end as status,
    case finding
        when 'none' then 'the repository holds no cache'
        when 'kept too long' then concat('GitHub is told to keep caches for ', retention_days, ' days')
        when 'unused'
            then concat('a cache has not been used for ', cast(idle_days as bigint), ' days, and is still there')
        when 'unknown' then concat('caches were not listed in the window', needs)
        when 'limit unknown' then concat('for how long caches are kept is not known', needs)
        when 'missing' then concat('the newest caches could not be had (gaps: ', n_gaps, ')', needs)
        else concat(n_caches, ' caches are kept for ', retention_days, ' days')
    end as reason,
    observed_at,
    case when finding = 'unused' then concat('cache=', least_recent_id) else '' end as evidence
from judged

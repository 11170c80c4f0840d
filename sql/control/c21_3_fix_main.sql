-- Every outage of main is fixed in under 2 hours
--
-- kind: control
-- spec: CI/CL-001 §21
-- control: cicl-21.3
-- grain: subject
-- severity: high
-- remediation: Revert the commit that broke main first, and mend it behind a pull request.
-- lifecycle: active
--
-- One subject for each outage that closed in the window or is open at its end: it lasted for less than `fix_main_max`.
-- One that was fixed by a re-run alone is said to be. One that is open and younger than that is undecided. A repository
-- whose main was judged and never red has none.
--
-- limits: those of the mart: the order of commits is that of their pushes.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
outages as (
    select
        outages.repository,
        outages.opened_at,
        outages.opened_on,
        outages.checks,
        outages.is_rerun_alone,
        case when outages.closed_at < $to then outages.closed_at end as closed_at,
        hours_between(
            outages.opened_at, case when outages.closed_at < $to then outages.closed_at else $to end
        ) as hours,
        rules.value as hours_max
    from mart.outages as outages
    inner join policy as rules
        on rules.name = 'fix_main_max'
        and rules.valid_from <= outages.opened_at and outages.opened_at < rules.valid_to
    where outages.opened_at < $to and (outages.closed_at is null or $from <= outages.closed_at)
),
known as (
    select distinct repository
    from mart.main_checks
    where $from <= completed_at and completed_at < $to
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'jobs', 'check_runs', 'required_checks')
    group by repository
)
select
    concat(repository, ' outage ', opened_at) as subject,
    case
        when hours_max <= hours then 'fail'
        when closed_at is null then 'no_evidence'
        else 'pass'
    end as status,
    concat(
        case when closed_at is null then 'open for ' else 'lasted ' end,
        round(hours * 100) / 100, ' hours; red were ', checks,
        case when closed_at is not null and is_rerun_alone then '; fixed by a re-run alone' else '' end
    ) as reason,
    coalesce(closed_at, opened_at) as observed_at,
    concat('commit=', opened_on) as evidence
from outages
union all
select
    places.repository as subject,
    case when gaps.n > 0 or known.repository is null then 'no_evidence' else 'not_applicable' end as status,
    case
        when gaps.n > 0 then concat('runs are missing (gaps: ', gaps.n, ')', gaps.needs)
        when known.repository is null then 'no required check judged a commit of main in the window'
        else 'main was judged, and never red'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join known on places.repository = known.repository
left join gaps on places.repository = gaps.repository
where gaps.n > 0 or places.repository not in (select repository from outages)

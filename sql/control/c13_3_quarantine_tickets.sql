-- Quarantined tests have a ticket and leave within 14 days
--
-- kind: control
-- spec: CI/CL-001 §13
-- control: cicl-13.3
-- grain: subject
-- severity: medium
-- remediation: Open a ticket for the test, mend it, and take it out of quarantine before its days are over.
-- lifecycle: active
--
-- One subject for each stay in quarantine that touches the window: it has a ticket, which is open while the test is
-- in, and ended within its days, or has not used them up. The days, and what continues a clock or extends it, are
-- those of the mart of quarantines.
--
-- limits: a ticket that is no issue of the repository is taken to be open. One that was closed before the stay began,
-- or in it, covers nothing from then on.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
stays as (
    select
        stays.repository,
        stays.test,
        stays.tagged_at,
        stays.started_at,
        stays.due_at,
        stays.released_at,
        stays.is_breached,
        stays.ticket,
        case
            when tickets.closed_at < least(coalesce(stays.released_at, $to), $to) then tickets.closed_at
        end as ticket_closed_at
    from mart.quarantines as stays
    left join stg.issues as tickets on stays.repository = tickets.repository and stays.ticket = tickets.url
    where stays.tagged_at < $to and (stays.released_at is null or $from < stays.released_at)
),
known as (
    select distinct repository
    from stg.sources
    where format = 'junit' and $from <= completed_at and completed_at < $to
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'tests', 'quarantine_lists', 'issues')
    group by repository
)
select
    concat(repository, ' test ', test, ' since ', tagged_at) as subject,
    case
        when is_breached or ticket is null or ticket_closed_at is not null then 'fail'
        else 'pass'
    end as status,
    case
        when is_breached and released_at is null then concat('it had to be out by ', due_at, ' and is in')
        when is_breached then concat('it had to be out by ', due_at, ' and left at ', released_at)
        when ticket is null then 'it has no ticket'
        when ticket_closed_at is not null then concat('its ticket was closed at ', ticket_closed_at, ' while it was in')
        when released_at is null then concat('it has a ticket and until ', due_at)
        else concat('it had a ticket and left at ', released_at)
    end as reason,
    coalesce(released_at, tagged_at) as observed_at,
    case when ticket is null then '' else concat('ticket=', ticket) end as evidence
from stays
union all
select
    places.repository as subject,
    case when gaps.n > 0 or known.repository is null then 'no_evidence' else 'not_applicable' end as status,
    case
        when gaps.n > 0 then concat('what may quarantine a test is missing (gaps: ', gaps.n, ')', gaps.needs)
        when known.repository is null then 'no test report is known in the window'
        else 'no test was in quarantine in the window'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join known on places.repository = known.repository
left join gaps on places.repository = gaps.repository
where gaps.n > 0 or places.repository not in (select repository from stays)

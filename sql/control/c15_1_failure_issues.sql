-- A failing gate of main has an issue
--
-- kind: control
-- spec: CI/CL-001 §15
-- control: cicl-15.1
-- grain: subject
-- severity: medium
-- remediation: Let CI open an issue with the labels `ci-fail` and `component: …` when a required check of main fails.
-- lifecycle: active
--
-- One subject for each outage of the default branch that opened in the window: an issue with the label `ci-fail` and
-- one that names a component was opened within `ci_fail_issue_within`. An issue serves one outage. What is not yet
-- that old is not judged.
--
-- limits: gates of pull requests are not looked at. A label names a component when it is `component`, or begins with
-- that word and a mark, as `component: api`. Which run the issue links is not judged.
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
        plus_minutes(outages.opened_at, rules.value) as due_at,
        lead(outages.opened_at) over (partition by outages.repository order by outages.opened_at) as next_at
    from mart.outages as outages
    inner join policy as rules
        on rules.name = 'ci_fail_issue_within'
        and rules.valid_from <= outages.opened_at and outages.opened_at < rules.valid_to
),
judged as (
    select * from outages where $from <= opened_at and opened_at < $to and due_at <= $as_of
),
issues as (
    select
        repository,
        number,
        created_at,
        coalesce(labels like '%"ci-fail"%', false) as is_labelled,
        coalesce(regexp_like(labels, '"component([:/ -][^"]*)?"'), false) as has_component
    from stg.issues
),
matched as (
    select
        judged.repository,
        judged.opened_at,
        max(case when issues.is_labelled and issues.has_component and issues.created_at <= judged.due_at
            then issues.number end) as in_time,
        max(case when issues.is_labelled and issues.has_component then issues.number end) as late,
        max(case when issues.is_labelled then issues.number end) as without_component
    from judged
    inner join issues
        on judged.repository = issues.repository
        and judged.opened_at <= issues.created_at
        and (judged.next_at is null or issues.created_at < judged.next_at)
    group by judged.repository, judged.opened_at
),
known as (
    select distinct repository
    from mart.main_checks
    where $from <= completed_at and completed_at < $to
),
gaps as (
    select
        repository,
        max(case when evidence = 'issues' then needs end) as issues_needs,
        string_agg(distinct case when evidence <> 'issues' then needs end, '') as runs_needs
    from mart.missing_evidence
    where evidence in ('issues', 'runs', 'jobs', 'check_runs')
    group by repository
)
select
    concat(judged.repository, ' outage ', judged.opened_at) as subject,
    case
        when matched.in_time is not null then 'pass'
        when repositories.repository is null or gaps.issues_needs is not null then 'no_evidence'
        else 'fail'
    end as status,
    case
        when matched.in_time is not null then concat('issue ', matched.in_time, ' in time')
        when repositories.repository is null then 'issues are not collected'
        when gaps.issues_needs is not null then concat('issues are missing', gaps.issues_needs)
        when matched.late is not null then concat('issue ', matched.late, ' came too late')
        when matched.without_component is not null
            then concat('issue ', matched.without_component, ' names no component')
        else concat('no issue; red were ', judged.checks)
    end as reason,
    judged.opened_at as observed_at,
    concat(
        'commit=', judged.opened_on,
        case
            when coalesce(matched.in_time, matched.late, matched.without_component) is null then ''
            else concat(' issue=', coalesce(matched.in_time, matched.late, matched.without_component))
        end
    ) as evidence
from judged
left join matched on judged.repository = matched.repository and judged.opened_at = matched.opened_at
left join stg.repositories as repositories on judged.repository = repositories.repository
left join gaps on judged.repository = gaps.repository
union all
select
    places.repository as subject,
    case
        when gaps.runs_needs is not null or known.repository is null then 'no_evidence'
        else 'not_applicable'
    end as status,
    case
        when gaps.runs_needs is not null
            then concat('runs are missing, so that an outage may be', gaps.runs_needs)
        when known.repository is null then 'no required check judged a commit of main in the window'
        else 'main did not turn red in the window'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join known on places.repository = known.repository
left join gaps on places.repository = gaps.repository
where gaps.runs_needs is not null or places.repository not in (select repository from judged)

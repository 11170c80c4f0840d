-- The median CI duration per pull request is under 12 minutes
--
-- kind: control
-- spec: CI/CL-001 §21
-- control: cicl-21.1
-- grain: subject
-- severity: medium
-- remediation: Look at the slowest pull requests and steps; cache, split or drop what takes longest.
-- lifecycle: active
--
-- One subject, the selection as a whole: the value of the KPI against `ci_duration_max`, as the clause is about the
-- organization. Under `median_n_min` pull requests, or with a gap in runs or pull requests, nothing is shown but a
-- miss.
--
-- limits: those of the KPI.
with
measured as (
    select value, n from kpi.median_ci_duration_per_pull_request where repository is null
),
gaps as (
    select
        coalesce(sum(n), 0) as n,
        coalesce(string_agg(distinct needs, '' order by needs), '') as needs
    from mart.missing_evidence
    where evidence in ('runs', 'jobs', 'pull_requests', 'required_checks')
),
pulls as (
    select count(*) as n from stg.repositories
)
select
    'all repositories' as subject,
    case
        when measured.n = 0 and (gaps.n > 0 or pulls.n = 0) then 'no_evidence'
        when measured.n = 0 then 'not_applicable'
        when measured.n < enough.value then 'no_evidence'
        when seconds_between($from, plus_minutes($from, rules.value)) <= measured.value then 'fail'
        when gaps.n > 0 then 'no_evidence'
        else 'pass'
    end as status,
    case
        when measured.n = 0 and gaps.n > 0 then concat('evidence is missing (gaps: ', gaps.n, ')', gaps.needs)
        when measured.n = 0 and pulls.n = 0 then 'pull requests are not collected'
        when measured.n = 0 then 'no pull request with a green head commit was merged in the window'
        when measured.n < enough.value then concat('too few pull requests to judge: ', measured.n)
        when gaps.n > 0
            then concat(
                measured.value, ' seconds over ', measured.n, ' pull requests, with gaps: ', gaps.n, gaps.needs
            )
        else concat(measured.value, ' seconds over ', measured.n, ' pull requests')
    end as reason,
    $to as observed_at,
    'kpi=median_ci_duration_per_pull_request' as evidence
from measured
cross join gaps
cross join pulls
inner join policy as rules
    on rules.name = 'ci_duration_max' and rules.valid_from <= $to and $to < rules.valid_to
inner join policy as enough
    on enough.name = 'median_n_min' and enough.valid_from <= $to and $to < enough.valid_to

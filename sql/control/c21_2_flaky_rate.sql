-- The flaky test rate is under 2 percent
--
-- kind: control
-- spec: CI/CL-001 §21
-- control: cicl-21.2
-- grain: subject
-- severity: medium
-- remediation: Mend the flaky tests, those that fail most first, or quarantine them with a ticket.
-- lifecycle: active
-- window: flaky_window
--
-- One subject, the selection as a whole: the value of the KPI against `flaky_rate_max`, as the clause is about the
-- organization. A report that is missing or was lost leaves a rate that would hold without evidence, and excuses no
-- miss.
--
-- limits: those of the KPI.
with
measured as (
    select value, n from kpi.flaky_test_rate where repository is null
),
lost as (
    select coalesce(sum(n), 0) as n
    from mart.flaky_rate_exclusions
    where reason in ('evidence_missing', 'report_missing', 'report_partial', 'report_refused')
),
gaps as (
    select coalesce(string_agg(distinct needs, '' order by needs), '') as needs
    from mart.missing_evidence
    where evidence in ('runs', 'tests')
)
select
    'all repositories' as subject,
    case
        when measured.n = 0 then 'no_evidence'
        when rules.value <= measured.value then 'fail'
        when lost.n > 0 then 'no_evidence'
        else 'pass'
    end as status,
    case
        when measured.n = 0 then 'no test is known that was executed'
        when lost.n > 0
            then concat(
                measured.value, ' percent of ', measured.n, ' tests, and ', lost.n, ' runs or reports are missing',
                gaps.needs
            )
        else concat(measured.value, ' percent of ', measured.n, ' tests')
    end as reason,
    $to as observed_at,
    'kpi=flaky_test_rate' as evidence
from measured
cross join lost
cross join gaps
inner join policy as rules
    on rules.name = 'flaky_rate_max' and rules.valid_from <= $to and $to < rules.valid_to

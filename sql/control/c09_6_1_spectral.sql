-- Spectral finds no error in OpenAPI descriptions
--
-- kind: control
-- spec: CI/CL-001 §9
-- adr: adr-008, adr-008n
-- control: cicl-09.6.1
-- grain: subject
-- severity: medium
-- remediation: Fix what Spectral finds, let its failure fail the step, and keep its output as an artifact.
-- lifecycle: active
--
-- One subject for each run attempt of the default branch in which Spectral executed in the window, or left its output:
-- that is complete, tells of at most `lint_errors_max` errors, and it was let fail. Output that tells of no file is not
-- complete. Errors, a step that failed, and one that may fail without consequence by the workflow file, are failures. A
-- step that merely succeeded is no evidence: its pattern may have matched no file.
--
-- limits: Spectral is known by the name of its step. Which files it looked at is not in its output. Attempts without it
-- are not judged: whether a description was impacted is not known.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
attempts as (
    select
        outcomes.*,
        case when outcomes.n_errors > rules.value then 'errors' else outcomes.outcome end as finding
    from mart.check_outcomes as outcomes
    inner join policy as rules
        on rules.name = 'lint_errors_max'
        and rules.valid_from <= outcomes.completed_at and outcomes.completed_at < rules.valid_to
    where outcomes.tool = 'spectral' and outcomes.outcome <> 'not reached'
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'jobs')
    group by repository
)
select
    concat(repository, ' run ', run_id, ' attempt ', run_attempt) as subject,
    case
        when finding in ('errors', 'failed', 'masked') then 'fail'
        when finding = 'reported' then 'pass'
        else 'no_evidence'
    end as status,
    case finding
        when 'errors' then concat('errors of its output: ', n_errors, ', the first ', worst)
        when 'failed' then 'the step of Spectral failed'
        when 'masked' then 'the workflow file lets Spectral fail without consequence'
        when 'reported' then 'its output has no error'
        when 'incomplete' then 'its output is not complete, or of no file'
        else 'Spectral succeeded, and its output is not there to tell of a file'
    end as reason,
    completed_at as observed_at,
    evidence
from attempts
union all
select
    places.repository as subject,
    'no_evidence' as status,
    case
        when gaps.n > 0 then concat('runs or jobs are missing (gaps: ', gaps.n, ')', gaps.needs)
        else 'Spectral is not known to have executed on the default branch in the window'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join gaps on places.repository = gaps.repository
where gaps.n > 0 or places.repository not in (select repository from attempts)

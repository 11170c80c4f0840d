-- Lint finds no error
--
-- kind: control
-- spec: CI/CL-001 §7
-- adr: adr-008
-- control: cicl-07.01
-- grain: subject
-- severity: medium
-- remediation: Fix what the linter finds, and let its failure fail the step: no `--exit-zero`, no `|| true`.
-- lifecycle: active
--
-- One subject for each run attempt of the default branch in which a linter executed in the window, or left a report:
-- each linter of it found at most `lint_errors_max` errors and was let fail. That is told by complete reports, or by a
-- step that succeeded and is nothing but the linter's command in the workflow file of the commit. Errors of a report, a
-- step that failed, and a linter whose every step may fail without consequence, are failures. A step that succeeded is
-- no evidence where neither a report nor its command is known, as behind `make lint`; nor is one that was not reached.
--
-- limits: a linter is known by the name of its step. On how many files it looked is not told by it. A step may have
-- failed for another reason than an error. Attempts without a linter are not judged: what was impacted is not known.
-- Formatters are no linters.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
linters as (
    select
        outcomes.*,
        case when outcomes.n_errors > rules.value then 'errors' else outcomes.outcome end as finding
    from mart.check_outcomes as outcomes
    inner join policy as rules
        on rules.name = 'lint_errors_max'
        and rules.valid_from <= outcomes.completed_at and outcomes.completed_at < rules.valid_to
    where
        outcomes.tool in (
            'actionlint', 'biome', 'clippy', 'eslint', 'hadolint', 'pylint', 'ruff', 'shellcheck', 'tflint', 'yamllint'
        )
),
ranked as (
    select
        *,
        array_position(
            make_array('errors', 'failed', 'masked', 'incomplete', 'unknown', 'not reached', 'plain', 'reported'),
            finding
        ) as rank
    from linters
),
attempts as (
    select
        repository,
        run_id,
        run_attempt,
        first_value(finding order by rank, tool) as finding,
        first_value(tool order by rank, tool) as tool,
        first_value(n_errors order by rank, tool) as n_errors,
        first_value(worst order by rank, tool) as worst,
        first_value(evidence order by rank, tool) as evidence,
        string_agg(tool, ', ' order by tool) as tools,
        max(completed_at) as completed_at
    from ranked
    group by repository, run_id, run_attempt
    having count(*) filter (where finding <> 'not reached') > 0
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
        when finding in ('plain', 'reported') then 'pass'
        else 'no_evidence'
    end as status,
    case finding
        when 'errors' then concat('errors of ', tool, ': ', n_errors, ', the first ', worst)
        when 'failed' then concat('a step of ', tool, ' failed')
        when 'masked' then concat('the workflow file lets ', tool, ' fail without consequence')
        when 'incomplete' then concat('the report of ', tool, ' is not complete')
        when 'unknown' then concat(tool, ' succeeded, and neither a report nor its command by itself is known')
        when 'not reached' then concat(tool, ' was not reached')
        else concat('no error by ', tools)
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
        else 'no linter is known that executed on the default branch in the window'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join gaps on places.repository = gaps.repository
where gaps.n > 0 or places.repository not in (select repository from attempts)

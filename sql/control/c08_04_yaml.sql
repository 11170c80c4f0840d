-- yamllint looks at YAML files
--
-- kind: control
-- spec: CI/CL-001 §8
-- adr: adr-008
-- control: cicl-08.04
-- grain: subject
-- severity: low
-- remediation: Add a step `yamllint .` to the static checks.
-- lifecycle: active
--
-- One subject for each run attempt of a push to the default branch in the window in which a step of a static check
-- executed: yamllint executed in it, in an earlier attempt of the run, or in another push run of the commit, on at
-- least one file. That is shown by a problem in its report, or by a command over the whole folder or `.github`, where
-- the workflow itself is one. Where it is not among the steps it is missing: YAML there is, the workflow.
--
-- limits: a step is known by its name. Attempts without any step of a static check are not judged: what was impacted is
-- not known.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
reported as (
    select distinct repository, head_sha
    from mart.check_results
    where tool = 'yamllint' and event = 'push' and n_findings > 0
),
attempts as (
    select
        repository,
        run_id,
        run_attempt,
        max(head_sha) as head_sha,
        min(job_id) as job_id,
        max(completed_at) as completed_at,
        bool_or(tool = 'yamllint') as is_named,
        coalesce(sum(n_executed) filter (where tool = 'yamllint'), 0) as n_executed,
        bool_or(tool = 'yamllint' and regexp_like(commands, '(?m)(^| )yamllint (.* )?\.(/|/?\.?github[^ ]*)?( |$)'))
            as is_wide
    from mart.commit_steps
    where tool in ('biome', 'black', 'eslint', 'mypy', 'ruff', 'shellcheck', 'yamllint')
    group by repository, run_id, run_attempt
    having sum(n_executed_here) > 0
),
judged as (
    select
        attempts.*,
        case
            when not attempts.is_named then 'missing'
            when attempts.n_executed = 0 then 'not reached'
            when attempts.is_wide or reported.head_sha is not null then 'looked'
            else 'unknown'
        end as finding
    from attempts
    left join reported on attempts.repository = reported.repository and attempts.head_sha = reported.head_sha
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'jobs')
    group by repository
)
select
    concat(repository, ' run ', run_id, ' attempt ', run_attempt) as subject,
    case finding when 'looked' then 'pass' when 'missing' then 'fail' else 'no_evidence' end as status,
    case finding
        when 'looked' then 'yamllint executed on at least one file'
        when 'missing' then 'yamllint is not among the steps'
        when 'not reached' then 'yamllint was not reached'
        else 'yamllint executed, and on which files is not known'
    end as reason,
    completed_at as observed_at,
    concat('job=', job_id, ' commit=', head_sha) as evidence
from judged
union all
select
    places.repository as subject,
    'no_evidence' as status,
    case
        when gaps.n > 0 then concat('runs or jobs are missing (gaps: ', gaps.n, ')', gaps.needs)
        else 'no step of a static check is known that executed on the default branch in the window'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join gaps on places.repository = gaps.repository
where gaps.n > 0 or places.repository not in (select repository from judged)

-- Ruff, Black and MyPy run with the static checks
--
-- kind: control
-- spec: CI/CL-001 §9
-- adr: adr-008
-- control: cicl-09.2.1
-- grain: subject
-- severity: low
-- remediation: Add steps that are `ruff check`, `black --check` and `mypy` to the static checks; none may rewrite.
-- lifecycle: active
--
-- One subject for each run attempt of a push to the default branch in the window in which a step of Ruff, Black or MyPy
-- executed: steps of all three executed in it, in an earlier attempt of the run, whose jobs it may keep, or in another
-- push run of the commit, whatever they found. Black without `--check` or `--diff`, and Ruff with `--fix`, rewrite and
-- do not check, which is a failure. Whether they check is told by the command in the workflow file of the commit, or by
-- the name that GitHub made of it; where neither is known nothing is shown. So it is of one that was not reached.
--
-- limits: a step is known by its name. Attempts without any of the three are not judged: whether Python was impacted is
-- not known.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
tools as (
    select
        repository,
        run_id,
        run_attempt,
        tool,
        head_sha,
        job_id,
        completed_at,
        n_executed_here,
        n_executed,
        case tool
            when 'black' then regexp_like(
                regexp_replace(commands, '(?m)^.*(--check|--diff).*$', '', 'g'), '(?m)(^| )black( |$)'
            )
            when 'ruff' then regexp_like(commands, '(?m)(^| )ruff .*--fix( |$)')
            else false
        end as is_rewriting,
        case tool
            when 'black' then regexp_like(commands, '(?m)(^| )black .*(--check|--diff)')
            when 'ruff' then regexp_like(commands, '(?m)(^| )ruff (check( |$)|\.)')
            else true
        end as is_checking
    from mart.commit_steps
    where tool in ('black', 'mypy', 'ruff')
),
judged as (
    select
        repository,
        run_id,
        run_attempt,
        max(head_sha) as head_sha,
        min(job_id) as job_id,
        max(completed_at) as completed_at,
        concat_ws(
            ', ',
            case when not bool_or(tool = 'black') then 'Black' end,
            case when not bool_or(tool = 'mypy') then 'MyPy' end,
            case when not bool_or(tool = 'ruff') then 'Ruff' end
        ) as missing,
        string_agg(tool, ', ' order by tool) filter (where is_rewriting) as rewriting,
        string_agg(tool, ', ' order by tool) filter (where n_executed = 0) as unreached,
        string_agg(tool, ', ' order by tool) filter (where not is_checking) as unknown
    from tools
    group by repository, run_id, run_attempt
    having sum(n_executed_here) > 0
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
        when missing <> '' or rewriting is not null then 'fail'
        when unreached is not null or unknown is not null then 'no_evidence'
        else 'pass'
    end as status,
    case
        when missing <> '' then concat('not among the steps: ', missing)
        when rewriting is not null then concat('rewrites instead of checking: ', rewriting)
        when unreached is not null then concat('not reached: ', unreached)
        when unknown is not null then concat('whether it only checks is not known: ', unknown)
        else 'all three executed, and none rewrites'
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
        else 'no step of Ruff, Black or MyPy is known that executed on the default branch in the window'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join gaps on places.repository = gaps.repository
where gaps.n > 0 or places.repository not in (select repository from judged)

-- Time limits of jobs, declared and kept
--
-- kind: mart
-- spec: CI/CL-001 §12
-- grain: rule, subject
-- materialize: yes
-- columns: rule: the policy of the job's class: `lint_unit_timeout`, `build_scan_timeout`, `codeql_timeout`
--
-- One row for each job of a repository by name that is of a class, the legs of its matrix together: for every execution
-- that ended in the window the workflow file of its commit sets `timeout-minutes` to the policy's at most, and it took
-- no longer, the wait for a runner apart. One that was stopped under such a limit is judged by the limit alone, since
-- stopping takes its time. Without `timeout-minutes` GitHub lets a job run for six hours; a limit of a step is none of
-- the job.
--
-- A job's class is told by the words of its name and its key.
--
-- limits: a limit that an expression makes is not known, nor one in a workflow that is called.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
named as (
    select
        *,
        case
            when regexp_like(words, 'codeql') then 'codeql_timeout'
            when regexp_like(words, '(^|[^a-z])(lint|linters?|linting|static|ruff|black|eslint|biome)($|[^a-z])')
                or regexp_like(words, '(^|[^a-z])(types?|typecheck|mypy|units?|unittests?)($|[^a-z])')
            then 'lint_unit_timeout'
            when regexp_like(words, '(^|[^a-z])(builds?|docker|images?|scan|scans|scanning|scanners?)($|[^a-z])')
                or regexp_like(words, '(^|[^a-z])(sast|sca|iac|trivy|grype|semgrep|bandit)($|[^a-z])')
                or regexp_like(words, '(^|[^a-z])(gitleaks|checkov|tfsec)($|[^a-z])')
            then 'build_scan_timeout'
        end as rule
    from (
        select *, lower(concat_ws(' ', job, declared_id)) as words from mart.declared_jobs
    )
),
measured as (
    select
        named.*,
        policy.value as max_minutes,
        regexp_replace(cast(policy.value as varchar), '\.0$', '') as shown_minutes,
        plus_minutes(named.started_at, policy.value) < named.completed_at as is_late,
        named.is_known and coalesce(named.timeout_minutes <= policy.value, false)
            and named.conclusion in ('timed_out', 'cancelled') as is_stopped
    from named
    inner join policy
        on named.rule = policy.name
        and policy.valid_from <= named.completed_at and named.completed_at < policy.valid_to
),
judged as (
    select
        *,
        case
            when is_known and timeout_minutes > max_minutes then concat('its limit is ', timeout_minutes, ' minutes')
            when is_known and is_whole and timeout_minutes is null and timeout_expression is null
            then 'no `timeout-minutes` is set'
            when is_late and not is_stopped then concat('it took longer than ', shown_minutes, ' minutes')
        end as fault,
        case
            when not is_known then unknown_reason
            when timeout_expression is not null then concat('its limit is the expression ', timeout_expression)
            when timeout_minutes is null then concat(path, ' is not whole')
            when is_late is null and not is_stopped then 'when it began is not known'
        end as doubt
    from measured
),
totals as (
    select
        rule,
        repository,
        job,
        last_value(shown_minutes order by completed_at, job_id) as shown_minutes,
        count(*) as n,
        count(fault) as n_failed,
        count(*) filter (where fault is null and doubt is not null) as n_unknown,
        first_value(coalesce(fault, doubt) order by
            fault is not null desc, doubt is not null desc, completed_at, job_id
        ) as worst,
        first_value(run_id order by
            fault is not null desc, doubt is not null desc, completed_at, job_id
        ) as run_id,
        first_value(job_id order by
            fault is not null desc, doubt is not null desc, completed_at, job_id
        ) as job_id,
        first_value(head_sha order by
            fault is not null desc, doubt is not null desc, completed_at, job_id
        ) as head_sha,
        first_value(file_sha256 order by
            fault is not null desc, doubt is not null desc, completed_at, job_id
        ) as file_sha256,
        max(completed_at) as completed_at
    from judged
    group by rule, repository, job
),
known as (
    select distinct repository from mart.ended_jobs where is_executed
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'jobs', 'workflow_files')
    group by repository
)
select
    rule,
    concat(repository, ' job ', job) as subject,
    case when n_failed > 0 then 'fail' when n_unknown > 0 then 'no_evidence' else 'pass' end as status,
    case
        when n_failed > 0 then concat(n_failed, ' of ', n, ' executions: ', worst)
        when n_unknown > 0 then concat(n_unknown, ' of ', n, ' executions: ', worst)
        else concat(n, ' executions within ', shown_minutes, ' minutes')
    end as reason,
    completed_at as observed_at,
    concat('run=', run_id, ' job=', job_id, ' commit=', head_sha, coalesce(' source=' || file_sha256, ''))
        as evidence
from totals
union all
select
    rules.rule,
    places.repository as subject,
    case when gaps.n > 0 or known.repository is null then 'no_evidence' else 'not_applicable' end as status,
    case
        when gaps.n > 0 then concat('jobs or workflow files are missing (gaps: ', gaps.n, ')', gaps.needs)
        when known.repository is null then 'no job is known that ran in the window'
        else concat('no job of ', rules.told, ' ran in the window')
    end as reason,
    null as observed_at,
    '' as evidence
from places
cross join (
    values
        ('lint_unit_timeout', 'lint or unit tests'),
        ('build_scan_timeout', 'builds or scans'),
        ('codeql_timeout', 'CodeQL')
) as rules (rule, told)
left join known on places.repository = known.repository
left join gaps on places.repository = gaps.repository
where
    gaps.n > 0
    or concat(places.repository, ' ', rules.rule) not in (select concat(repository, ' ', rule) from totals)

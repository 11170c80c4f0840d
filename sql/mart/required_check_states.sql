-- Whether each check of CI/CL-001 §10 was required all the time
--
-- kind: mart
-- spec: CI/CL-001 §10
-- grain: repository, check_name
-- materialize: yes
-- columns: check_name: the check, as the clause names it
-- columns: status: of the control about it
-- columns: reason: why, in words
-- columns: observed_at: when it was last reported; where it is absent, since when
-- columns: evidence: contexts that were required under its name, and its last report
--
-- A context stands for a check by its name, alone or with the leg of a matrix: `unit-tests (3.12)`. It passes where one
-- is required at every instant of the window, and some run or app reported it within `check_reported_within`. Rules are
-- known from the first version of a ruleset on, those of classic protection from the first observation on: what was
-- before is unknown. Beside a ruleset with history, classic protection is taken as it was observed first.
--
-- limits: what changed and changed back between two observations of classic protection is not seen. Commit statuses are
-- not collected, so a check that is only reported by one is as good as never reported.
with
checks as (
    select unnest(make_array(
        'lint', 'types', 'unit-tests', 'coverage-threshold', 'codeql', 'trivy', 'gitleaks', 'iac-scan',
        'contract-checks', 'sbom-provenance'
    )) as check_name
),
sets as (
    select
        rules.repository,
        coalesce(min(case when rules.origin = 'ruleset' then rules.effective_at end), min(rules.effective_at))
            as known_from
    from stg.required_checks as rules
    inner join stg.repositories as repositories on rules.repository = repositories.repository
    where rules.branch in (
        '~ALL', '~DEFAULT_BRANCH', repositories.default_branch, 'refs/heads/' || repositories.default_branch
    )
    group by rules.repository
),
population as (
    select
        repositories.repository,
        repositories.is_archived,
        checks.check_name,
        sets.known_from,
        greatest(sets.known_from, $from) as judged_from
    from stg.repositories as repositories
    cross join checks
    left join sets on repositories.repository = sets.repository
),
spans as (
    select
        population.repository,
        population.check_name,
        required.context,
        required.app_id,
        greatest(required.valid_from, population.judged_from) as valid_from,
        least(required.valid_to, $to) as valid_to,
        population.judged_from
    from population
    inner join mart.required_checks as required
        on population.repository = required.repository
        and (
            required.context = population.check_name
            or starts_with(required.context, population.check_name || ' (')
        )
    where required.valid_from < $to and population.judged_from < required.valid_to
),
ends as (
    select
        *,
        coalesce(
            max(valid_to) over (
                partition by repository, check_name order by valid_from, valid_to, context
                rows between unbounded preceding and 1 preceding
            ),
            judged_from
        ) as ends_before
    from spans
),
covered as (
    select
        repository,
        check_name,
        min(case when ends_before < valid_from then ends_before end) as absent_from,
        max(valid_to) as required_until,
        array_to_string(array_agg(distinct context order by context), ', ') as contexts
    from ends
    group by repository, check_name
),
recent as (
    select plus_days($to, -value) as since from policy
    where name = 'check_reported_within' and valid_from <= $to and $to < valid_to
),
reports as (
    select
        jobs.repository,
        jobs.name as context,
        cast(null as bigint) as app_id,
        jobs.job_id as check_id,
        jobs.head_sha,
        jobs.completed_at
    from stg.jobs as jobs
    where not jobs.is_placeholder
    union all
    select repository, name as context, app_id, check_run_id as check_id, head_sha, completed_at
    from stg.check_runs
),
reported as (
    select
        spans.repository,
        spans.check_name,
        max(reports.completed_at) as reported_at,
        last_value(reports.check_id order by reports.completed_at, reports.check_id) as check_id,
        last_value(reports.head_sha order by reports.completed_at, reports.check_id) as head_sha
    from spans
    inner join reports on spans.repository = reports.repository and spans.context = reports.context
    cross join recent
    where
        recent.since <= reports.completed_at and reports.completed_at < $to
        and (reports.app_id is null or spans.app_id is null or reports.app_id = spans.app_id)
    group by spans.repository, spans.check_name
),
active as (
    select distinct reports.repository
    from reports
    cross join recent
    where recent.since <= reports.completed_at and reports.completed_at < $to
),
gaps as (
    select
        repository,
        bool_or(resource = 'ruleset_history') as has_history_gap,
        bool_or(resource in ('protection', 'rules', 'rulesets')) as has_rules_gap,
        bool_or(resource in ('runs', 'run', 'attempt', 'run_numbers', 'jobs', 'check_runs')) as has_runs_gap,
        string_agg(distinct permission, ', ' order by permission) as permissions
    from mart.gaps
    group by repository
),
found as (
    select
        population.repository,
        population.is_archived,
        population.check_name,
        population.known_from,
        covered.contexts,
        case
            when covered.repository is null then population.judged_from
            when covered.absent_from is not null then covered.absent_from
            when covered.required_until < $to then covered.required_until
        end as absent_from,
        reported.reported_at,
        reported.check_id,
        reported.head_sha,
        active.repository is not null as is_active,
        coalesce(gaps.has_history_gap, false) as has_history_gap,
        coalesce(gaps.has_rules_gap, false) as has_rules_gap,
        coalesce(gaps.has_runs_gap, false) as has_runs_gap,
        coalesce('; needs ' || gaps.permissions, '') as needs
    from population
    left join covered
        on population.repository = covered.repository and population.check_name = covered.check_name
    left join reported
        on population.repository = reported.repository and population.check_name = reported.check_name
    left join active on population.repository = active.repository
    left join gaps on population.repository = gaps.repository
),
judged as (
    select
        *,
        case
            when is_archived then 'archived'
            when known_from is null or $to <= known_from then 'rules unknown'
            when has_history_gap or (absent_from is not null and has_rules_gap) then 'rules unreadable'
            when absent_from is not null then 'absent'
            when $from < known_from then 'rules unknown before'
            when reported_at is not null then 'required'
            when not is_active or has_runs_gap then 'reports unknown'
            else 'never reported'
        end as finding
    from found
)
select
    repository,
    check_name,
    case
        when finding = 'archived' then 'not_applicable'
        when finding in ('absent', 'never reported') then 'fail'
        when finding = 'required' then 'pass'
        else 'no_evidence'
    end as status,
    case finding
        when 'archived' then 'the repository is archived'
        when 'rules unknown' then concat('no rules of the default branch are known in the window', needs)
        when 'rules unreadable' then concat('rules of the default branch could not be read', needs)
        when 'absent' then concat('not required from ', absent_from)
        when 'rules unknown before' then concat('the rules are known from ', known_from, ' only')
        when 'required' then 'required all the time, and reported'
        when 'reports unknown'
            then concat('required all the time; no run is known that could have reported it', needs)
        else 'required, and never reported'
    end as reason,
    case
        when finding = 'required' then reported_at
        when finding = 'absent' then absent_from
        else known_from
    end as observed_at,
    case
        when contexts is null then ''
        when check_id is null then concat('contexts=', contexts)
        else concat('contexts=', contexts, ' check=', check_id, ' commit=', head_sha)
    end as evidence
from judged

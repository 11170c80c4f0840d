-- Executions of quarantined tests on the default branch
--
-- kind: mart
-- spec: CI/CL-001 §13
-- grain: repository, run_id, run_attempt, source_sha256, leg, test_id, execution, test
-- materialize: yes
--
-- Of tests that any way has ever tagged: pushes and schedules. `is_bare` is the test of a tagged name without the tag,
-- which shows that the tag is gone. What a report that broke off says of tags and passes is left out; a failure in it
-- happened.
with
tagged as (
    select distinct
        repository,
        class_name,
        name,
        regexp_like(concat(class_name, ' ', name), '(^|[^\w@.-])@flaky($|[^\w@-])') as is_in_name
    from mart.tests
    where is_tagged
),
named as (
    select
        repository,
        case when class_name = '' then name else concat(class_name, '::', name) end as test,
        is_in_name,
        btrim(regexp_replace(class_name, '(^|[^\w@.-])@flaky($|[^\w@-])', '\1\2')) as bare_class_name,
        btrim(regexp_replace(name, '(^|[^\w@.-])@flaky($|[^\w@-])', '\1\2')) as bare_name
    from tagged
),
candidates as (
    select repository, test as seen_as, test from named
    union
    select
        repository,
        case when bare_class_name = '' then bare_name else concat(bare_class_name, '::', bare_name) end as seen_as,
        test
    from named
    where is_in_name
    union
    select repository, test as seen_as, test from mart.quarantine_lists
    union
    select repository, test as seen_as, test from mart.quarantine_issues
),
tests as (
    select
        tests.repository,
        tests.test_id,
        candidates.test,
        candidates.test <> candidates.seen_as as is_bare
    from mart.tests as tests
    inner join candidates on tests.repository = candidates.repository and tests.test = candidates.seen_as
),
results as (
    select
        results.repository,
        results.run_id,
        results.run_attempt,
        results.source_sha256,
        results.leg,
        results.test_id,
        results.class_name,
        results.name,
        results.execution,
        results.is_failed,
        results.is_passed,
        results.is_quarantined,
        results.ticket,
        results.completed_at,
        tests.test,
        tests.is_bare
    -- The few are kept in memory, and the many pass by.
    from tests
    inner join stg.test_results as results
        on tests.repository = results.repository and tests.test_id = results.test_id
),
partial as (
    select distinct repository, source_sha256 from stg.sources where format = 'junit' and status <> 'complete'
)
select
    results.repository,
    results.run_id,
    results.run_attempt,
    runs.created_at as run_created_at,
    runs.conclusion as run_conclusion,
    results.source_sha256,
    results.leg,
    results.test,
    results.test_id,
    results.class_name,
    results.name,
    results.is_bare,
    results.execution,
    results.is_failed,
    results.is_passed and partial.source_sha256 is null as is_passed,
    case
        when partial.source_sha256 is not null then null
        when not results.is_quarantined then 'none'
        when regexp_like(
            concat(results.class_name, ' ', results.name), '(^|[^\w@.-])@flaky($|[^\w@-])'
        ) then 'name'
        else 'property'
    end as tag,
    results.ticket,
    results.completed_at
from results
inner join stg.runs as runs
    on results.repository = runs.repository
    and results.run_id = runs.run_id
    and results.run_attempt = runs.run_attempt
left join partial on results.repository = partial.repository and results.source_sha256 = partial.source_sha256
where
    runs.event in ('push', 'schedule')
    and runs.head_branch = runs.default_branch
    and runs.head_repository = runs.repository

-- Unit tests leave JUnit and coverage reports
--
-- kind: control
-- spec: CI/CL-001 §9
-- adr: adr-008
-- control: cicl-09.3.1
-- grain: subject
-- severity: high
-- remediation: Write junit.xml and coverage.xml in each attempt, and upload both, also where tests fail.
-- lifecycle: active
--
-- One subject for each run attempt of the default branch that left a test report or coverage in the window, or owes a
-- test report. Both are there, can be read to their end, and tell of at least one test. A report that is byte for byte
-- that of another attempt shows nothing; one in several files is where each of them is. LCOV has no clock, and may well
-- be the same twice.
--
-- limits: which program ran the tests is not judged.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
runs as (
    select repository, run_id, run_attempt, head_sha, created_at
    from stg.runs
    where
        event in ('push', 'schedule', 'workflow_dispatch')
        and head_branch = default_branch and head_repository = repository
),
reports as (
    select
        repository,
        run_id,
        run_attempt,
        source_sha256,
        kind,
        format,
        status,
        n_rows,
        job,
        artifact,
        completed_at,
        first_value(run_id) over earliest as first_run_id,
        first_value(run_attempt) over earliest as first_run_attempt
    from stg.sources
    where kind in ('tests', 'coverage')
    window earliest as (
        partition by repository, format, source_sha256 order by completed_at, run_id, run_attempt
    )
),
copies as (
    select distinct repository, run_id, run_attempt
    from (
        select
            repository,
            run_id,
            run_attempt,
            bool_and(first_run_id <> run_id or first_run_attempt <> run_attempt) as is_copy
        from reports
        where n_rows > 0 and format <> 'lcov'
        group by repository, run_id, run_attempt, job, artifact, format
    ) as written
    where is_copy
),
left_behind as (
    select
        reports.repository,
        reports.run_id,
        reports.run_attempt,
        count(*) filter (where reports.kind = 'tests') as n_junit,
        count(*) filter (where reports.kind = 'coverage') as n_coverage,
        count(*) filter (where reports.status <> 'complete') as n_malformed,
        coalesce(sum(reports.n_rows) filter (where reports.kind = 'tests'), 0) as n_tests,
        first_value(reports.source_sha256 order by reports.status <> 'complete' desc, reports.kind desc,
            reports.source_sha256) as source_sha256,
        max(reports.completed_at) as completed_at
    from reports
    inner join runs
        on reports.repository = runs.repository
        and reports.run_id = runs.run_id
        and reports.run_attempt = runs.run_attempt
    where $from <= reports.completed_at and reports.completed_at < $to
    group by reports.repository, reports.run_id, reports.run_attempt
),
attempts as (
    select repository, run_id, run_attempt from left_behind
    union
    select repository, run_id, run_attempt from mart.missing_reports
),
judged as (
    select
        attempts.repository,
        attempts.run_id,
        attempts.run_attempt,
        runs.head_sha,
        coalesce(left_behind.completed_at, runs.created_at) as observed_at,
        left_behind.source_sha256,
        left_behind.n_tests,
        case
            when left_behind.n_malformed > 0 then 'malformed'
            when left_behind.n_junit > 0 and left_behind.n_tests = 0 then 'empty'
            when left_behind.repository is null then 'missing'
            when missing.repository is not null or left_behind.n_junit = 0 then 'no junit'
            when left_behind.n_coverage = 0 then 'no coverage'
            when copies.repository is not null then 'copied'
            else 'both'
        end as finding
    from attempts
    inner join runs
        on attempts.repository = runs.repository
        and attempts.run_id = runs.run_id
        and attempts.run_attempt = runs.run_attempt
    left join left_behind
        on attempts.repository = left_behind.repository
        and attempts.run_id = left_behind.run_id
        and attempts.run_attempt = left_behind.run_attempt
    left join copies
        on attempts.repository = copies.repository
        and attempts.run_id = copies.run_id
        and attempts.run_attempt = copies.run_attempt
    left join mart.missing_reports as missing
        on attempts.repository = missing.repository
        and attempts.run_id = missing.run_id
        and attempts.run_attempt = missing.run_attempt
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'jobs', 'tests', 'coverage')
    group by repository
)
select
    concat(repository, ' run ', run_id, ' attempt ', run_attempt) as subject,
    case
        when finding in ('malformed', 'empty') then 'fail'
        when finding = 'both' then 'pass'
        else 'no_evidence'
    end as status,
    case finding
        when 'malformed' then 'a report cannot be read to its end'
        when 'empty' then 'the test report tells of no test'
        when 'missing' then 'a test job ran, and its reports are missing'
        when 'no junit' then 'a test report is missing'
        when 'no coverage' then 'the report of coverage is missing'
        when 'copied' then 'a report is that of another attempt'
        else concat(n_tests, ' executions of tests, with coverage')
    end as reason,
    observed_at,
    case
        when source_sha256 is null then concat('commit=', head_sha)
        else concat('commit=', head_sha, ' source=', source_sha256)
    end as evidence
from judged
union all
select
    places.repository as subject,
    'no_evidence' as status,
    case
        when gaps.n > 0 then concat('runs are missing (gaps: ', gaps.n, ')', gaps.needs)
        else 'no run of the default branch left or owes a test report in the window'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join gaps on places.repository = gaps.repository
where gaps.n > 0 or places.repository not in (select repository from judged)

-- Unit tests cover 85 percent of lines and 80 percent of branches
--
-- kind: control
-- spec: CI/CL-001 §7
-- adr: adr-008
-- control: cicl-07.03
-- grain: subject
-- severity: high
-- remediation: Add tests until coverage.xml of the default branch holds both minimums, with branches measured.
-- lifecycle: active
--
-- One subject for each run attempt of the default branch that left coverage in the window, or owes it: a job of a name
-- that leaves coverage executed in it. Each report of the attempt has to hold `coverage_lines_min` and
-- `coverage_branches_min`, in integers, without rounding. A report that breaks off, measures nothing or no branches, or
-- is byte for byte that of another commit shows nothing. The last needs a report with a clock of its own: LCOV has
-- none, and the same tests of the same code write the same bytes again.
--
-- limits: what is left out of the measurement (`omit`) is not seen.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
runs as (
    select repository, run_id, run_attempt, head_sha
    from stg.runs
    where
        event in ('push', 'schedule', 'workflow_dispatch')
        and head_branch = default_branch and head_repository = repository
),
first_seen as (
    select
        coverage.repository,
        coverage.source_sha256,
        first_value(runs.head_sha order by coverage.completed_at, coverage.run_id, coverage.run_attempt) as head_sha,
        first_value(coverage.run_id order by coverage.completed_at, coverage.run_id, coverage.run_attempt) as run_id,
        bool_or(coverage.reported_at is not null) as has_clock
    from stg.coverage as coverage
    inner join stg.runs as runs
        on coverage.repository = runs.repository
        and coverage.run_id = runs.run_id
        and coverage.run_attempt = runs.run_attempt
    group by coverage.repository, coverage.source_sha256
),
reports as (
    select
        coverage.repository,
        coverage.run_id,
        coverage.run_attempt,
        runs.head_sha,
        coverage.source_sha256,
        coverage.completed_at,
        case
            when not coverage.is_complete then 'a report of coverage breaks off'
            when coalesce(coverage.lines_valid, 0) = 0 then 'no lines were measured'
            when first_seen.has_clock and first_seen.head_sha <> runs.head_sha
                then concat('the report is that of run ', first_seen.run_id)
            when cast(coverage.lines_covered as double) * 100 < lines.value * cast(coverage.lines_valid as double)
                then concat(coverage.lines_covered, ' of ', coverage.lines_valid, ' lines')
            when coalesce(coverage.branches_valid, 0) = 0 then 'no branches were measured'
            when
                cast(coverage.branches_covered as double) * 100
                < branches.value * cast(coverage.branches_valid as double)
                then concat(coverage.branches_covered, ' of ', coverage.branches_valid, ' branches')
            else concat(
                coverage.lines_covered, ' of ', coverage.lines_valid, ' lines, ',
                coverage.branches_covered, ' of ', coverage.branches_valid, ' branches'
            )
        end as reason,
        case
            when not coverage.is_complete or coalesce(coverage.lines_valid, 0) = 0 then 'no_evidence'
            when first_seen.has_clock and first_seen.head_sha <> runs.head_sha then 'no_evidence'
            when cast(coverage.lines_covered as double) * 100 < lines.value * cast(coverage.lines_valid as double)
                then 'fail'
            when coalesce(coverage.branches_valid, 0) = 0 then 'no_evidence'
            when
                cast(coverage.branches_covered as double) * 100
                < branches.value * cast(coverage.branches_valid as double)
                then 'fail'
            else 'pass'
        end as status
    from stg.coverage as coverage
    inner join runs
        on coverage.repository = runs.repository
        and coverage.run_id = runs.run_id
        and coverage.run_attempt = runs.run_attempt
    inner join first_seen
        on coverage.repository = first_seen.repository and coverage.source_sha256 = first_seen.source_sha256
    inner join policy as lines
        on lines.name = 'coverage_lines_min'
        and lines.valid_from <= coverage.completed_at and coverage.completed_at < lines.valid_to
    inner join policy as branches
        on branches.name = 'coverage_branches_min'
        and branches.valid_from <= coverage.completed_at and coverage.completed_at < branches.valid_to
    where $from <= coverage.completed_at and coverage.completed_at < $to
),
judged as (
    select
        repository,
        run_id,
        run_attempt,
        first_value(status order by status = 'fail' desc, status = 'no_evidence' desc, source_sha256) as status,
        first_value(reason order by status = 'fail' desc, status = 'no_evidence' desc, source_sha256) as reason,
        first_value(source_sha256 order by status = 'fail' desc, status = 'no_evidence' desc, source_sha256)
            as source_sha256,
        max(head_sha) as head_sha,
        max(completed_at) as completed_at
    from reports
    group by repository, run_id, run_attempt
),
measuring as (
    select distinct repository, job as name from stg.coverage where job is not null
),
owed as (
    select
        jobs.repository,
        jobs.run_id,
        jobs.run_attempt,
        max(runs.head_sha) as head_sha,
        max(jobs.completed_at) as completed_at
    from stg.jobs as jobs
    inner join measuring on jobs.repository = measuring.repository and jobs.name = measuring.name
    inner join runs
        on jobs.repository = runs.repository
        and jobs.run_id = runs.run_id
        and jobs.run_attempt = runs.run_attempt
    left anti join stg.coverage as coverage
        on jobs.repository = coverage.repository
        and jobs.run_id = coverage.run_id
        and jobs.run_attempt = coverage.run_attempt
        and jobs.name = coalesce(coverage.job, jobs.name)
    where
        not jobs.is_copy and jobs.conclusion in ('success', 'failure', 'timed_out')
        and $from <= jobs.completed_at and jobs.completed_at < $to
    group by jobs.repository, jobs.run_id, jobs.run_attempt
),
subjects as (
    select
        coalesce(judged.repository, owed.repository) as repository,
        coalesce(judged.run_id, owed.run_id) as run_id,
        coalesce(judged.run_attempt, owed.run_attempt) as run_attempt,
        case when judged.status = 'fail' or owed.run_id is null then judged.status else 'no_evidence' end as status,
        case
            when judged.status = 'fail' or owed.run_id is null then judged.reason
            else 'a job ran and its report of coverage is missing'
        end as reason,
        coalesce(judged.completed_at, owed.completed_at) as observed_at,
        concat(
            'commit=', coalesce(judged.head_sha, owed.head_sha),
            case when judged.source_sha256 is null then '' else ' source=' || judged.source_sha256 end
        ) as evidence
    from judged
    full join owed
        on judged.repository = owed.repository
        and judged.run_id = owed.run_id
        and judged.run_attempt = owed.run_attempt
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'jobs', 'coverage')
    group by repository
)
select
    concat(repository, ' run ', run_id, ' attempt ', run_attempt) as subject,
    status,
    reason,
    observed_at,
    evidence
from subjects
union all
select
    places.repository as subject,
    'no_evidence' as status,
    case
        when gaps.n > 0 then concat('runs are missing (gaps: ', gaps.n, ')', gaps.needs)
        else 'no run of the default branch left coverage in the window'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join gaps on places.repository = gaps.repository
where gaps.n > 0 or places.repository not in (select repository from subjects)

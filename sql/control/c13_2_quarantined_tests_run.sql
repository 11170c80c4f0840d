-- Quarantined tests run and do not gate
--
-- kind: control
-- spec: CI/CL-001 §13
-- control: cicl-13.2
-- grain: subject
-- severity: medium
-- remediation: Keep running the quarantined test, and let its failure not fail the job.
-- lifecycle: active
--
-- One subject for each stay in quarantine that touches the window: the test was executed on the default branch while
-- it was in, and no job failed in which only quarantined tests had failed. A stay during which no run of the default
-- branch was begun that left a test report shows nothing.
--
-- limits: runs of pull requests are not looked at. A job that failed for another reason, while a quarantined test
-- failed in it and no other, is taken to be gated.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
stays as (
    select
        repository,
        test,
        tagged_at,
        greatest(tagged_at, $from) as from_at,
        least(coalesce(released_at, $to), $to) as to_at
    from mart.quarantines
    where tagged_at < $to and (released_at is null or $from < released_at)
),
reports as (
    select distinct sources.repository, sources.run_id, sources.run_attempt, runs.created_at, sources.completed_at
    from stg.sources as sources
    inner join stg.runs as runs
        on sources.repository = runs.repository
        and sources.run_id = runs.run_id
        and sources.run_attempt = runs.run_attempt
    where
        sources.format = 'junit' and sources.status = 'complete' and sources.n_rows > 0
        and runs.event in ('push', 'schedule')
        and runs.head_branch = runs.default_branch and runs.head_repository = runs.repository
),
reported as (
    select stays.repository, stays.test, stays.tagged_at, count(*) as n
    from stays
    inner join reports
        on stays.repository = reports.repository
        and stays.from_at <= reports.created_at and reports.completed_at < stays.to_at
    group by stays.repository, stays.test, stays.tagged_at
),
executions as (
    select
        stays.repository,
        stays.test,
        stays.tagged_at,
        executions.test_id,
        executions.run_id,
        executions.run_attempt,
        executions.source_sha256,
        executions.leg,
        executions.is_failed,
        executions.is_passed,
        executions.completed_at
    from stays
    inner join mart.quarantine_executions as executions
        on stays.repository = executions.repository
        and stays.test = executions.test
        and stays.from_at <= executions.run_created_at and executions.completed_at < stays.to_at
    where not executions.is_bare
),
counted as (
    select
        repository,
        test,
        tagged_at,
        count(*) filter (where is_failed or is_passed) as n_executed,
        last_value(run_id order by completed_at, run_id) as run_id,
        last_value(source_sha256 order by completed_at, run_id, source_sha256) as source_sha256,
        max(completed_at) as completed_at
    from executions
    group by repository, test, tagged_at
),
failing_attempts as (
    select distinct repository, run_id, run_attempt, leg from executions where is_failed
),
outcomes as (
    select
        results.repository,
        results.run_id,
        results.run_attempt,
        results.leg,
        results.test_id,
        max(results.job) as job,
        bool_or(results.is_failed) and not bool_or(results.is_passed) as has_failed
    from stg.test_results as results
    inner join failing_attempts
        on results.repository = failing_attempts.repository
        and results.run_id = failing_attempts.run_id
        and results.run_attempt = failing_attempts.run_attempt
        and results.leg = failing_attempts.leg
    group by results.repository, results.run_id, results.run_attempt, results.leg, results.test_id
),
quarantined as (
    select distinct repository, run_id, run_attempt, leg, test_id from executions
),
only_quarantined as (
    select outcomes.repository, outcomes.run_id, outcomes.run_attempt, outcomes.leg, max(outcomes.job) as job
    from outcomes
    left join quarantined
        on outcomes.repository = quarantined.repository
        and outcomes.run_id = quarantined.run_id
        and outcomes.run_attempt = quarantined.run_attempt
        and outcomes.leg = quarantined.leg
        and outcomes.test_id = quarantined.test_id
    where outcomes.has_failed
    group by outcomes.repository, outcomes.run_id, outcomes.run_attempt, outcomes.leg
    having count(*) = count(quarantined.test_id)
),
gates as (
    select
        only_quarantined.repository,
        only_quarantined.run_id,
        only_quarantined.run_attempt,
        only_quarantined.leg,
        max(jobs.conclusion) as conclusion,
        max(jobs.job_id) as job_id
    from only_quarantined
    left join stg.jobs as jobs
        on only_quarantined.repository = jobs.repository
        and only_quarantined.run_id = jobs.run_id
        and only_quarantined.run_attempt = jobs.run_attempt
        and only_quarantined.job = jobs.name
        and not jobs.is_placeholder
    group by
        only_quarantined.repository, only_quarantined.run_id, only_quarantined.run_attempt, only_quarantined.leg
),
gated as (
    select
        executions.repository,
        executions.test,
        executions.tagged_at,
        bool_or(coalesce(gates.conclusion = 'failure', false)) as is_gated,
        bool_or(gates.conclusion is null) as is_unknown,
        min(case when gates.conclusion = 'failure' then gates.job_id end) as job_id
    from executions
    inner join gates
        on executions.repository = gates.repository
        and executions.run_id = gates.run_id
        and executions.run_attempt = gates.run_attempt
        and executions.leg = gates.leg
    where executions.is_failed
    group by executions.repository, executions.test, executions.tagged_at
),
judged as (
    select
        stays.repository,
        stays.test,
        stays.tagged_at,
        coalesce(counted.n_executed, 0) as n_executed,
        counted.run_id,
        counted.source_sha256,
        coalesce(counted.completed_at, stays.tagged_at) as observed_at,
        gated.job_id,
        case
            when gated.is_gated then 'gated'
            when gated.is_unknown then 'gate unknown'
            when counted.n_executed > 0 then 'executed'
            when reported.n > 0 then 'not executed'
            else 'no report'
        end as finding
    from stays
    left join counted
        on stays.repository = counted.repository
        and stays.test = counted.test
        and stays.tagged_at = counted.tagged_at
    left join gated
        on stays.repository = gated.repository and stays.test = gated.test and stays.tagged_at = gated.tagged_at
    left join reported
        on stays.repository = reported.repository
        and stays.test = reported.test
        and stays.tagged_at = reported.tagged_at
),
known as (
    select distinct repository
    from reports
    where $from <= completed_at and completed_at < $to
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'tests', 'quarantine_lists', 'issues')
    group by repository
)
select
    concat(repository, ' test ', test, ' since ', tagged_at) as subject,
    case
        when finding in ('gated', 'not executed') then 'fail'
        when finding = 'executed' then 'pass'
        else 'no_evidence'
    end as status,
    case finding
        when 'gated' then 'a job failed in which only quarantined tests had failed'
        when 'gate unknown' then 'the job in which it failed is not known'
        when 'executed' then concat('executed ', n_executed, ' times, and no job failed by it')
        when 'not executed' then 'other tests ran on the default branch, and it did not'
        else 'no run of the default branch left a test report while it was in'
    end as reason,
    observed_at,
    concat(
        case when job_id is null then '' else concat('job=', job_id, ' ') end,
        case when run_id is null then '' else concat('run=', run_id, ' source=', source_sha256) end
    ) as evidence
from judged
union all
select
    places.repository as subject,
    case when gaps.n > 0 or known.repository is null then 'no_evidence' else 'not_applicable' end as status,
    case
        when gaps.n > 0 then concat('what may quarantine a test is missing (gaps: ', gaps.n, ')', gaps.needs)
        when known.repository is null then 'no test report of the default branch is known in the window'
        else 'no test was in quarantine in the window'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join known on places.repository = known.repository
left join gaps on places.repository = gaps.repository
where gaps.n > 0 or places.repository not in (select repository from judged)

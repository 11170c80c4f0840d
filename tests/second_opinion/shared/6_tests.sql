-- Which executions of tests count, and what they say together.
--
-- The code under test of a pull request is its head commit, of everything else the tree.
create table populated_runs as
select
    *,
    event in ('pull_request', 'pull_request_target') as is_pull,
    if(
        is_pull,
        'pull ' || head_sha,
        'tree ' || coalesce((
            select max(twin.tree_sha) from runs as twin
            where
                twin.repository = runs.repository and twin.head_sha = runs.head_sha
                and twin.event not in ('pull_request', 'pull_request_target')
        ), head_sha)
    ) as code,
    case
        when head_repository <> repository then 'fork'
        when is_pull or event = 'merge_group' then 'in'
        when is_on_default and event in ('push', 'schedule', 'workflow_dispatch') then 'in'
        else 'other_branch'
    end as population
from runs;

-- An attempt's tests, each failed where it never passed. Many failures at once are the machine's.
create table executed_attempts as
select
    repository, run_id, run_attempt,
    max(last_at) as completed_at,
    count(*) as n_tests,
    count(*) filter (where not has_passed) as n_failed,
    n_tests >= rule_at('infrastructure_event_tests_min', max(last_at))
    and n_failed * 100.0 / n_tests >= rule_at('infrastructure_event_share_min', max(last_at)) as is_event
from (
    select
        repository, run_id, run_attempt, test_id,
        max(completed_at) as last_at,
        list_contains(list(outcome), 'passed') as has_passed
    from test_results
    where completed_at >= history_from() and completed_at < window_to() and outcome <> 'skipped'
    group by all
)
group by repository, run_id, run_attempt;

create table counted_executions as
select
    results.*, coalesce(runs.workflow, '') as run_workflow, runs.code, runs.is_pull
from test_results as results
join populated_runs as runs using (repository, run_id, run_attempt)
where
    runs.population = 'in'
    and results.completed_at >= history_from() and results.completed_at < window_to()
    and exists (
        from executed_attempts as attempts
        where
            attempts.repository = results.repository and attempts.run_id = results.run_id
            and attempts.run_attempt = results.run_attempt and not attempts.is_event
    );

-- Declared by the list or an issue at some time of the window.
create table window_tests as
with
declared as (
    select repository, test from list_spans
    where tagged_at < window_to() and coalesce(released_at, timestamp 'infinity') > window_from()
    union
    select repository, test from issue_spans
    where tagged_at < window_to() and coalesce(released_at, timestamp 'infinity') > window_from()
)
select
    repository, test_id,
    count(*) filter (where outcome <> 'skipped') as n_executed,
    bool_or(is_quarantined) or exists (
        from test_results as named
        join declared on declared.repository = named.repository and declared.test = named.full_name
        where
            named.repository = executions.repository and named.test_id = executions.test_id
            and named.completed_at >= window_from() and named.completed_at < window_to()
    ) as is_quarantined
from counted_executions as executions
where completed_at >= window_from()
group by repository, test_id;

-- Flaky: one variant of one test failed and passed on one code. A where one run shows it, else B or C.
create table flaky_verdicts as
with
by_code as (
    select
        repository, run_workflow, leg, test_id, code, is_pull,
        count(*) filter (where outcome in ('failed', 'error')) as n_failed,
        count(*) filter (where outcome = 'passed') as n_passed,
        list_intersect(
            list(run_id) filter (where outcome in ('failed', 'error')), list(run_id) filter (where outcome = 'passed')
        ) as runs_of_both,
        max(completed_at) as fell_at
    from counted_executions
    where outcome <> 'skipped'
    group by all
)
select
    *, case when len(runs_of_both) > 0 then 'A' when is_pull then 'C' else 'B' end as grade
from by_code
where n_failed > 0 and n_passed > 0 and fell_at >= window_from();

-- Attempts of the default branch with a required test job that executed and left no report.
create table missing_reports as
select distinct jobs.repository, jobs.run_id, jobs.run_attempt
from jobs
join runs using (repository, run_id, run_attempt)
where
    runs.event = 'push' and runs.is_on_default and not jobs.is_copy
    and jobs.conclusion in ('success', 'failure', 'timed_out')
    and jobs.completed_at >= window_from() and jobs.completed_at < window_to()
    and exists (
        from sources
        where sources.repository = jobs.repository and sources.format = 'junit' and sources.job = jobs.name
    )
    and exists (
        from requirements as required
        where
            required.repository = jobs.repository and required.context = jobs.name
            and required.held_from <= jobs.completed_at and jobs.completed_at < required.held_to
    )
    and not exists (
        from sources
        where
            sources.repository = jobs.repository and sources.run_id = jobs.run_id
            and sources.run_attempt = jobs.run_attempt and (sources.job is null or sources.job = jobs.name)
            and (sources.format = 'junit' or sources.is_lost_report)
    );

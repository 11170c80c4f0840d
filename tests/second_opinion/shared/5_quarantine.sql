-- Stays of tests in quarantine.
--
-- A list has a test from the first commit that writes it in to the next that can be read whole and has it no more.
create table list_spans as
with
commits as (
    select repository, commit_sha, committed_at, bool_and(is_whole) as is_whole, list(test) as tests
    from quarantine_entries
    group by all
),
words as (
    select
        names.repository, names.test, commits.committed_at, commits.commit_sha,
        list_contains(commits.tests, names.test) as is_in
    from (select distinct repository, test from quarantine_entries where test is not null) as names
    join commits using (repository)
    where list_contains(commits.tests, names.test) or commits.is_whole
),
turns as (
    select
        *,
        row_number() over (partition by repository, test order by committed_at, commit_sha)
        - row_number() over (partition by repository, test, is_in order by committed_at, commit_sha) as run
    from words
),
runs_of_words as (
    select repository, test, is_in, run, min((committed_at, commit_sha)) as first
    from turns
    group by all
)
select
    came.repository, came.test, came.first[1] as tagged_at,
    (
        select min(went.first)[1] from runs_of_words as went
        where
            went.repository = came.repository and went.test = came.test
            and not went.is_in and went.first > came.first
    ) as released_at
from runs_of_words as came
where came.is_in;

create table issue_spans as
select
    repository, number, trim(title[12:]) as test, created_at as tagged_at,
    if(closed_at <= as_of(), closed_at, null) as released_at,
    coalesce(url, number::varchar) as ticket,
    (assignees::json ->> 0) as owner
from issues
where title[1:11] = 'Quarantine ' and list_contains((labels::json)::varchar[], 'flaky-quarantine');

create macro has_tag(class_name, name) as
    regexp_matches(class_name || ' ' || name, '(^|[^\w@.-])@flaky($|[^\w@-])');

create macro untagged(text) as trim(regexp_replace(text, '(^|[^\w@.-])@flaky($|[^\w@-])', '\1\2'));

-- Executions of the default branch that speak of a test which anything has ever tagged. The bare name of a test that is
-- tagged in its name shows that the tag is gone.
create table quarantine_executions as
with
tests as (
    select distinct repository, full_name as shown, full_name as test, false as is_bare
    from test_results where is_quarantined
    union
    select distinct
        repository,
        if(untagged(class_name) = '', '', untagged(class_name) || '::') || untagged(name), full_name, true
    from test_results where is_quarantined and has_tag(class_name, name)
    union
    select repository, test, test, false from list_spans
    union
    select repository, test, test, false from issue_spans
)
select
    results.* exclude (ticket), tests.test, tests.is_bare,
    runs.created_at as run_at,
    results.ticket,
    exists (
        from sources
        where
            sources.repository = results.repository and sources.source_sha256 = results.source_sha256
            and sources.format = 'junit' and sources.status <> 'complete'
    ) as is_broken
from test_results as results
join tests on tests.repository = results.repository and tests.shown = results.full_name
join runs
    on runs.repository = results.repository and runs.run_id = results.run_id
    and runs.run_attempt = results.run_attempt
where
    runs.event in ('push', 'schedule') and runs.is_on_default and runs.head_repository = runs.repository;

-- What each run said of each test: tagged, or there without the tag. A report that broke off says nothing of tags.
create table tagged_runs as
with
said as (
    select * from quarantine_executions as executions
    where not is_broken and (is_bare or exists (
        from quarantine_executions as tagged
        where
            tagged.repository = executions.repository and tagged.test = executions.test
            and tagged.test_id = executions.test_id and tagged.is_quarantined and not tagged.is_broken
    ))
)
select
    repository, test, run_id, min(run_at) as run_at,
    bool_or(is_quarantined) as is_tagged,
    if(
        bool_or(is_quarantined and has_tag(class_name, name)), 'name', 'property'
    ) as way,
    min(ticket) filter (where is_quarantined) as ticket
from said
group by repository, test, run_id;

create table report_spans as
with
firsts as (
    select
        came.*,
        (
            select min((went.run_at, went.run_id)) from tagged_runs as went
            where
                went.repository = came.repository and went.test = came.test and not went.is_tagged
                and (went.run_at, went.run_id) > (came.run_at, came.run_id)
        ) as gone
    from tagged_runs as came
    where is_tagged
)
select
    repository, test,
    arg_min(way, (run_at, run_id)) as way,
    min(run_at) as tagged_at,
    any_value(gone[1]) as released_at,
    arg_max(ticket, (run_at, run_id)) filter (where ticket is not null) as ticket
from firsts
group by repository, test, gone;

-- An issue about a test that is tagged meanwhile is its ticket, and no way of its own.
create table quarantine_spans as
with
others as (
    select repository, test, way, tagged_at, released_at, ticket from report_spans
    union all
    select repository, test, 'list', tagged_at, released_at, null from list_spans
)
from others
union all
select repository, test, 'issue', tagged_at, released_at, ticket from issue_spans as issues
where not exists (
    from others
    where
        others.repository = issues.repository and others.test = issues.test
        and others.tagged_at <= coalesce(issues.released_at, timestamp 'infinity')
        and coalesce(others.released_at, timestamp 'infinity') >= issues.tagged_at
);

-- Spans that meet are one stay.
create table stays as
with
firsts as (
    select distinct repository, test, tagged_at
    from quarantine_spans as first
    where not exists (
        from quarantine_spans as before
        where
            before.repository = first.repository and before.test = first.test
            and before.tagged_at < first.tagged_at
            and coalesce(before.released_at, timestamp 'infinity') >= first.tagged_at
    )
),
members as (
    select spans.*, firsts.tagged_at as stay_at
    from quarantine_spans as spans
    asof join firsts
        on firsts.repository = spans.repository and firsts.test = spans.test and firsts.tagged_at <= spans.tagged_at
)
select
    repository, test, stay_at as tagged_at,
    nullif(max(coalesce(released_at, timestamp 'infinity')), timestamp 'infinity') as released_at,
    ['property', 'name', 'list', 'issue'][
        min(list_position(['property', 'name', 'list', 'issue'], way)) filter (where tagged_at = stay_at)
    ] as tagged_by,
    arg_max(ticket, (tagged_at, way)) filter (where ticket is not null) as tag_ticket,
    row_number() over (partition by repository, test order by stay_at) as nth
from members
group by repository, test, stay_at;

-- The clock of a stay: that of the stay before, where it begins soon after.
create table clocks as
with recursive
walked as (
    select *, tagged_at as started_at from stays where nth = 1
    union all
    select
        stays.*,
        if(
            stays.tagged_at < later_by_hours(before.released_at, 24 * rule_at('quarantine_chain', stays.tagged_at)),
            before.started_at, stays.tagged_at
        )
    from stays
    join walked as before
        on before.repository = stays.repository and before.test = stays.test and stays.nth = before.nth + 1
)
select
    *,
    later_by_hours(started_at, 24 * rule_at('quarantine_max', started_at)) as first_due_at,
    coalesce(released_at, as_of()) as left_at
from walked;

-- What the lists of a stay said of it, in their order; the first entry of one list comes last, and so counts.
create table stay_entries as
with
entries as (
    select
        clocks.repository, clocks.test, clocks.tagged_at, clocks.first_due_at, entries.committed_at, entries.ticket,
        entries.owner, entries.reason,
        if(
            entries.extended_until > clocks.first_due_at and entries.reason is not null, entries.approved_by, null
        ) as approved_by,
        if(
            entries.extended_until > clocks.first_due_at and entries.reason is not null
            and entries.approved_by is not null,
            entries.extended_until, clocks.first_due_at
        ) as due_at,
        row_number() over (
            partition by clocks.repository, clocks.test, clocks.tagged_at
            order by entries.committed_at, entries.commit_sha, entries.position desc
        ) as nth
    from clocks
    join quarantine_entries as entries
        on entries.repository = clocks.repository and entries.test = clocks.test
        and entries.committed_at between clocks.tagged_at and clocks.left_at
)
select
    entries.*,
    coalesce(before.due_at, entries.first_due_at) < entries.committed_at as comes_too_late
from entries
left join entries as before
    on before.repository = entries.repository and before.test = entries.test
    and before.tagged_at = entries.tagged_at and before.nth + 1 = entries.nth;

-- Attempts in which the machine failed, over all time: they prove and disprove nothing.
--
-- As in the catalogue an attempt counts whose run succeeded and in which no such test failed: that most of its tests
-- failed all the same takes jobs that may fail without their run.
create table machine_failures as
select repository, run_id, run_attempt
from (
    select
        repository, run_id, run_attempt, test_id,
        max(completed_at) as last_at, bool_or(outcome = 'passed') as has_passed
    from test_results
    where outcome <> 'skipped'
    group by all
) as tests
where exists (
    from quarantine_executions as seen
    join runs
        on runs.repository = seen.repository and runs.run_id = seen.run_id and runs.run_attempt = seen.run_attempt
    where
        seen.repository = tests.repository and seen.run_id = tests.run_id and seen.run_attempt = tests.run_attempt
        and (seen.outcome in ('failed', 'error') or runs.conclusion is distinct from 'success')
)
group by all
having
    count(*) >= rule_at('infrastructure_event_tests_min', max(last_at))
    and count(*) filter (where not has_passed) * 100.0 / count(*)
    >= rule_at('infrastructure_event_share_min', max(last_at));

create table proofs as
with
counted as (
    select clocks.repository, clocks.test, clocks.tagged_at, executions.*  exclude (repository, test)
    from clocks
    join quarantine_executions as executions
        on executions.repository = clocks.repository and executions.test = clocks.test
    where
        not executions.is_bare
        and (clocks.released_at is null or executions.completed_at < clocks.released_at)
        and not exists (
            from machine_failures as events
            where
                events.repository = executions.repository and events.run_id = executions.run_id
                and events.run_attempt = executions.run_attempt
        )
)
select
    repository, test, tagged_at,
    len(list_filter(
        list(if(outcome = 'passed' and not is_broken, completed_at, null)),
        lambda passed_at: passed_at > coalesce(last_failed_at, timestamp '-infinity')
    )) as n_clean
from (
    select
        *,
        max(completed_at) filter (where outcome in ('failed', 'error'))
            over (partition by repository, test, tagged_at) as last_failed_at
    from counted
)
group by repository, test, tagged_at, last_failed_at;

-- Stays in quarantine with their clocks
--
-- kind: mart
-- spec: CI/CL-001 §13
-- grain: repository, test, tagged_at
-- materialize: yes
--
-- Spans of several ways that meet are one stay. A stay that begins within `quarantine_chain` of a release continues the
-- clock of the stay before. The due date is `quarantine_max` after the start of the clock, or what the list extends it
-- to, with reason and approver; an extension that comes after the due date leaves it breached. A release is proven by
-- `n_clean_needed` clean executions in a row: so many would show a test that fails with `quarantine_release_proof`,
-- with
-- the confidence of `interval_confidence`. An attempt that was an infrastructure event proves and disproves nothing.
with
ends as (
    select
        *,
        max(coalesce(released_at, plus_days($as_of, 1))) over (
            partition by repository, test order by tagged_at, way
            rows between unbounded preceding and 1 preceding
        ) as before_until
    from mart.quarantine_sightings
),
numbered as (
    select
        *,
        sum(case when tagged_at <= before_until then 0 else 1 end)
            over (partition by repository, test order by tagged_at, way) as stay
    from ends
),
stays as (
    select
        repository,
        test,
        min(tagged_at) as tagged_at,
        case when count(*) = count(released_at) then max(released_at) end as released_at,
        first_value(way order by tagged_at, array_position(make_array('property', 'name', 'list', 'issue'), way))
            as tagged_by,
        last_value(ticket order by ticket is not null, tagged_at, way) as tag_ticket
    from numbered
    group by repository, test, stay
),
after as (
    select
        *,
        lag(released_at) over (partition by repository, test order by tagged_at) as left_before_at
    from stays
),
chains as (
    select
        after.*,
        sum(case when after.tagged_at < plus_days(after.left_before_at, chain.value) then 0 else 1 end)
            over (partition by after.repository, after.test order by after.tagged_at) as chain
    from after
    inner join policy as chain
        on chain.name = 'quarantine_chain'
        and chain.valid_from <= after.tagged_at and after.tagged_at < chain.valid_to
),
clocks as (
    select
        *,
        min(tagged_at) over (partition by repository, test, chain) as started_at,
        coalesce(released_at, $as_of) as left_at
    from chains
),
due as (
    select clocks.*, plus_days(clocks.started_at, rules.value) as first_due_at
    from clocks
    inner join policy as rules
        on rules.name = 'quarantine_max'
        and rules.valid_from <= clocks.started_at and clocks.started_at < rules.valid_to
),
entries as (
    select
        due.repository,
        due.test,
        due.tagged_at,
        entries.committed_at,
        entries.commit_sha,
        entries.position,
        entries.ticket,
        entries.owner,
        entries.reason,
        case
            when entries.extended_until > due.first_due_at and entries.reason is not null then entries.approved_by
        end as approved_by,
        case
            when entries.extended_until > due.first_due_at
                and entries.reason is not null and entries.approved_by is not null
            then entries.extended_until
            else due.first_due_at
        end as due_at,
        due.first_due_at
    from due
    inner join stg.quarantine_entries as entries
        on due.repository = entries.repository
        and due.test = entries.test
        and due.tagged_at <= entries.committed_at and entries.committed_at <= due.left_at
),
dated as (
    select
        *,
        coalesce(
            lag(due_at) over (
                partition by repository, test, tagged_at order by committed_at, commit_sha, position desc
            ),
            first_due_at
        ) as due_before_at
    from entries
),
listed as (
    select
        repository,
        test,
        tagged_at,
        last_value(ticket order by committed_at, commit_sha, position desc) as ticket,
        last_value(owner order by committed_at, commit_sha, position desc) as owner,
        last_value(reason order by committed_at, commit_sha, position desc) as reason,
        last_value(approved_by order by committed_at, commit_sha, position desc) as approved_by,
        last_value(due_at order by committed_at, commit_sha, position desc) as due_at,
        bool_or(due_before_at < committed_at) as is_late
    from dated
    group by repository, test, tagged_at
),
titled as (
    select
        due.repository,
        due.test,
        due.tagged_at,
        last_value(issues.ticket order by issues.tagged_at, issues.number) as ticket,
        last_value(issues.owner order by issues.tagged_at, issues.number) as owner
    from due
    inner join mart.quarantine_issues as issues
        on due.repository = issues.repository
        and due.test = issues.test
        and issues.tagged_at <= due.left_at
        and (issues.released_at is null or due.tagged_at <= issues.released_at)
    group by due.repository, due.test, due.tagged_at
),
doubtful as (
    select distinct repository, run_id, run_attempt
    from mart.quarantine_executions
    where is_failed or run_conclusion is null or run_conclusion <> 'success'
),
tests as (
    select
        results.repository,
        results.run_id,
        results.run_attempt,
        results.test_id,
        max(results.completed_at) as completed_at,
        bool_or(results.is_passed) as has_passed
    from doubtful
    inner join stg.test_results as results
        on doubtful.repository = results.repository
        and doubtful.run_id = results.run_id
        and doubtful.run_attempt = results.run_attempt
    where results.outcome <> 'skipped'
    group by results.repository, results.run_id, results.run_attempt, results.test_id
),
attempts as (
    select
        repository,
        run_id,
        run_attempt,
        max(completed_at) as completed_at,
        count(*) as n_tests,
        count(*) filter (where not has_passed) as n_failed
    from tests
    group by repository, run_id, run_attempt
),
infrastructure_events as (
    select attempts.repository, attempts.run_id, attempts.run_attempt
    from attempts
    inner join policy as enough
        on enough.name = 'infrastructure_event_tests_min'
        and attempts.completed_at >= enough.valid_from and attempts.completed_at < enough.valid_to
    inner join policy as share
        on share.name = 'infrastructure_event_share_min'
        and attempts.completed_at >= share.valid_from and attempts.completed_at < share.valid_to
    where
        attempts.n_tests >= enough.value
        and cast(attempts.n_failed as double) * 100 >= share.value * cast(attempts.n_tests as double)
),
executions as (
    select due.repository, due.test, due.tagged_at, executions.is_failed, executions.is_passed, executions.completed_at
    from due
    inner join mart.quarantine_executions as executions
        on due.repository = executions.repository
        and due.test = executions.test
        and (executions.completed_at < due.left_at or due.released_at is null)
    left join infrastructure_events as events
        on executions.repository = events.repository
        and executions.run_id = events.run_id
        and executions.run_attempt = events.run_attempt
    where not executions.is_bare and events.run_id is null
),
failed as (
    select
        *,
        max(case when is_failed then completed_at end) over (partition by repository, test, tagged_at) as failed_at
    from executions
),
clean as (
    select repository, test, tagged_at, count(*) as n_clean
    from failed
    where is_passed and (failed_at is null or failed_at < completed_at)
    group by repository, test, tagged_at
),
names as (
    select
        repository,
        test,
        min(test_id) as test_id,
        min(class_name) as class_name,
        min(name) as name
    from mart.quarantine_executions
    where not is_bare
    group by repository, test
)
select
    due.repository,
    due.test,
    case
        when names.test is not null then names.class_name
        when due.test like '%::%' then regexp_replace(due.test, '^(.*)::.*$', '\1')
        else ''
    end as class_name,
    coalesce(names.name, regexp_replace(due.test, '^.*::', '')) as name,
    names.test_id,
    due.tagged_by,
    due.tagged_at,
    due.started_at,
    coalesce(listed.due_at, due.first_due_at) as due_at,
    coalesce(listed.ticket, due.tag_ticket, titled.ticket) as ticket,
    coalesce(listed.owner, titled.owner) as owner,
    listed.reason,
    coalesce(listed.due_at > due.first_due_at, false) as is_extended,
    listed.approved_by,
    due.released_at,
    coalesce(clean.n_clean, 0) as n_clean,
    cast(ceil(ln((100 - confidence.value) / 100) / ln((100 - proof.value) / 100)) as bigint) as n_clean_needed,
    coalesce(listed.is_late, false) or coalesce(listed.due_at, due.first_due_at) < due.left_at as is_breached
from due
inner join policy as proof
    on proof.name = 'quarantine_release_proof'
    and proof.valid_from <= due.left_at and due.left_at < proof.valid_to
inner join policy as confidence
    on confidence.name = 'interval_confidence'
    and confidence.valid_from <= due.left_at and due.left_at < confidence.valid_to
left join listed
    on due.repository = listed.repository and due.test = listed.test and due.tagged_at = listed.tagged_at
left join titled
    on due.repository = titled.repository and due.test = titled.test and due.tagged_at = titled.tagged_at
left join clean
    on due.repository = clean.repository and due.test = clean.test and due.tagged_at = clean.tagged_at
left join names on due.repository = names.repository and due.test = names.test

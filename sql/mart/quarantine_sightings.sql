-- Spans during which one way quarantines a test
--
-- kind: mart
-- spec: CI/CL-001 §13
-- grain: repository, test, way, tagged_at
-- materialize: yes
-- columns: repository: where
-- columns: test: `class::name`
-- columns: way: property, name, list, issue
-- columns: tagged_at: creation of the first run that carried the tag, the commit of the list, the opening of the issue
-- columns: released_at: creation of the first run after the last that carried it; the commit, the closing; empty: in
-- columns: ticket: that the tag names
--
-- An issue about a test that another way tags meanwhile is the ticket of that, and no way of its own.
-- limits: a tag in reports ends with a run that shows the test without it: one that is no longer executed stays in.
with
identities as (
    select distinct repository, test, test_id from mart.quarantine_executions where tag in ('property', 'name')
),
runs as (
    select
        executions.repository,
        executions.test,
        executions.run_id,
        min(executions.run_created_at) as created_at,
        bool_or(executions.tag <> 'none') as is_tagged,
        min(executions.tag) filter (where executions.tag <> 'none') as way,
        min(executions.ticket) filter (where executions.tag <> 'none') as ticket
    from mart.quarantine_executions as executions
    left join identities
        on executions.repository = identities.repository
        and executions.test = identities.test
        and executions.test_id = identities.test_id
    where executions.tag is not null and (executions.is_bare or identities.test_id is not null)
    group by executions.repository, executions.test, executions.run_id
),
before as (
    select *, lag(is_tagged) over (partition by repository, test order by created_at, run_id) as was_tagged
    from runs
),
turns as (
    select
        *,
        sum(case when is_tagged <> coalesce(was_tagged, false) then 1 else 0 end)
            over (partition by repository, test order by created_at, run_id) as turn
    from before
),
spans as (
    select
        repository,
        test,
        turn,
        bool_or(is_tagged) as is_tagged,
        min(created_at) as tagged_at,
        first_value(way order by created_at, run_id) as way,
        last_value(ticket order by ticket is not null, created_at, run_id) as ticket
    from turns
    group by repository, test, turn
),
reports as (
    select
        *,
        lead(tagged_at) over (partition by repository, test order by turn) as released_at
    from spans
),
others as (
    select repository, test, way, tagged_at, released_at, ticket from reports where is_tagged
    union all
    select repository, test, 'list' as way, tagged_at, released_at, cast(null as varchar) as ticket
    from mart.quarantine_lists
),
issues as (
    select repository, test, 'issue' as way, tagged_at, released_at, ticket
    from mart.quarantine_issues as issues
    where not exists (
        select 1 from others
        where
            others.repository = issues.repository
            and others.test = issues.test
            and (issues.released_at is null or others.tagged_at <= issues.released_at)
            and (others.released_at is null or issues.tagged_at <= others.released_at)
    )
)
select * from others
union all
select * from issues

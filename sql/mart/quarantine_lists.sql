-- Spans during which the list quarantines a test
--
-- kind: mart
-- spec: CI/CL-001 §13
-- grain: repository, test, tagged_at
-- materialize: yes
-- columns: repository: where
-- columns: test: `class::name`
-- columns: tagged_at: the first commit whose list has the test
-- columns: released_at: the next whose list has it no more; empty: it is in
--
-- `.quarantine.toml` on the default branch, by commit. A list of which a part cannot be read tags whom it has and
-- releases nobody.
with
lists as (
    select repository, commit_sha, committed_at, bool_and(is_whole) as is_whole
    from stg.quarantine_entries
    group by repository, commit_sha, committed_at
),
entries as (
    select distinct repository, commit_sha, test from stg.quarantine_entries where test is not null
),
tests as (
    select distinct repository, test from entries
),
states as (
    select
        tests.repository,
        tests.test,
        lists.committed_at,
        lists.commit_sha,
        entries.test is not null as is_listed
    from tests
    inner join lists on tests.repository = lists.repository
    left join entries
        on lists.repository = entries.repository
        and lists.commit_sha = entries.commit_sha
        and tests.test = entries.test
    where entries.test is not null or lists.is_whole
),
before as (
    select
        *,
        lag(is_listed) over (partition by repository, test order by committed_at, commit_sha) as was_listed
    from states
),
turns as (
    select
        repository,
        test,
        is_listed,
        committed_at as tagged_at,
        lead(committed_at) over (partition by repository, test order by committed_at, commit_sha) as released_at
    from before
    where is_listed <> coalesce(was_listed, false)
)
select repository, test, tagged_at, released_at from turns where is_listed

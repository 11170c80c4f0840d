-- Commands that `make test` and `make contract-check` run
--
-- kind: mart
-- spec: CI/CL-001 §18
-- grain: repository, goal, position
-- materialize: yes
-- columns: goal: the target that is asked for
-- columns: target: the target whose command it is: the goal, or what it needs up to three targets away
-- columns: command: with the file's own variables put in; empty: the target has none
--
-- limits: of a Makefile with conditionals the commands of every branch; what another file says, that it includes, is
-- not here.
with
commands as (
    select commands.*
    from stg.makefile_commands as commands
    inner join mart.makefiles as makefiles
        on commands.repository = makefiles.repository and commands.source_sha256 = makefiles.file_sha256
    where commands.run_id is null and commands.job is null and commands.artifact is null
),
needs as (
    select distinct repository, target, unnest(string_to_array(prerequisites, ' ')) as needed
    from commands
    where prerequisites <> ''
),
goals as (
    select distinct repository, target as goal, target
    from commands
    where target in ('test', 'contract-check')
),
firsts as (
    select goals.repository, goals.goal, needs.needed as target
    from goals
    inner join needs on goals.repository = needs.repository and goals.target = needs.target
),
seconds as (
    select firsts.repository, firsts.goal, needs.needed as target
    from firsts
    inner join needs on firsts.repository = needs.repository and firsts.target = needs.target
),
thirds as (
    select seconds.repository, seconds.goal, needs.needed as target
    from seconds
    inner join needs on seconds.repository = needs.repository and seconds.target = needs.target
),
reached as (
    select * from goals
    union
    select * from firsts
    union
    select * from seconds
    union
    select * from thirds
)
select reached.repository, reached.goal, commands.position, commands.target, commands.command
from reached
inner join commands on reached.repository = commands.repository and reached.target = commands.target

-- `make contract-check` lints and compares contracts
--
-- kind: control
-- spec: CI/CL-001 §18
-- control: cicl-18.3
-- grain: subject
-- severity: low
-- remediation: Give the Makefile a target `contract-check` that runs Spectral and compares contracts with main.
-- lifecycle: active
--
-- One subject for each repository: the Makefile in the newest tree of the default branch that was listed before the end
-- of the window has a target `contract-check` that runs Spectral and a comparison (openapi-diff, oasdiff, `buf
-- breaking`, a script named after a diff), itself or by what it needs. A command that only calls what is not read shows
-- nothing.
--
-- limits: commands are read and not executed; tools are known by the names of their commands. Whether there are
-- contracts is not known: a repository without `schemas/` is judged, too.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
told as (
    select
        repository,
        command is not null as has_command,
        coalesce(regexp_like(command, '(^|[^a-z])spectral($|[^a-z])'), false) as has_lint,
        coalesce(regexp_like(
            command, '(^|[^a-z])(openapi-diff|oasdiff|buf breaking)($|[^a-z])|[a-z]*(schema|event|contract)s?[-_]diff'
        ), false) as has_comparison,
        regexp_like(
            command,
            '\$\(|\$\{|(^|[^a-z])(make|just|tox|nox|poe|npm|yarn|pnpm|gradle|gradlew|mvn|bazel)($|[^a-z])'
            || '|\.(sh|py|ps1)($|[^a-z])'
        ) as is_opaque
    from mart.make_commands
    where goal = 'contract-check'
),
goals as (
    select
        repository,
        count(*) filter (where has_command) as n_commands,
        bool_or(has_lint) as has_lint,
        bool_or(has_comparison) as has_comparison,
        bool_or(coalesce(is_opaque, false) and not has_lint and not has_comparison) as is_opaque
    from told
    group by repository
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'repository_files')
    group by repository
),
judged as (
    select
        places.repository,
        makefiles.commit_sha,
        makefiles.listed_at,
        makefiles.file_sha256,
        gaps.n as n_gaps,
        gaps.needs,
        case
            when makefiles.repository is null then 'tree unknown'
            when goals.has_lint and goals.has_comparison then 'pass'
            when makefiles.path is null and not makefiles.is_tree_whole then 'tree cut'
            when makefiles.path is null then 'no makefile'
            when not makefiles.is_read then 'unread'
            when goals.is_opaque then 'opaque'
            when goals.repository is null then 'no target'
            when goals.n_commands = 0 then 'no command'
            when goals.has_lint then 'no comparison'
            when goals.has_comparison then 'no lint'
            else 'neither'
        end as finding
    from places
    left join mart.makefiles as makefiles on places.repository = makefiles.repository
    left join goals on places.repository = goals.repository
    left join gaps on places.repository = gaps.repository
)
select
    repository as subject,
    case
        when finding = 'pass' then 'pass'
        when finding in ('tree unknown', 'tree cut', 'unread', 'opaque') then 'no_evidence'
        else 'fail'
    end as status,
    case finding
        when 'pass' then '`make contract-check` runs Spectral and a comparison'
        when 'no comparison' then '`make contract-check` compares nothing'
        when 'no lint' then '`make contract-check` does not run Spectral'
        when 'neither' then '`make contract-check` runs neither Spectral nor a comparison'
        when 'tree cut' then 'the tree of the default branch was not listed whole'
        when 'no makefile' then 'there is no Makefile'
        when 'unread' then 'the Makefile could not be read to its end'
        when 'opaque' then '`make contract-check` calls what is not read'
        when 'no target' then 'the Makefile has no target `contract-check`'
        when 'no command' then 'the target `contract-check` has no command'
        when 'tree unknown' then concat(
            'no tree of the default branch is known',
            case when n_gaps > 0 then concat(' (gaps: ', n_gaps, ')', needs) else '' end
        )
    end as reason,
    listed_at as observed_at,
    concat_ws(' ', 'commit=' || commit_sha, 'source=' || file_sha256) as evidence
from judged

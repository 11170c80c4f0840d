-- Steps of tools that check, scan and build, by run attempt of the default branch
--
-- kind: mart
-- spec: CI/CL-001 §8, §9
-- grain: repository, run_id, run_attempt, tool
-- materialize: yes
-- columns: job_id: a job of this attempt that names the tool; empty: only earlier ones do
-- columns: completed_at: when the last such job of this attempt ended
-- columns: n: steps that name the tool, of this attempt and of earlier ones of the run, whose jobs it may keep
-- columns: n_executed: of them succeeded or failed
-- columns: n_plain: of those succeeded, and the file has the tool alone in the command, so that its exit is the step's
-- columns: n_known: of those executed, the command is known: by the workflow file of the commit, else by the name
-- columns: commands: these commands, each in a line: first lines of `run`, or the action that is used
-- columns: n_here: steps of jobs of this attempt alone that ended in the window
-- columns: n_executed_here: of them succeeded or failed
-- columns: n_failed_here: of them failed
-- columns: n_plain_here: of them as `n_plain`
-- columns: n_masked_here: of those executed, the file or the command lets them fail without consequence
--
-- Attempts of push, schedule and dispatch in which a step of any of the tools executed in the window. A step is known
-- by its name, which GitHub makes of its command where it has none; one that sets a tool up, installs it or carries its
-- report is none of its steps, but Buildx and Terraform are seen by being set up. What a step declares is found in the
-- workflow file of the run's head by the names of job and step, and of two that share them the worse counts.
-- limits: of a command only the first line is known, and GitHub's shell stops at the first that fails. Jobs of reusable
-- workflows, and names with expressions, are found in no file.
with
tools as (
    select column1 as tool, column2 as pattern, column3 as is_set_up
    from (
        values
        ('actionlint', 'actionlint', false),
        ('biome', 'biome', false),
        ('black', 'black', false),
        ('buildx', 'docker buildx|buildx', true),
        ('checkov', 'checkov', false),
        ('eslint', 'eslint', false),
        ('event-schema-diff', '([^ ]*/)?(event[_ -])?schemas?[_ -]diff[^ ]*|buf breaking', false),
        ('hadolint', 'hadolint', false),
        ('licensee', 'licensee', false),
        ('mypy', 'mypy', false),
        ('openapi-diff', 'openapi[_ -]diff|oasdiff', false),
        ('ort', 'ort|oss-review-toolkit|oss review toolkit', false),
        ('pylint', 'pylint', false),
        ('pyright', 'pyright', false),
        ('ruff', 'ruff', false),
        ('shellcheck', 'shellcheck', false),
        ('shfmt', 'shfmt', false),
        ('spectral', 'spectral', false),
        ('terraform', 'terraform', true),
        ('tflint', 'tflint', false),
        ('tfsec', 'tfsec', false),
        ('trivy', 'trivy', false),
        ('tsc', 'tsc', false),
        ('yamllint', 'yamllint', false)
    ) as list
),
names as (
    select distinct lower(name) as name from stg.steps
),
named as (
    select
        names.name,
        tools.tool,
        concat(
            '^((poetry|uv|pdm|hatch|pipenv|pipx|npm) (run|exec) |npx |yarn |pnpm (exec )?|python3? -m )*(',
            tools.pattern, ')( |$)'
        ) as command_pattern,
        concat('^run ([^ ]+ ){0,3}(', tools.pattern, ') (.* )?(-|\.|[^ ]+/)') as name_pattern
    from names
    inner join tools on regexp_like(names.name, concat('(^|[^a-z])(', tools.pattern, ')($|[^a-z])'))
    where
        not regexp_like(names.name, '^(post|upload|download|cache|restore|save|publish|comment) ')
        and (
            tools.is_set_up
            or not regexp_like(
                names.name,
                '^(set ?up|install) |^run [^ ]+/(setup|install|upload)[^ ]*@|^run [^&|;]* (install|add|ci) [^&|;]*$'
            )
        )
),
runs as (
    select repository, run_id, run_attempt, event, head_sha, split_part(workflow_path, '@', 1) as workflow_path
    from stg.runs
    where
        event in ('push', 'schedule', 'workflow_dispatch')
        and head_branch = default_branch and head_repository = repository
),
files as (
    select repository, commit_sha, path, min(file_sha256) as file_sha256
    from stg.repository_files
    where scope = 'workflows' and path is not null
    group by repository, commit_sha, path
),
declared as (
    select
        jobs.repository,
        jobs.source_sha256,
        coalesce(jobs.name, jobs.job_id) as job,
        lower(coalesce(steps.name, 'run ' || coalesce(steps.run, concat_ws('@', steps.uses, steps.uses_ref)))) as name,
        min(coalesce(steps.run, steps.uses)) as command,
        bool_or(
            coalesce(steps.continue_on_error = 'true', false)
            or coalesce(jobs.continue_on_error = 'true', false)
            or coalesce(
                regexp_like(
                    lower(steps.run),
                    '--exit-zero|--soft-fail|ruff check .*-e( |$)|\|\| *(true|:|exit 0|echo)|; *(true|:|exit 0) *$'
                ),
                false
            )
        ) as is_masked,
        bool_and(
            coalesce(steps.continue_on_error, 'false') = 'false'
            and coalesce(jobs.continue_on_error, 'false') = 'false'
            and coalesce(not regexp_like(steps.run, '[|;&`]|\$\(|\\$'), false)
        ) and min(steps.run) = max(steps.run) as is_one_command
    from stg.workflow_jobs as jobs
    inner join stg.workflow_steps as steps
        on jobs.repository = steps.repository
        and jobs.source_sha256 = steps.source_sha256
        and jobs.position = steps.job_position
    where jobs.run_id is null and steps.run_id is null and jobs.is_whole
    group by
        jobs.repository,
        jobs.source_sha256,
        coalesce(jobs.name, jobs.job_id),
        lower(coalesce(steps.name, 'run ' || coalesce(steps.run, concat_ws('@', steps.uses, steps.uses_ref))))
),
steps as (
    select
        steps.repository,
        steps.run_id,
        steps.run_attempt,
        lower(steps.name) as name,
        steps.conclusion,
        regexp_replace(jobs.name, ' \(.*\)$', '') as job,
        jobs.job_id,
        jobs.completed_at,
        not jobs.is_copy and $from <= jobs.completed_at and jobs.completed_at < $to as is_own,
        runs.event,
        runs.head_sha,
        runs.workflow_path
    from stg.steps as steps
    inner join stg.jobs as jobs on steps.repository = jobs.repository and steps.job_id = jobs.job_id
    inner join runs
        on steps.repository = runs.repository
        and steps.run_id = runs.run_id
        and steps.run_attempt = runs.run_attempt
    where jobs.completed_at < $to
),
told as (
    select
        steps.*,
        named.tool,
        coalesce(steps.conclusion in ('success', 'failure'), false) as is_executed,
        coalesce(
            declared.command,
            case when regexp_like(steps.name, named.name_pattern) then regexp_replace(steps.name, '^run ', '') end
        ) as command,
        coalesce(declared.is_masked, regexp_like(steps.name, '--exit-zero|--soft-fail|\|\| *true')) as is_masked,
        coalesce(
            declared.is_one_command and not declared.is_masked and steps.conclusion = 'success'
            and regexp_like(lower(declared.command), named.command_pattern)
            and not regexp_like(declared.command, ' --(fix|write|apply)( |$)'),
            false
        ) as is_plain
    from steps
    inner join named on steps.name = named.name
    left join files
        on steps.repository = files.repository
        and steps.head_sha = files.commit_sha
        and steps.workflow_path = files.path
    left join declared
        on files.repository = declared.repository
        and files.file_sha256 = declared.source_sha256
        and steps.job = declared.job
        and steps.name = declared.name
),
counted as (
    select
        told.repository,
        told.run_id,
        runs.run_attempt,
        told.tool,
        max(told.event) as event,
        max(told.head_sha) as head_sha,
        min(told.job_id) filter (where told.is_own and told.run_attempt = runs.run_attempt) as job_id,
        max(told.completed_at) filter (where told.is_own and told.run_attempt = runs.run_attempt) as completed_at,
        count(*) as n,
        count(*) filter (where told.is_executed) as n_executed,
        count(*) filter (where told.is_plain) as n_plain,
        count(told.command) filter (where told.is_executed) as n_known,
        string_agg(distinct told.command, e'\n' order by told.command) filter (where told.is_executed) as commands,
        count(*) filter (where told.is_own and told.run_attempt = runs.run_attempt) as n_here,
        count(*) filter (where told.is_own and told.run_attempt = runs.run_attempt and told.is_executed)
            as n_executed_here,
        count(*) filter (
            where told.is_own and told.run_attempt = runs.run_attempt and told.conclusion = 'failure'
        ) as n_failed_here,
        count(*) filter (where told.is_own and told.run_attempt = runs.run_attempt and told.is_plain) as n_plain_here,
        count(*) filter (
            where told.is_own and told.run_attempt = runs.run_attempt and told.is_executed and told.is_masked
        ) as n_masked_here
    from told
    inner join runs
        on told.repository = runs.repository and told.run_id = runs.run_id and told.run_attempt <= runs.run_attempt
    group by told.repository, told.run_id, runs.run_attempt, told.tool
),
attempts as (
    select *, sum(n_executed_here) over (partition by repository, run_id, run_attempt) as n_of_attempt from counted
)
select
    repository,
    run_id,
    run_attempt,
    tool,
    event,
    head_sha,
    job_id,
    completed_at,
    n,
    n_executed,
    n_plain,
    n_known,
    coalesce(commands, '') as commands,
    n_here,
    n_executed_here,
    n_failed_here,
    n_plain_here,
    n_masked_here
from attempts
where n_of_attempt > 0

-- While main is red, nothing is deployed to production
--
-- kind: control
-- spec: CI/CL-001 §22
-- control: cicl-22.1
-- grain: subject
-- severity: high
-- remediation: Ask `plumbline gate deploy` before a deployment begins, and let only hotfixes with green gates pass.
-- lifecycle: active
--
-- One subject for each outage of main that closed in the window or is open at its end: no deployment to production
-- began in it and succeeded. It begins with its first status `in_progress`; one that names no such status, with its
-- creation. One that waits, or failed before it began, was frozen; one that began and did not succeed, or of which no
-- status is known, leaves the outage undecided. A hotfix may pass: its branch or description says so, its commit first
-- ran in the outage, so that no older one comes back under that name, and every required check had succeeded on it
-- before it began. Production is what GitHub says is, or an environment that is named so.
--
-- limits: what is deployed without telling GitHub is not seen, hence a repository that has never told of any deployment
-- to production shows nothing. Deployments that were deleted before they were read are not missed. A skipped check of a
-- hotfix is undecided: whether it was rightly skipped is not known.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
outages as (
    select
        repository,
        opened_at,
        opened_on,
        checks,
        case when closed_at < $to then closed_at end as closed_at,
        case when closed_at < $to then closed_at else $to end as ends_at
    from mart.outages
    where opened_at < $to and (closed_at is null or $from <= closed_at)
),
statuses as (
    select
        repository,
        deployment_id,
        min(created_at) filter (where state = 'in_progress') as begun_at,
        min(created_at) filter (where state = 'success') as succeeded_at,
        count(*) filter (where state in ('failure', 'error')) > 0 as has_failed
    from stg.deployment_statuses
    group by repository, deployment_id
),
production as (
    select
        deployments.repository,
        deployments.deployment_id,
        deployments.commit_sha,
        coalesce(statuses.begun_at, deployments.created_at) as begun_at,
        case
            when statuses.succeeded_at is not null then 'succeeded'
            when statuses.deployment_id is null then 'unknown'
            when statuses.begun_at is null then 'frozen'
            when statuses.has_failed then 'failed'
            else 'goes on'
        end as outcome,
        starts_with(replace(deployments.reference, 'refs/heads/', ''), 'hotfix/')
            or regexp_like(coalesce(deployments.description, ''), '\bhotfix\b', 'i') as is_hotfix
    from stg.deployments as deployments
    left join statuses
        on deployments.repository = statuses.repository and deployments.deployment_id = statuses.deployment_id
    where
        deployments.created_at < $to
        and (
            coalesce(deployments.is_production, false)
            or regexp_like(deployments.environment, '^(prod|production|live)([^a-z]|$)', 'i')
        )
),
inside as (
    select
        outages.repository,
        outages.opened_at,
        production.deployment_id,
        production.commit_sha,
        production.begun_at,
        production.outcome,
        production.is_hotfix
    from outages
    inner join production
        on outages.repository = production.repository
        and outages.opened_at <= production.begun_at and production.begun_at < outages.ends_at
    where production.outcome <> 'frozen'
),
hotfixes as (
    select distinct repository, deployment_id, commit_sha, begun_at from inside where is_hotfix
),
first_runs as (
    select runs.repository, runs.head_sha, min(runs.created_at) as created_at
    from stg.runs as runs
    where runs.head_sha in (select commit_sha from hotfixes)
    group by runs.repository, runs.head_sha
),
reports as (
    select
        repository, name as context, head_sha, conclusion, completed_at, job_id as check_id,
        cast(null as bigint) as app_id
    from stg.jobs
    where not is_copy and not is_placeholder
    union all
    select repository, name as context, head_sha, conclusion, completed_at, check_run_id as check_id, app_id
    from stg.check_runs
),
said as (
    select
        hotfixes.repository,
        hotfixes.deployment_id,
        required.context,
        last_value(reports.conclusion order by reports.completed_at, reports.check_id) as conclusion
    from hotfixes
    inner join mart.required_checks as required
        on hotfixes.repository = required.repository
        and required.valid_from <= hotfixes.begun_at and hotfixes.begun_at < required.valid_to
    inner join reports
        on required.repository = reports.repository
        and required.context = reports.context
        and hotfixes.commit_sha = reports.head_sha
        and reports.completed_at < hotfixes.begun_at
        and (reports.app_id is null or required.app_id is null or reports.app_id = required.app_id)
    group by hotfixes.repository, hotfixes.deployment_id, required.context
),
gates as (
    select
        hotfixes.repository,
        hotfixes.deployment_id,
        count(*) filter (where said.conclusion in ('failure', 'timed_out', 'startup_failure')) as n_failed,
        count(*) filter (where said.conclusion is null or said.conclusion in ('cancelled', 'action_required', 'stale'))
            as n_pending,
        count(*) filter (where said.conclusion in ('skipped', 'neutral')) as n_skipped
    from hotfixes
    inner join mart.required_checks as required
        on hotfixes.repository = required.repository
        and required.valid_from <= hotfixes.begun_at and hotfixes.begun_at < required.valid_to
    left join said
        on hotfixes.repository = said.repository
        and hotfixes.deployment_id = said.deployment_id
        and required.context = said.context
    group by hotfixes.repository, hotfixes.deployment_id
),
lost as (
    select
        repository,
        sum(n) filter (where evidence = 'deployments') as n_deployments,
        sum(n) filter (where evidence <> 'deployments') as n_runs,
        string_agg(distinct needs, '' order by needs) filter (where evidence = 'deployments') as needs_of_deployments,
        string_agg(distinct needs, '' order by needs) filter (where evidence <> 'deployments') as needs_of_runs
    from mart.missing_evidence
    where evidence in ('deployments', 'runs', 'jobs', 'check_runs', 'required_checks')
    group by repository
),
weighed as (
    select
        inside.repository,
        inside.opened_at,
        inside.deployment_id,
        inside.commit_sha,
        inside.begun_at,
        case
            when inside.outcome = 'unknown' then 'what became of it is not known'
            when inside.outcome = 'failed' then 'it began and failed'
            when inside.outcome = 'goes on' then 'it began, and has not ended'
            when not inside.is_hotfix then 'it is no hotfix'
            when gates.n_failed > 0 then 'a hotfix on which a gate had failed'
            when first_runs.created_at < inside.opened_at then 'a hotfix whose commit is older than the outage'
            when first_runs.created_at is null or gates.deployment_id is null
                then 'a hotfix whose gates are not known'
            when gates.n_pending > 0 and lost.n_runs > 0 then 'a hotfix whose gates are not all known'
            when gates.n_pending > 0 then 'a hotfix before its gates had passed'
            when gates.n_skipped > 0 then 'a hotfix of which a gate was skipped'
            else 'a hotfix that passed every gate'
        end as finding
    from inside
    left join gates on inside.repository = gates.repository and inside.deployment_id = gates.deployment_id
    left join first_runs
        on inside.repository = first_runs.repository and inside.commit_sha = first_runs.head_sha
    left join lost on inside.repository = lost.repository
),
judged as (
    select
        *,
        finding in (
            'it is no hotfix', 'a hotfix on which a gate had failed',
            'a hotfix whose commit is older than the outage', 'a hotfix before its gates had passed'
        ) as is_forbidden,
        finding = 'a hotfix that passed every gate' as is_allowed
    from weighed
),
summed as (
    select
        repository,
        opened_at,
        bool_or(is_forbidden) as is_forbidden,
        bool_and(is_allowed) as is_allowed,
        count(*) as n,
        first_value(finding order by is_forbidden desc, is_allowed, begun_at, deployment_id) as finding,
        first_value(deployment_id order by is_forbidden desc, is_allowed, begun_at, deployment_id) as deployment_id,
        first_value(commit_sha order by is_forbidden desc, is_allowed, begun_at, deployment_id) as commit_sha,
        first_value(begun_at order by is_forbidden desc, is_allowed, begun_at, deployment_id) as begun_at
    from judged
    group by repository, opened_at
),
deploying as (
    select distinct repository from production
),
known as (
    select distinct repository
    from mart.main_checks
    where $from <= completed_at and completed_at < $to
)
select
    concat(outages.repository, ' outage ', outages.opened_at) as subject,
    case
        when summed.is_forbidden then 'fail'
        when not summed.is_allowed or lost.n_deployments > 0 or deploying.repository is null then 'no_evidence'
        when outages.closed_at is null then 'no_evidence'
        else 'pass'
    end as status,
    case
        when not summed.is_allowed
            then concat('deployed to production while ', outages.checks, ' was red: ', summed.finding)
        when lost.n_deployments > 0
            then concat('deployments are missing (gaps: ', lost.n_deployments, ')', lost.needs_of_deployments)
        when deploying.repository is null then 'no deployment to production is known at all'
        when outages.closed_at is null then concat('red is still ', outages.checks, '; nothing was deployed so far')
        when summed.n > 0 then concat('deployed to production, but only hotfixes that passed every gate: ', summed.n)
        else concat('nothing was deployed to production while ', outages.checks, ' was red')
    end as reason,
    coalesce(summed.begun_at, outages.closed_at, outages.opened_at) as observed_at,
    case
        when summed.deployment_id is null then concat('commit=', outages.opened_on)
        else concat('deployment=', summed.deployment_id, ' commit=', summed.commit_sha)
    end as evidence
from outages
left join summed on outages.repository = summed.repository and outages.opened_at = summed.opened_at
left join deploying on outages.repository = deploying.repository
left join lost on outages.repository = lost.repository
union all
select
    places.repository as subject,
    case when lost.n_runs > 0 or known.repository is null then 'no_evidence' else 'not_applicable' end as status,
    case
        when lost.n_runs > 0 then concat('runs are missing (gaps: ', lost.n_runs, ')', lost.needs_of_runs)
        when known.repository is null then 'no required check judged a commit of main in the window'
        else 'main was judged, and never red'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join known on places.repository = known.repository
left join lost on places.repository = lost.repository
where lost.n_runs > 0 or places.repository not in (select repository from outages)

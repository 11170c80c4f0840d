-- Jobs may do no more than they need
--
-- kind: control
-- spec: CI/CL-001 §3
-- control: cicl-03.5
-- grain: subject
-- severity: high
-- remediation: Set `permissions: contents: read` for the workflow, and each write on the one job that needs it.
-- lifecycle: active
--
-- One subject for each job of a repository by name, the legs of its matrix together: for every execution that ended in
-- the window the workflow file of its commit says what the job may do, by its own `permissions` or by those of the
-- file, and it writes nothing but what jobs of its kind have to write: scans `security-events`; what builds, publishes
-- or deploys `packages`, `attestations`, `id-token`, `deployments`, `pages`, and what releases or publishes `contents`
-- too; what reports `checks`, `statuses`, `issues`, `pull-requests`. Its kind is told by the words of name and key.
--
-- limits: where nothing is declared the repository's setting decides, which is not collected, and neither is whether
-- Actions may approve pull requests. Which reads a job needs is not weighed. Jobs of workflows that are called, and
-- what applications and tokens of other kinds may do, are not seen.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
named as (
    select
        *,
        lower(concat_ws(' ', job, declared_id)) as words,
        concat(',', replace(permissions, ' ', ''), ',') as granted
    from mart.declared_jobs
),
weighed as (
    select
        *,
        regexp_replace(
            case
                when regexp_like(words, '(codeql|trivy|grype|semgrep|gitleaks|checkov|tfsec|scan|sast|iac|supply)')
                then regexp_replace(granted, ',security-events:write', '')
                when regexp_like(words, '(build|publish|release|sbom|provenance|attest|sign|deploy|image|docker|pages)')
                then regexp_replace(
                    case
                        when regexp_like(words, '(publish|release)') then regexp_replace(granted, ',contents:write', '')
                        else granted
                    end,
                    ',(packages|attestations|id-token|deployments|pages):write', '', 'g'
                )
                when regexp_like(words, '(report|comment|label|issue|notify|triage|summary|status)')
                then regexp_replace(granted, ',(checks|statuses|issues|pull-requests):write', '', 'g')
                else granted
            end,
            ',[a-z-]+:(read|none)', '', 'g'
        ) as beyond
    from named
),
judged as (
    select
        *,
        case
            when not is_known then null
            when permissions = 'write-all' then 'it may write everything'
            when beyond like '%:write%' then concat('it may write more than its kind needs: ', btrim(beyond, ','))
        end as fault,
        case
            when not is_known then unknown_reason
            when permissions is null and not is_whole then concat(path, ' is not whole')
            when permissions is null then 'nothing is declared, and the setting of the repository is not known'
        end as doubt
    from weighed
),
totals as (
    select
        repository,
        job,
        count(*) as n,
        count(fault) as n_failed,
        count(*) filter (where fault is null and doubt is not null) as n_unknown,
        first_value(coalesce(fault, doubt) order by
            fault is not null desc, doubt is not null desc, completed_at, job_id
        ) as worst,
        first_value(run_id order by
            fault is not null desc, doubt is not null desc, completed_at, job_id
        ) as run_id,
        first_value(job_id order by
            fault is not null desc, doubt is not null desc, completed_at, job_id
        ) as job_id,
        first_value(head_sha order by
            fault is not null desc, doubt is not null desc, completed_at, job_id
        ) as head_sha,
        first_value(file_sha256 order by
            fault is not null desc, doubt is not null desc, completed_at, job_id
        ) as file_sha256,
        max(completed_at) as completed_at
    from judged
    group by repository, job
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'jobs', 'workflow_files')
    group by repository
)
select
    concat(repository, ' job ', job) as subject,
    case when n_failed > 0 then 'fail' when n_unknown > 0 then 'no_evidence' else 'pass' end as status,
    case
        when n_failed > 0 then concat(n_failed, ' of ', n, ' executions: ', worst)
        when n_unknown > 0 then concat(n_unknown, ' of ', n, ' executions: ', worst)
        else concat(n, ' executions with no more than their kind needs')
    end as reason,
    completed_at as observed_at,
    concat('run=', run_id, ' job=', job_id, ' commit=', head_sha, coalesce(' source=' || file_sha256, '')) as evidence
from totals
union all
select
    places.repository as subject,
    'no_evidence' as status,
    case
        when gaps.n > 0 then concat('jobs or workflow files are missing (gaps: ', gaps.n, ')', gaps.needs)
        else 'no job is known that ran in the window'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join gaps on places.repository = gaps.repository
where gaps.n > 0 or places.repository not in (select repository from totals)

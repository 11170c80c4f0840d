-- Checkov or tfsec scans what lies in iac/
--
-- kind: control
-- spec: CI/CL-001 §9
-- adr: adr-008, adr-008n
-- control: cicl-09.5.4
-- grain: subject
-- severity: high
-- remediation: Run Checkov or tfsec over `iac/` or the whole folder, and keep its report as an artifact.
-- lifecycle: active
--
-- One subject for each run attempt of the default branch in which Checkov or tfsec executed in the window, or left a
-- scan: its scans are complete, and cover `iac/`. The latter is shown by a finding there, or by a command over `iac` or
-- the whole folder, in the workflow file of the commit or in the name that GitHub made of it. A scan that is not
-- complete, and one of other folders by its command, are failures; of unknown folders or without a report it shows
-- nothing.
-- A run of a push in which Terraform or TFLint executed, while no run of its commit has a scan, misses it.
--
-- limits: steps are known by their names. A scanner without findings in `iac/` that an action or a script starts shows
-- no folder. Attempts without any of these tools are not judged: what was impacted is not known.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
scans as (
    select
        repository,
        run_id,
        run_attempt,
        max(head_sha) as head_sha,
        max(scanned_at) as scanned_at,
        bool_and(is_complete) as is_complete,
        first_value(source_sha256 order by is_complete, source_sha256) as source_sha256
    from mart.scan_results
    where tool_family in ('checkov', 'tfsec')
    group by repository, run_id, run_attempt
),
steps as (
    select
        repository,
        run_id,
        run_attempt,
        max(event) as event,
        max(head_sha) as head_sha,
        max(job_id) as job_id,
        max(completed_at) as completed_at,
        coalesce(sum(n_here) filter (where tool in ('checkov', 'tfsec')), 0) as n_scanning,
        coalesce(sum(n_executed_here) filter (where tool in ('checkov', 'tfsec')), 0) as n_executed,
        coalesce(sum(n_executed_here) filter (where tool in ('terraform', 'tflint')), 0) as n_terraform,
        coalesce(sum(n_executed - n_known) filter (where tool in ('checkov', 'tfsec')), 0) as n_unknown,
        coalesce(string_agg(commands, e'\n' order by tool) filter (where tool in ('checkov', 'tfsec')), '')
            as commands
    from mart.check_steps
    where tool in ('checkov', 'terraform', 'tflint', 'tfsec')
    group by repository, run_id, run_attempt
),
evidence as (
    select
        coalesce(steps.repository, scans.repository) as repository,
        coalesce(steps.run_id, scans.run_id) as run_id,
        coalesce(steps.run_attempt, scans.run_attempt) as run_attempt,
        coalesce(steps.head_sha, scans.head_sha) as head_sha,
        coalesce(scans.scanned_at, steps.completed_at) as observed_at,
        coalesce(steps.event = 'push', false) as is_push,
        coalesce(steps.n_scanning, 0) as n_scanning,
        coalesce(steps.n_executed, 0) as n_executed,
        coalesce(steps.n_terraform, 0) as n_terraform,
        coalesce(steps.n_unknown = 0, false) as is_known,
        coalesce(steps.commands, '') as commands,
        steps.job_id,
        scans.is_complete,
        scans.source_sha256
    from steps
    full outer join scans
        on steps.repository = scans.repository
        and steps.run_id = scans.run_id
        and steps.run_attempt = scans.run_attempt
),
found as (
    select distinct repository, run_id, run_attempt
    from stg.findings
    where tool_family in ('checkov', 'tfsec') and regexp_like(path, '^/?iac/')
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'jobs', 'scans')
    group by repository
),
told as (
    select
        evidence.*,
        max(case when n_scanning > 0 or is_complete is not null then 1 else 0 end)
            over (partition by repository, head_sha) as has_scan,
        regexp_like(
            commands,
            '(?m)(checkov (.* )?(-d|--directory)[ =]|tfsec (.* )?)"?(\.|\./|(\./)?iac/?)"?( |$)'
        ) as is_wide,
        regexp_like(commands, '(?m)checkov (.* )?(-d|--directory)[ =]|tfsec [a-z./]')
        and commands not like '%$%' as is_narrow
    from evidence
),
judged as (
    select
        told.*,
        case
            when not told.is_complete then 'incomplete'
            when told.is_complete and (found.run_id is not null or told.is_wide) then 'covered'
            when (told.is_complete or told.n_executed > 0) and told.is_known and told.is_narrow and not told.is_wide
                then 'elsewhere'
            when told.is_complete then 'unknown'
            when told.n_executed > 0 then 'report missing'
            when not told.is_push or told.has_scan = 1 then 'not judged'
            when told.n_terraform = 0 then 'not judged'
            when gaps.n > 0 then 'jobs unknown'
            else 'missing'
        end as finding
    from told
    left join found
        on told.repository = found.repository
        and told.run_id = found.run_id
        and told.run_attempt = found.run_attempt
    left join gaps on told.repository = gaps.repository
),
subjects as (
    select * from judged where finding <> 'not judged'
)
select
    concat(repository, ' run ', run_id, ' attempt ', run_attempt) as subject,
    case
        when finding = 'covered' then 'pass'
        when finding in ('incomplete', 'elsewhere', 'missing') then 'fail'
        else 'no_evidence'
    end as status,
    case finding
        when 'covered' then 'a complete scan that covers iac/'
        when 'incomplete' then 'the scan is not complete'
        when 'elsewhere' then 'the scan is of other folders than iac/'
        when 'unknown' then 'a complete scan, and nothing shows that it covers iac/'
        when 'report missing' then 'the scanner executed, and its report is missing'
        when 'jobs unknown' then 'Terraform executed, and jobs are missing that may have scanned'
        else 'Terraform executed, and neither Checkov nor tfsec is among the steps of the commit'
    end as reason,
    observed_at,
    concat_ws(' ', 'job=' || job_id, 'commit=' || head_sha, 'source=' || source_sha256) as evidence
from subjects
union all
select
    places.repository as subject,
    'no_evidence' as status,
    case
        when gaps.n > 0 then concat('runs, jobs or scans are missing (gaps: ', gaps.n, ')', gaps.needs)
        else 'no scan of infrastructure code of the default branch is known in the window'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join gaps on places.repository = gaps.repository
where gaps.n > 0 or places.repository not in (select repository from subjects)

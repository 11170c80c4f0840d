-- ShellCheck and shfmt look at shell scripts
--
-- kind: control
-- spec: CI/CL-001 §8
-- adr: adr-008
-- control: cicl-08.03
-- grain: subject
-- severity: low
-- remediation: Add steps of ShellCheck, with the scripts as arguments, and of `shfmt --diff .` to the static checks.
-- lifecycle: active
--
-- One subject for each run attempt of a push to the default branch in the window in which a step of ShellCheck or shfmt
-- executed, which shows that there are scripts: steps of both executed in it, in an earlier attempt of the run, or in
-- another push run of the commit, on at least one file. ShellCheck by itself refuses to look at none, and where its
-- command is known to be that it looked at one; so it did where its report has a comment. shfmt looks at what its known
-- command names. Other steps, as of an action that looks for files, do not show it.
--
-- limits: a step is known by its name. Attempts without either tool are not judged: whether there are scripts is not
-- known.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
reported as (
    select distinct repository, head_sha
    from mart.check_results
    where tool = 'shellcheck' and event = 'push' and n_findings > 0
),
attempts as (
    select
        repository,
        run_id,
        run_attempt,
        max(head_sha) as head_sha,
        min(job_id) as job_id,
        max(completed_at) as completed_at,
        bool_or(tool = 'shellcheck') as has_shellcheck,
        bool_or(tool = 'shfmt') as has_shfmt,
        coalesce(sum(n_executed) filter (where tool = 'shellcheck'), 0) as n_shellcheck,
        coalesce(sum(n_executed) filter (where tool = 'shfmt'), 0) as n_shfmt,
        coalesce(sum(n_plain) filter (where tool = 'shellcheck'), 0) as n_shellcheck_plain,
        bool_or(tool = 'shfmt' and regexp_like(commands, '(?m)(^| )shfmt (.* )?[^- ][^ ]*( |$)')) as is_shfmt_known
    from mart.commit_steps
    where tool in ('shellcheck', 'shfmt')
    group by repository, run_id, run_attempt
    having sum(n_executed_here) > 0
),
judged as (
    select
        attempts.*,
        case
            when not attempts.has_shellcheck then 'no shellcheck'
            when not attempts.has_shfmt then 'no shfmt'
            when attempts.n_shellcheck = 0 or attempts.n_shfmt = 0 then 'not reached'
            when attempts.n_shellcheck_plain = 0 and reported.head_sha is null then 'files unknown'
            when not attempts.is_shfmt_known then 'files unknown'
            else 'both'
        end as finding
    from attempts
    left join reported on attempts.repository = reported.repository and attempts.head_sha = reported.head_sha
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'jobs')
    group by repository
)
select
    concat(repository, ' run ', run_id, ' attempt ', run_attempt) as subject,
    case
        when finding = 'both' then 'pass'
        when finding in ('no shellcheck', 'no shfmt') then 'fail'
        else 'no_evidence'
    end as status,
    case finding
        when 'both' then 'both executed on scripts'
        when 'no shellcheck' then 'ShellCheck is not among the steps'
        when 'no shfmt' then 'shfmt is not among the steps'
        when 'not reached' then 'a step was not reached'
        else 'both executed, and on which files is not known'
    end as reason,
    completed_at as observed_at,
    concat('job=', job_id, ' commit=', head_sha) as evidence
from judged
union all
select
    places.repository as subject,
    'no_evidence' as status,
    case
        when gaps.n > 0 then concat('runs or jobs are missing (gaps: ', gaps.n, ')', gaps.needs)
        else 'neither ShellCheck nor shfmt is known to have executed on the default branch in the window'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join gaps on places.repository = gaps.repository
where gaps.n > 0 or places.repository not in (select repository from judged)

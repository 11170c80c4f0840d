-- Pull requests that were merged in the window, and whether an owner of each guarded file approved
--
-- kind: mart
-- spec: CI/CL-001 §10
-- grain: repository, number
-- materialize: yes
-- columns: repository: where
-- columns: number: of the pull request
-- columns: merged_at: when it was merged
-- columns: head_sha: its last push
-- columns: status: `pass`, `fail`, `no_evidence`; `not_applicable`: it touches no guarded folder
-- columns: reason: why, in a sentence
-- columns: owners_sha256: digest of the CODEOWNERS that held; empty: none is known
--
-- Guarded are `iac/`, `schemas/` and `security/` at the root; a file that moved out of one touches it. Owners are those
-- of the last matching rule of the CODEOWNERS of its base: `.github/`, the root, `docs/`, the first that is there. An
-- approval counts of an owner who is not the author, of the last head commit, submitted before the merge, and not
-- followed by a request for changes or a dismissal of the same reviewer.
--
-- limits: members of a team, and whose an address is, are not known: where somebody else approved and a team or an
-- address owns the file, that decides nothing. Whether an owner may write is not known either: GitHub passes over one
-- who may not.
with
pulls as (
    select pulls.repository, pulls.number, pulls.author, pulls.head_sha, pulls.base_sha, pulls.merged_at
    from stg.pull_requests as pulls
    inner join stg.repositories as repositories
        on pulls.repository = repositories.repository and pulls.base_branch = repositories.default_branch
    where $from <= pulls.merged_at and pulls.merged_at < $to
),
lists as (
    select repository, number, bool_and(is_whole) as is_whole
    from stg.pull_request_files
    group by repository, number
),
touched as (
    select distinct repository, number, path
    from (
        select repository, number, path from stg.pull_request_files
        union all
        select repository, number, previous_path as path from stg.pull_request_files
    )
    where regexp_like(path, '^(iac|schemas|security)/')
),
bases as (
    select
        repository,
        commit_sha,
        bool_and(is_whole) as is_whole,
        first_value(path order by path = '.github/CODEOWNERS' desc, path = 'CODEOWNERS' desc, path) as path,
        first_value(file_sha256 order by path = '.github/CODEOWNERS' desc, path = 'CODEOWNERS' desc, path)
            as file_sha256
    from stg.repository_files
    where
        scope in ('tree', 'code_owners')
        and (path is null or path in ('.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'))
    group by repository, commit_sha
),
rules as (
    select distinct
        repository,
        source_sha256,
        position,
        lower(owners) as owners,
        -- Of what git ignores by, what GitHub takes: no `!`, no ranges; `folder/*` does not reach below.
        concat(
            case when regexp_like(pattern, '/.') then '^' else '^(.*/)?' end,
            replace(replace(replace(replace(replace(replace(
                regexp_replace(regexp_replace(pattern, '^/|/$', '', 'g'), '([.+^$()|{}\[\]\\])', '\$1', 'g'),
                '**/', '<folders>'), '/**', '<below>'), '**', '<all>'), '*', '[^/]*'), '?', '[^/]'),
                '<folders>', '(.*/)?'),
            case
                when pattern like '%/' then '/.*$'
                when pattern like '%_/*' then '$'
                else '(/.*)?$'
            end
        ) as expression
    from stg.codeowners
),
owned as (
    select
        touched.repository,
        touched.number,
        touched.path,
        first_value(rules.owners order by rules.position desc, rules.owners) as owners
    from touched
    inner join pulls on touched.repository = pulls.repository and touched.number = pulls.number
    inner join bases on pulls.repository = bases.repository and pulls.base_sha = bases.commit_sha
    inner join rules
        on bases.repository = rules.repository
        and bases.file_sha256 = rules.source_sha256
        and regexp_like(touched.path, replace(replace(rules.expression, '<below>', '/.*'), '<all>', '.*'))
    group by touched.repository, touched.number, touched.path
),
said as (
    select
        reviews.repository,
        reviews.number,
        concat('@', lower(reviews.author)) as reviewer,
        first_value(reviews.state order by reviews.submitted_at desc, reviews.position desc) as state,
        first_value(reviews.commit_sha order by reviews.submitted_at desc, reviews.position desc) as commit_sha
    from stg.pull_request_reviews as reviews
    where
        reviews.state in ('APPROVED', 'CHANGES_REQUESTED', 'DISMISSED')
        and reviews.submitted_at <= reviews.merged_at
    group by reviews.repository, reviews.number, lower(reviews.author)
),
approvals as (
    select said.repository, said.number, said.reviewer, said.state = 'APPROVED' as is_standing
    from said
    inner join pulls
        on said.repository = pulls.repository
        and said.number = pulls.number
        and said.commit_sha = pulls.head_sha
        and said.reviewer <> concat('@', lower(coalesce(pulls.author, '')))
    where said.state in ('APPROVED', 'DISMISSED')
),
files as (
    select
        touched.repository,
        touched.number,
        touched.path,
        coalesce(first_value(owned.owners order by owned.owners), '') as owners,
        coalesce(
            bool_or(approvals.is_standing and array_has(string_to_array(owned.owners, ' '), approvals.reviewer)), false
        ) as is_approved,
        coalesce(
            bool_or(array_has(string_to_array(owned.owners, ' '), approvals.reviewer)), false
        ) as is_dismissed,
        coalesce(bool_or(regexp_like(owned.owners, '/|[^ ]@') and approvals.is_standing), false) as may_be_approved
    from touched
    left join owned
        on touched.repository = owned.repository and touched.number = owned.number and touched.path = owned.path
    left join approvals on touched.repository = approvals.repository and touched.number = approvals.number
    group by touched.repository, touched.number, touched.path
),
findings as (
    select
        repository,
        number,
        count(*) as n,
        count(*) filter (where not is_approved and not is_dismissed and not may_be_approved) as n_failed,
        count(*) filter (where not is_approved) as n_open,
        first_value(path order by is_approved, is_dismissed or may_be_approved, path) as path,
        first_value(owners order by is_approved, is_dismissed or may_be_approved, path) as owners,
        first_value(is_dismissed order by is_approved, is_dismissed or may_be_approved, path) as is_dismissed
    from files
    group by repository, number
),
reviewed as (
    select reviews.repository, reviews.number, count(approvals.reviewer) as n_approvals
    from (select distinct repository, number from stg.pull_request_reviews) as reviews
    left join approvals on reviews.repository = approvals.repository and reviews.number = approvals.number
    group by reviews.repository, reviews.number
),
readable as (
    select distinct repository, source_sha256 from stg.codeowners
)
select
    pulls.repository,
    pulls.number,
    pulls.merged_at,
    pulls.head_sha,
    case
        when lists.repository is null then 'no_evidence'
        when findings.n is null and not lists.is_whole then 'no_evidence'
        when findings.n is null then 'not_applicable'
        when reviewed.n_approvals = 0 then 'fail'
        when bases.repository is null or reviewed.repository is null then 'no_evidence'
        when bases.path is null and not bases.is_whole then 'no_evidence'
        when bases.path is null then 'fail'
        when readable.repository is null then 'no_evidence'
        when findings.n_failed > 0 then 'fail'
        when findings.n_open > 0 or not lists.is_whole then 'no_evidence'
        else 'pass'
    end as status,
    case
        when lists.repository is null then 'its files are unknown'
        when findings.n is null and not lists.is_whole then 'not all of its files are listed'
        when findings.n is null then 'it touches no guarded folder'
        when reviewed.n_approvals = 0 then concat('nobody but its author approved its last push: ', findings.path)
        when reviewed.repository is null then 'its reviews are unknown'
        when bases.repository is null then 'the code owners of its base are unknown'
        when bases.path is null and not bases.is_whole then 'not all files of its base are listed'
        when bases.path is null then 'its base has no CODEOWNERS'
        when readable.repository is null then concat('no rule of ', bases.path, ' is known')
        when findings.n_failed > 0 and findings.owners = '' then concat('nobody owns ', findings.path)
        when findings.n_failed > 0 then concat('no owner approved ', findings.path, ': ', findings.owners)
        when findings.is_dismissed and findings.n_open > 0
            then concat('the approval of ', findings.path, ' was dismissed, before the merge or after it')
        when findings.n_open > 0
            then concat('whether who approved ', findings.path, ' belongs to ', findings.owners, ' is not known')
        when not lists.is_whole then 'not all of its files are listed'
        else concat('owners approved ', findings.n, ' guarded files')
    end as reason,
    coalesce(bases.file_sha256, '') as owners_sha256
from pulls
left join lists on pulls.repository = lists.repository and pulls.number = lists.number
left join findings on pulls.repository = findings.repository and pulls.number = findings.number
left join reviewed on pulls.repository = reviewed.repository and pulls.number = reviewed.number
left join bases on pulls.repository = bases.repository and pulls.base_sha = bases.commit_sha
left join readable on bases.repository = readable.repository and bases.file_sha256 = readable.source_sha256

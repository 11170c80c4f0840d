-- What is to be said of the reviews of guarded folders: by pull request, of the rule, of a repository without any
--
-- kind: mart
-- spec: CI/CL-001 §10, §20
-- grain: subject
-- materialize: yes
-- columns: subject: of the controls about it
-- columns: status: of that subject
-- columns: reason: why, in words
-- columns: observed_at: when it was merged; of the rule, the last merge
-- columns: evidence: the last push, and the CODEOWNERS that held
--
-- That the rules of the default branch demand the review is not collected; the subject `rule` says so, so that no
-- repository passes by its habits alone.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
gaps as (
    select repository, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('pull_requests', 'pull_files', 'pull_reviews', 'code_owners')
    group by repository
),
pulls as (
    select repository, number, merged_at, head_sha, status, reason, owners_sha256
    from mart.owner_reviews
    where status <> 'not_applicable'
)
select
    concat(repository, ' pull request ', number) as subject,
    status,
    reason,
    merged_at as observed_at,
    concat('commit=', head_sha, case when owners_sha256 = '' then '' else concat(' source=', owners_sha256) end)
        as evidence
from pulls
union all
select
    concat(repository, ' rule') as subject,
    'no_evidence' as status,
    'whether the rules of the default branch demand a review by code owners is not collected' as reason,
    max(merged_at) as observed_at,
    '' as evidence
from pulls
group by repository
union all
select
    places.repository as subject,
    case
        when known.repository is null or gaps.repository is not null then 'no_evidence'
        else 'not_applicable'
    end as status,
    case
        when known.repository is null then 'pull requests are not collected'
        when gaps.repository is not null then concat('pull requests, reviews or code owners are missing', gaps.needs)
        else 'no pull request that touches a guarded folder was merged in the window'
    end as reason,
    null as observed_at,
    '' as evidence
from places
left join stg.repositories as known on places.repository = known.repository
left join gaps on places.repository = gaps.repository
where gaps.repository is not null or places.repository not in (select repository from pulls)

-- The default branch is main
--
-- kind: control
-- spec: CI/CL-001 §3
-- control: cicl-03.1
-- grain: subject
-- severity: low
-- remediation: Rename the default branch to `main`.
-- lifecycle: active
--
-- One subject for each repository that is known, be it from GitHub or from runs.
--
-- limits: a name that changed and changed back between two pulls is not seen.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
    union
    select repository from mart.gaps where resource = 'repository'
),
gaps as (
    select repository, max(reason) || coalesce('; needs ' || max(permission), '') as reason
    from mart.gaps
    where resource = 'repository'
    group by repository
)
select
    places.repository as subject,
    case
        when gaps.repository is not null or known.repository is null then 'no_evidence'
        when known.is_archived then 'not_applicable'
        when known.default_branch = 'main' then 'pass'
        else 'fail'
    end as status,
    case
        when gaps.repository is not null then concat('the repository could not be read: ', gaps.reason)
        when known.repository is null then 'the repository was never read from GitHub'
        when known.is_archived then 'the repository is archived'
        else concat('the default branch is ', known.default_branch)
    end as reason,
    coalesce(known.updated_at, known.created_at) as observed_at,
    concat('repository_id=', known.repository_id) as evidence
from places
left join stg.repositories as known on places.repository = known.repository
left join gaps on places.repository = gaps.repository

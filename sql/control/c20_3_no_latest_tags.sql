-- No Dockerfile takes an image of the tag latest
--
-- kind: control
-- spec: CI/CL-001 §20
-- control: cicl-20.3
-- grain: subject
-- severity: medium
-- remediation: Name the version and the digest of each image in `FROM` and `COPY --from`.
-- lifecycle: active
--
-- One subject for each Dockerfile of the newest tree of the default branch that is known: no image that comes from
-- outside, by `FROM`, `COPY --from` or `RUN --mount`, has the tag `latest`, be it written or meant, without a digest.
--
-- limits: images of an argument without a default are not known. Dockerfiles under other names are not read.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
images as (
    select repository, source_sha256, position, is_external, is_latest, written, line
    from stg.dockerfile_images
    where run_id is null and job is null and artifact is null
),
files as (
    select
        files.repository,
        files.path,
        files.commit_sha,
        files.listed_at,
        files.file_sha256,
        bool_and(files.is_read) as is_read,
        count(*) filter (where images.is_external) as n,
        count(*) filter (where images.is_external and images.is_latest) as n_latest,
        count(*) filter (where images.is_external and images.is_latest is null) as n_unknown,
        first_value(concat(images.written, ' in line ', images.line) order by
            coalesce(images.is_external and images.is_latest, false) desc,
            images.is_external and images.is_latest is null desc,
            images.position
        ) as worst
    from mart.default_branch_files as files
    left join images on files.repository = images.repository and files.file_sha256 = images.source_sha256
    where files.format = 'dockerfile'
    group by files.repository, files.path, files.commit_sha, files.listed_at, files.file_sha256
),
trees as (
    select repository, max(listed_at) as listed_at, max(commit_sha) as commit_sha, bool_and(is_list_whole) as is_whole
    from mart.default_branch_files
    group by repository
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence = 'repository_files'
    group by repository
)
select
    concat(repository, ' ', path) as subject,
    case
        when n_latest > 0 then 'fail'
        when n_unknown > 0 or not is_read then 'no_evidence'
        when n = 0 then 'not_applicable'
        else 'pass'
    end as status,
    case
        when n_latest > 0 then concat(n_latest, ' of ', n, ' images are of the tag latest: ', worst)
        when n_unknown > 0 then concat('an argument without a default decides: ', worst)
        when not is_read then 'the file could not be read to its end'
        when n = 0 then 'no image comes from outside'
        else concat(n, ' images have another tag or a digest')
    end as reason,
    listed_at as observed_at,
    concat('commit=', commit_sha, coalesce(' source=' || file_sha256, '')) as evidence
from files
union all
select
    places.repository as subject,
    case when gaps.n > 0 or not coalesce(trees.is_whole, false) then 'no_evidence' else 'not_applicable' end as status,
    case
        when gaps.n > 0 then concat('the files of the default branch could not be listed', gaps.needs)
        when trees.repository is null then 'no tree of the default branch is known'
        when not trees.is_whole then 'the tree of the default branch was not listed to its end'
        else 'there is no Dockerfile'
    end as reason,
    trees.listed_at as observed_at,
    case when trees.repository is null then '' else concat('commit=', trees.commit_sha) end as evidence
from places
left join trees on places.repository = trees.repository
left join gaps on places.repository = gaps.repository
where
    gaps.n > 0 or not coalesce(trees.is_whole, false)
    or places.repository not in (select repository from files)

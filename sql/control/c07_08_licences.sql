-- Only allowed licences
--
-- kind: control
-- spec: CI/CL-001 §7
-- adr: adr-008, adr-008n
-- control: cicl-07.08
-- grain: subject
-- severity: high
-- remediation: Replace the dependency, or have its licence allowed in the policy file.
-- lifecycle: active
--
-- One subject for each package that a bill of materials of the default branch or of a release lists in the window, save
-- what the bill describes: the list of allowed licences has every licence of some alternative of its expression. The
-- list is the organization's: `license_allowed:<SPDX id>` of the relation `policy`, as it was when the bill was left.
-- The worst bill counts. NOASSERTION, NONE and what is no SPDX expression are no evidence, and never allowed.
--
-- limits: a package that no bill lists is not seen. A licence is what the bill says; its text is not read.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
runs as (
    select repository, run_id, run_attempt, head_sha
    from stg.runs
    where
        head_repository = repository
        and (
            (event in ('push', 'schedule', 'workflow_dispatch') and head_branch = default_branch)
            or event = 'release'
            or (event = 'push' and regexp_like(head_branch, '^v[0-9]+\.'))
        )
),
bills as (
    select
        sboms.repository,
        count(*) filter (where not sboms.is_complete) as n_incomplete,
        first_value(sboms.source_sha256 order by sboms.is_complete, sboms.completed_at, sboms.source_sha256)
            as source_sha256
    from stg.sboms as sboms
    inner join runs
        on sboms.repository = runs.repository
        and sboms.run_id = runs.run_id
        and coalesce(sboms.run_attempt, 1) = runs.run_attempt
    where $from <= sboms.completed_at and sboms.completed_at < $to
    group by sboms.repository
),
packages as (
    select
        packages.repository,
        coalesce(
            regexp_replace(regexp_replace(packages.purl, '[?#].*$', ''), '@[^/@]*$', ''),
            nullif(packages.name, ''),
            packages.reference,
            'without a name'
        ) as package,
        packages.version,
        packages.license_choices,
        coalesce(packages.license, packages.license_concluded, packages.license_declared) as license,
        packages.license_status,
        packages.position,
        packages.completed_at,
        packages.source_sha256,
        runs.head_sha
    from stg.packages as packages
    inner join runs
        on packages.repository = runs.repository
        and packages.run_id = runs.run_id
        and coalesce(packages.run_attempt, 1) = runs.run_attempt
    where not packages.is_root and $from <= packages.completed_at and packages.completed_at < $to
),
allowed as (
    select substr(name, strpos(name, ':') + 1) as license, valid_from, valid_to
    from policy
    where starts_with(name, 'license_allowed:') and value > 0
),
alternatives as (
    select distinct license_choices, completed_at, unnest(string_to_array(license_choices, ' | ')) as alternative
    from packages
    where license_choices is not null
),
parts as (
    select
        license_choices,
        completed_at,
        alternative,
        unnest(string_to_array(alternative, ' & ')) as part
    from alternatives
),
choices as (
    select license_choices, completed_at, bool_or(is_allowed) as is_allowed
    from (
        select
            parts.license_choices,
            parts.completed_at,
            parts.alternative,
            bool_and(allowed.license is not null) as is_allowed
        from parts
        left join allowed
            on lower(parts.part) = lower(allowed.license)
            and allowed.valid_from <= parts.completed_at and parts.completed_at < allowed.valid_to
        group by parts.license_choices, parts.completed_at, parts.alternative
    ) as judged_alternatives
    group by license_choices, completed_at
),
lists as (
    select min(valid_from) as valid_from from allowed
),
listed as (
    select
        packages.*,
        case
            when choices.is_allowed then 'allowed'
            when choices.is_allowed is not null then 'denied'
            else 'unknown'
        end as finding,
        coalesce(lists.valid_from <= packages.completed_at, false) as is_judged
    from packages
    cross join lists
    left join choices
        on packages.license_choices = choices.license_choices and packages.completed_at = choices.completed_at
),
named as (
    select
        repository,
        package,
        count(*) filter (where is_judged) as n,
        count(*) filter (where is_judged and finding = 'denied') as n_denied,
        count(*) filter (where is_judged and finding = 'unknown') as n_unknown,
        count(*) filter (where not is_judged) as n_unlisted,
        first_value(version order by
            is_judged desc, array_position(make_array('denied', 'unknown', 'allowed'), finding), completed_at,
            source_sha256, position
        ) as version,
        first_value(license order by
            is_judged desc, array_position(make_array('denied', 'unknown', 'allowed'), finding), completed_at,
            source_sha256, position
        ) as license,
        first_value(license_status order by
            is_judged desc, array_position(make_array('denied', 'unknown', 'allowed'), finding), completed_at,
            source_sha256, position
        ) as license_status,
        first_value(head_sha order by
            is_judged desc, array_position(make_array('denied', 'unknown', 'allowed'), finding), completed_at,
            source_sha256, position
        ) as head_sha,
        first_value(source_sha256 order by
            is_judged desc, array_position(make_array('denied', 'unknown', 'allowed'), finding), completed_at,
            source_sha256, position
        ) as source_sha256,
        max(completed_at) as completed_at
    from listed
    group by repository, package
),
unlisted as (
    select repository, sum(n_unlisted) as n from named group by repository
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'sboms')
    group by repository
)
select
    concat(repository, ' package ', package) as subject,
    case when n_denied > 0 then 'fail' when n_unknown > 0 then 'no_evidence' else 'pass' end as status,
    case
        when n_denied > 0
        then concat(coalesce('version ' || version, 'it'), ' is under ', license, ', which is not allowed')
        when n_unknown > 0 and license_status = 'valid' then concat('too many alternatives to judge: ', license)
        when n_unknown > 0 then concat('the licence is not known: ', coalesce(license, 'none is stated'))
        else concat(license, ' is allowed')
    end as reason,
    completed_at as observed_at,
    concat('commit=', head_sha, ' source=', source_sha256) as evidence
from named
where n > 0
union all
select
    places.repository as subject,
    case
        when gaps.n > 0 or lists.valid_from is null or unlisted.n > 0 or bills.repository is null
            or bills.n_incomplete > 0
        then 'no_evidence'
        else 'not_applicable'
    end as status,
    case
        when lists.valid_from is null then 'no list of allowed licences: the policy file has none'
        when gaps.n > 0 then concat('bills of materials are missing (gaps: ', gaps.n, ')', gaps.needs)
        when bills.repository is null then 'no bill of materials of the default branch or a release in the window'
        when bills.n_incomplete > 0 then 'a bill of materials cannot be read to its end'
        when unlisted.n > 0 then concat('no list of allowed licences held until ', lists.valid_from)
        else 'the bills of materials list no dependency'
    end as reason,
    null as observed_at,
    coalesce('source=' || bills.source_sha256, '') as evidence
from places
cross join lists
left join bills on places.repository = bills.repository
left join unlisted on places.repository = unlisted.repository
left join gaps on places.repository = gaps.repository
where
    gaps.n > 0 or lists.valid_from is null or unlisted.n > 0 or bills.n_incomplete > 0
    or places.repository not in (select repository from named where n > 0)

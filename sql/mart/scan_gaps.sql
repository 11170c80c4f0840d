-- Spans without a complete scan of the default branch
--
-- kind: mart
-- spec: CI/CL-001 §21
-- grain: repository, stream, from_at
-- materialize: yes
-- columns: from_at: end of the last complete scan before
-- columns: to_at: end of the next one; empty: none by `as_of`
--
-- Longer than `scan_gap_max`, for each stream that ever had a complete scan on the default branch. Where our report of
-- a commit is missing, GitHub's analysis of it stands in: by its category, or where the tool has one stream only.
with
scans as (
    select repository, stream, tool_family, category, head_sha, scanned_at
    from mart.default_branch_scans
    where is_complete
),
streams as (
    select
        repository,
        stream,
        tool_family,
        max(nullif(category, '')) as category,
        count(*) over (partition by repository, tool_family) as n_streams
    from scans
    group by repository, stream, tool_family
),
branches as (
    select distinct repository, default_branch from stg.runs where default_branch <> ''
),
analysed as (
    select streams.repository, streams.stream, analyses.commit_sha as head_sha, analyses.created_at as scanned_at
    from stg.analyses as analyses
    inner join branches
        on analyses.repository = branches.repository
        and analyses.reference = 'refs/heads/' || branches.default_branch
    inner join streams on analyses.repository = streams.repository and analyses.tool_family = streams.tool_family
    where
        analyses.is_complete
        and (analyses.category = streams.category or streams.n_streams = 1)
),
evidence as (
    select repository, stream, scanned_at from scans
    union all
    select analysed.repository, analysed.stream, analysed.scanned_at
    from analysed
    left anti join scans
        on analysed.repository = scans.repository
        and analysed.stream = scans.stream
        and analysed.head_sha = scans.head_sha
),
spans as (
    select
        repository,
        stream,
        scanned_at as from_at,
        lead(scanned_at) over (partition by repository, stream order by scanned_at) as to_at
    from evidence
)
select spans.repository, spans.stream, spans.from_at, spans.to_at
from spans
inner join policy as rules
    on rules.name = 'scan_gap_max' and rules.valid_from <= spans.from_at and spans.from_at < rules.valid_to
where hours_between(spans.from_at, coalesce(spans.to_at, $as_of)) > rules.value

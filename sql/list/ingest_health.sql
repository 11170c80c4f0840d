-- What was taken in, by repository and kind
--
-- kind: list
-- grain: repository, format
-- columns: repository: where
-- columns: format: what it was recognised as
-- columns: n: payloads of the window
-- columns: n_rows: rows that they gave
-- columns: n_partial: of them broken off
-- columns: n_refused: of them not readable
-- columns: newest_at: when the newest payload's event was, whatever the window
-- columns: lag_seconds: its age at `as_of`
-- columns: is_silent: a scanner's reports stay away for longer than a gap of scans may be
-- columns: known_at: when a payload was last taken in
--
-- Each kind of payload that a repository has ever left behind, with the age of its newest. Gaps are payloads, too, but
-- tell of what is missing: see `list.gaps`.
--
-- limits: a repository in which nothing happens has old payloads and is well.
with
ages as (
    select
        repository,
        format,
        kind,
        count(*) filter (where $from <= completed_at and completed_at < $to) as n,
        coalesce(sum(case when $from <= completed_at and completed_at < $to then n_rows end), 0) as n_rows,
        count(*) filter (where $from <= completed_at and completed_at < $to and status = 'partial') as n_partial,
        count(*) filter (where $from <= completed_at and completed_at < $to and status = 'refused') as n_refused,
        max(completed_at) as newest_at,
        max(known_at) as known_at
    from stg.sources
    where format not in ('github_gap', 'mirror_gap')
    group by repository, format, kind
)
select
    ages.repository,
    ages.format,
    ages.n,
    cast(ages.n_rows as bigint) as n_rows,
    ages.n_partial,
    ages.n_refused,
    ages.newest_at,
    seconds_between(ages.newest_at, $as_of) as lag_seconds,
    coalesce(ages.kind = 'scan', false) and plus_hours(ages.newest_at, rules.value) < $as_of as is_silent,
    ages.known_at
from ages
inner join policy as rules
    on rules.name = 'scan_gap_max' and rules.valid_from <= $as_of and $as_of < rules.valid_to
order by ages.repository, ages.format

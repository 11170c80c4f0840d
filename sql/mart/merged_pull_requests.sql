-- Pull requests merged in the window, with the median of their head commits
--
-- kind: mart
-- spec: CI/CL-001 §21
-- grain: repository, number
--
-- `seconds` is the interpolated median (R-7) over the green head commits; null where there is none.
select
    pulls.repository,
    pulls.number,
    pulls.merged_at,
    quantile_cont(heads.seconds, 0.5) as seconds,
    count(heads.head_sha) as n_heads,
    count(*) filter (where heads.state = 'green') as n_green,
    count(*) filter (where heads.state = 'superseded') as n_superseded,
    count(*) filter (where heads.state = 'not_green') as n_not_green,
    count(*) filter (where heads.state = 'too_long') as n_too_long
from stg.pull_requests as pulls
left join mart.pull_request_heads as heads
    on pulls.repository = heads.repository and pulls.number = heads.number
where $from <= pulls.merged_at and pulls.merged_at < $to
group by pulls.repository, pulls.number, pulls.merged_at

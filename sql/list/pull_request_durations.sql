-- CI duration of merged pull requests
--
-- kind: list
-- spec: CI/CL-001 §21
-- grain: repository, number
-- columns: repository: where
-- columns: number: number of the pull request
-- columns: title: its title
-- columns: merged_at: when it was merged
-- columns: seconds: median over its green head commits; empty: it has none
-- columns: n_heads: head commits that CI ran on
-- columns: n_green: all gating jobs green in the first attempt
-- columns: n_superseded: cancelled because a newer commit followed
-- columns: n_not_green: failed, cancelled or undecided in the first attempt
-- columns: n_too_long: a day or longer
--
-- The rows behind the median CI duration: pull requests that were merged in the window, the slowest first.
select
    pulls.repository,
    pulls.number,
    titles.title,
    pulls.merged_at,
    pulls.seconds,
    pulls.n_heads,
    pulls.n_green,
    pulls.n_superseded,
    pulls.n_not_green,
    pulls.n_too_long
from mart.merged_pull_requests as pulls
inner join stg.pull_requests as titles
    on pulls.repository = titles.repository and pulls.number = titles.number
order by pulls.seconds desc nulls last, pulls.repository, pulls.number

-- Run attempts with the place of each in the population
--
-- kind: mart
-- grain: repository, run_id, run_attempt
-- materialize: yes
--
-- `population`: `in` for push, schedule and dispatch on the default branch, the merge queue, and pull requests of
-- the same repository; else why it is out. `code` names the code under test: the tree of a branch, or the head
-- commit of a pull request (whose merge base may move, hence the weaker grade). A commit has one tree: once one of its
-- runs states it, it holds for all of them.
with
runs as (
    select *, event in ('pull_request', 'pull_request_target') as is_pull_request from stg.runs
),
trees as (
    select repository, head_sha, max(tree_sha) as tree_sha
    from runs
    where not is_pull_request
    group by repository, head_sha
)
select
    runs.repository,
    runs.run_id,
    runs.run_attempt,
    coalesce(runs.workflow, '') as workflow,
    runs.event,
    runs.head_branch,
    runs.head_sha,
    runs.tree_sha,
    runs.created_at,
    case
        when runs.is_pull_request then 'pull_request ' || runs.head_sha
        else 'tree ' || coalesce(trees.tree_sha, runs.head_sha)
    end as code,
    case when runs.is_pull_request then 'C' else 'B' end as grade_across_runs,
    case
        when runs.head_repository <> runs.repository then 'fork'
        when runs.is_pull_request or runs.event = 'merge_group' then 'in'
        when runs.event in ('push', 'schedule', 'workflow_dispatch') and runs.head_branch = runs.default_branch
        then 'in'
        else 'other_branch'
    end as population
from runs
left join trees on runs.repository = trees.repository and runs.head_sha = trees.head_sha

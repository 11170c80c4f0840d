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
)
select
    repository,
    run_id,
    run_attempt,
    coalesce(workflow, '') as workflow,
    event,
    head_branch,
    head_sha,
    tree_sha,
    created_at,
    case
        when is_pull_request then 'pull_request ' || head_sha
        else 'tree ' || coalesce(
            max(tree_sha) over (partition by repository, head_sha, is_pull_request), head_sha
        )
    end as code,
    case when is_pull_request then 'C' else 'B' end as grade_across_runs,
    case
        when head_repository <> repository then 'fork'
        when is_pull_request or event = 'merge_group' then 'in'
        when event in ('push', 'schedule', 'workflow_dispatch') and head_branch = default_branch then 'in'
        else 'other_branch'
    end as population
from runs

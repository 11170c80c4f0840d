-- Required checks of branches
--
-- kind: stg
-- grain: repository, branch, origin, effective_at, context, app_id, ruleset_id, version_id
-- materialize: yes
--
-- One row for each check of each observed set; a set without any is one row without context. A version of a
-- ruleset is valid from `effective_at` until the next version of the same ruleset; `protection` and `rules` have no
-- history and are what was observed then. No `as_of`: before the first known set the earliest known one stands in.
select distinct
    repository,
    branch,
    origin,
    ruleset_id,
    version_id,
    enforcement,
    context,
    app_id,
    effective_at
from raw.required_checks
where known_at <= $known_at

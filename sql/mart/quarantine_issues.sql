-- Issues that quarantine a test, or are the ticket of its quarantine
--
-- kind: mart
-- spec: CI/CL-001 §13
-- grain: repository, number
-- materialize: yes
-- columns: repository: where
-- columns: number: of the issue
-- columns: test: `class::name`, by the title
-- columns: tagged_at: when it was opened
-- columns: released_at: when it was closed; empty: it is open
-- columns: ticket: its page
-- columns: owner: the first whom it is assigned to
--
-- Labelled `flaky-quarantine` and titled `Quarantine <class>::<name>`.
-- limits: an issue that lost the label is not known to have had it.
select
    repository,
    number,
    btrim(regexp_replace(title, '^Quarantine ', '')) as test,
    created_at as tagged_at,
    case when closed_at <= $as_of then closed_at end as released_at,
    coalesce(url, cast(number as varchar)) as ticket,
    nullif(regexp_replace(assignees, '^\["([^"]+)".*$', '\1'), '[]') as owner
from stg.issues
where labels like '%"flaky-quarantine"%' and title like 'Quarantine %'

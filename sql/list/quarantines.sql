-- Quarantines
--
-- kind: list
-- spec: CI/CL-001 §13
-- grain: repository, class_name, name, tagged_at
-- columns: repository: where the test lives
-- columns: class_name: its class
-- columns: name: its name
-- columns: test_id: names the test; empty: no execution of it is known
-- columns: tagged_by: property, name, list, issue: the way in which this stay began
-- columns: tagged_at: when this stay began
-- columns: started_at: when its clock started: earlier where it continues that of a stay before
-- columns: due_at: when it has to be out
-- columns: days_left: days of 24 hours until then; negative: past; empty: it is out
-- columns: ticket: the ticket that the tag names, else the issue that is titled after the test
-- columns: owner: who has to mend it, by the list, else by the ticket
-- columns: reason: why, by the list
-- columns: is_extended: the due date was moved, with reason and approver
-- columns: approved_by: who approved that
-- columns: released_at: when it left; empty: it is in
-- columns: n_clean: clean executions on the default branch since the last failure, until it left
-- columns: n_clean_needed: how many prove a release
-- columns: state: active, overdue, released_proven, released_unproven
-- columns: is_breached: it stayed past its due date
--
-- Every stay of a test in quarantine, those that are in first, by due date.
select
    repository,
    class_name,
    name,
    test_id,
    tagged_by,
    tagged_at,
    started_at,
    due_at,
    case when released_at is null then days_between($as_of, due_at) end as days_left,
    ticket,
    owner,
    reason,
    is_extended,
    approved_by,
    released_at,
    n_clean,
    n_clean_needed,
    case
        when released_at is null and due_at < $as_of then 'overdue'
        when released_at is null then 'active'
        when n_clean_needed <= n_clean then 'released_proven'
        else 'released_unproven'
    end as state,
    is_breached
from mart.quarantines
order by released_at is not null, case when released_at is null then due_at end, released_at desc, repository,
    class_name, name, tagged_at

-- Clean executions in a row that would show a failure rate of the policy: n with (1 - p)^n below what is left to doubt.
with
last_entries as (
    from stay_entries
    qualify row_number() over (partition by repository, test, tagged_at order by nth desc) = 1
),
known as (
    select
        clocks.*,
        coalesce(last_entries.due_at, clocks.first_due_at) as due_at,
        last_entries.ticket as list_ticket, last_entries.owner as list_owner,
        last_entries.reason, last_entries.approved_by,
        (
            select arg_max({ticket: issues.ticket, owner: issues.owner}, (issues.tagged_at, issues.number))
            from issue_spans as issues
            where
                issues.repository = clocks.repository and issues.test = clocks.test
                and issues.tagged_at <= clocks.left_at
                and coalesce(issues.released_at, timestamp 'infinity') >= clocks.tagged_at
        ) as issue,
        (
            select {test_id: min(test_id), class_name: min(class_name), name: min(name)}
            from quarantine_executions as executions
            where executions.repository = clocks.repository and executions.test = clocks.test and not is_bare
        ) as identity,
        exists (
            from stay_entries as entries
            where
                entries.repository = clocks.repository and entries.test = clocks.test
                and entries.tagged_at = clocks.tagged_at and entries.comes_too_late
        ) as is_late,
        string_split(clocks.test, '::') as words,
        coalesce(proofs.n_clean, 0) as n_clean,
        1 - rule_at('interval_confidence', clocks.left_at) / 100 as doubt,
        1 - rule_at('quarantine_release_proof', clocks.left_at) / 100 as clean_share
    from clocks
    left join last_entries using (repository, test, tagged_at)
    left join proofs using (repository, test, tagged_at)
)
select
    organization(repository) as organization,
    repository,
    coalesce(identity.class_name, array_to_string(words[:-2], '::')) as class_name,
    coalesce(identity.name, words[-1]) as name,
    identity.test_id as test_id,
    tagged_by, tagged_at, started_at, due_at,
    if(released_at is null, seconds_from(as_of(), due_at) / 86400, null) as days_left,
    coalesce(list_ticket, tag_ticket, issue.ticket) as ticket,
    coalesce(list_owner, issue.owner) as owner,
    reason,
    due_at > first_due_at as is_extended,
    approved_by, released_at, n_clean,
    len(list_filter(range(1, 2000), lambda n: clean_share ** (n - 1) > doubt)) as n_clean_needed,
    case
        when released_at is not null then
            if(clean_share ** n_clean <= doubt, 'released_proven', 'released_unproven')
        when due_at < as_of() then 'overdue'
        else 'active'
    end as state,
    is_late or due_at < left_at as is_breached
from known

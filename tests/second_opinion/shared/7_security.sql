-- Scans of the default branch, how long each finding was there, and the clocks that follow.
create table branch_scans as
with
branch_runs as (
    from runs
    where
        event in ('push', 'schedule', 'workflow_dispatch') and is_on_default and head_repository = repository
),
commits as (
    select
        repository, head_sha,
        coalesce(min(created_at) filter (where event = 'push'), min(created_at)) as pushed_at
    from branch_runs
    group by all
),
places as (
    select
        *,
        (
            select count(*) from commits as before
            where
                before.repository = commits.repository
                and (before.pushed_at, before.head_sha) <= (commits.pushed_at, commits.head_sha)
        ) as place
    from commits
),
timed as (
    select
        scans.* exclude (workflow, job, artifact),
        coalesce(scans.workflow, '') as workflow, coalesce(scans.job, '') as job,
        coalesce(scans.artifact, '') as artifact,
        scans.tool_family || ' ' || if(coalesce(scans.category, '') = '', scans.report, scans.category)
            || coalesce(' ' || scans.image, '') as stream,
        branch_runs.head_sha, places.place,
        case
            when coalesce(scans.ended_at, scans.completed_at) > scans.completed_at then
                greatest(scans.completed_at, branch_runs.created_at)
            when coalesce(scans.ended_at, scans.completed_at) < branch_runs.created_at then branch_runs.created_at
            else coalesce(scans.ended_at, scans.completed_at)
        end as scanned_at,
        scans.completeness = 'complete' as is_complete
    from scans
    join branch_runs using (repository, run_id, run_attempt)
    join places on places.repository = scans.repository and places.head_sha = branch_runs.head_sha
    -- Tools whose findings are no vulnerabilities, secrets or misconfigurations have no clock.
    where not list_contains(
        [
            'actionlint', 'biome', 'buf', 'clippy', 'eslint', 'hadolint', 'inspectcode', 'licensee', 'mypy', 'oasdiff',
            'openapi-diff', 'ort', 'pylint', 'pyright', 'ruff', 'shellcheck', 'spectral', 'tflint', 'yamllint'
        ],
        scans.tool_family
    )
),
ordered as (
    select
        *,
        row_number() over (
            partition by repository, stream
            order by scanned_at, place, run_id, run_attempt, source_sha256, scan
        ) as nth
    from timed
)
select
    ordered.*,
    exists (
        from ordered as newer
        where
            newer.repository = ordered.repository and newer.stream = ordered.stream and newer.nth < ordered.nth
            and newer.is_complete and newer.place > ordered.place
    ) as is_outdated
from ordered;

-- What each scan saw: of several results of one finding the worst.
create table sightings as
select
    findings.*, scans.stream, scans.nth, scans.scanned_at, scans.tool,
    if(
        findings.class in ('sca', 'image') and findings.vulnerability_id like 'CVE-%' and findings.package is not null,
        findings.vulnerability_id || ' ' || findings.package, findings.finding_uid
    ) as item_id
from findings
join branch_scans as scans
    on scans.repository = findings.repository and scans.run_id = findings.run_id
    and scans.run_attempt = findings.run_attempt and scans.workflow = coalesce(findings.workflow, '')
    and scans.job = coalesce(findings.job, '') and scans.artifact = coalesce(findings.artifact, '')
    and scans.source_sha256 = findings.source_sha256 and scans.scan = findings.scan
qualify row_number() over (
    partition by findings.repository, scans.stream, scans.nth, findings.finding_uid
    order by list_position(['critical', 'high'], findings.severity) nulls last, findings.result
) = 1;

-- Every finding walks through the scans of its stream, one after the other. It is there while `is_there`, from its
-- commits up to `place` on; a complete scan of such a commit that is not outdated and does not see it ends the stay.
create table walks as
with recursive
walked as (
    select distinct
        repository, stream, finding_uid, 0::bigint as nth, false as is_there, false as was_seen, 0::bigint as place,
        0 as stay, false as sees, false as ends, null::timestamp as scanned_at, null::varchar as source_sha256
    from sightings
    union all
    select
        walked.repository, walked.stream, walked.finding_uid, scans.nth,
        case
            when seen.finding_uid is not null then walked.is_there or not scans.is_outdated or not walked.was_seen
            else walked.is_there and not (
                scans.is_complete and not scans.is_outdated and scans.place >= walked.place
            )
        end as is_there_now,
        walked.was_seen or seen.finding_uid is not null,
        if(seen.finding_uid is not null and is_there_now, greatest(scans.place, walked.place * walked.is_there::int),
            walked.place),
        walked.stay + (not walked.is_there and is_there_now)::int,
        seen.finding_uid is not null and is_there_now,
        walked.is_there and not is_there_now,
        scans.scanned_at,
        scans.source_sha256
    from walked
    join branch_scans as scans
        on scans.repository = walked.repository and scans.stream = walked.stream and scans.nth = walked.nth + 1
    left join sightings as seen
        on seen.repository = walked.repository and seen.stream = walked.stream
        and seen.finding_uid = walked.finding_uid and seen.nth = scans.nth
)
from walked;

create table finding_times as
with
seen as (
    select
        walks.repository, walks.stream, walks.finding_uid, walks.stay,
        arg_min(sightings, sightings.nth) as first,
        min(sightings.scanned_at) as seen_at,
        min(sightings.scanned_at) filter (where sightings.severity in ('critical', 'high')) as high_at,
        min(sightings.scanned_at) filter (where sightings.severity = 'critical') as critical_at
    from walks
    join sightings using (repository, stream, finding_uid, nth)
    where walks.sees
    group by walks.repository, walks.stream, walks.finding_uid, walks.stay
),
revoked as (
    select
        repository, finding_uid,
        if(
            bool_and(coalesce(resolution = 'revoked' and resolved_at is not null, false)), max(resolved_at), null
        ) as revoked_at
    from (
        select distinct seen.repository, seen.finding_uid, alerts.number, alerts.resolution, alerts.resolved_at
        from seen
        join alert_locations as places
            on places.repository = seen.repository and places.path = seen.first.path
            and places.start_line = seen.first.start_line and places.kind = 'secret_scanning'
            and coalesce(places.commit_sha = seen.first.commit_sha, true)
        join alerts
            on alerts.repository = places.repository and alerts.kind = places.kind and alerts.number = places.number
        where seen.first.class = 'secret' and seen.stay = 1
    )
    group by all
)
select
    seen.*,
    if(
        seen.first.class = 'secret',
        if(revoked.revoked_at <= as_of(), revoked.revoked_at, null),
        ends.scanned_at
    ) as gone_at,
    if(seen.first.class = 'secret', null, ends.source_sha256) as fixing_scan
from seen
left join revoked using (repository, finding_uid)
left join walks as ends
    on ends.repository = seen.repository and ends.stream = seen.stream and ends.finding_uid = seen.finding_uid
    and ends.stay = seen.stay and ends.ends
where seen.first.class <> 'secret' or seen.stay = 1;

-- The stays of one item, over all streams and tools, one after the other: what overlaps or follows soon is one clock.
create table item_times as
with recursive
ordered as (
    select
        *, first.item_id as item_id, coalesce(gone_at, timestamp 'infinity') as until,
        rule_at('sla_reopened_within', seen_at) * 24 as continued_within,
        row_number() over (
            partition by repository, first.item_id order by seen_at, finding_uid, stream, stay
        ) as nth
    from finding_times
),
walked as (
    select *, until as reach, 1 as episode, false as returns from ordered where nth = 1
    union all
    select
        ordered.*,
        greatest(walked.reach, ordered.until),
        walked.episode + (
            walked.reach < timestamp 'infinity' and ordered.seen_at >= later_by_hours(
                if(walked.reach < timestamp 'infinity', walked.reach, ordered.seen_at), ordered.continued_within
            )
        )::int as episode_now,
        walked.reach <= ordered.seen_at and episode_now = walked.episode
    from ordered
    join walked
        on walked.repository = ordered.repository and walked.item_id = ordered.item_id
        and ordered.nth = walked.nth + 1
)
from walked;

create table clocks_of_findings as
with
episodes as (
    select
        repository, item_id, episode,
        arg_min(first, nth) as first,
        string_agg(distinct first.tool, ', ' order by first.tool) as tool,
        min(seen_at) as started_at,
        min(critical_at) as critical_at,
        min(high_at) as high_at,
        if(bool_or(gone_at is null), null, max(gone_at)) as fixed_at,
        if(
            bool_or(gone_at is null), null,
            (list({scan: fixing_scan} order by gone_at desc, finding_uid, stream, stay))[1].scan
        ) as fixing_scan,
        bool_or(returns) as is_continued
    from item_times
    group by repository, item_id, episode
),
deadlines as (
    select
        *,
        later_by_hours(critical_at, rule_at('sla_critical', started_at)) as critical_due_at,
        later_by_hours(high_at, rule_at('sla_high', started_at)) as high_due_at
    from episodes
    where high_at is not null
)
select
    repository,
    case
        when item_id <> first.finding_uid then item_id
        when first.class in ('sca', 'image', 'license') then concat_ws(' ', first.rule_id, first.package, first.path)
        when first.class = 'iac' then concat_ws(' ', first.rule_id, first.logical_location, first.path)
        else concat_ws(
            ' ', first.rule_id, first.path || coalesce(':' || first.start_line::varchar, '')
        )
    end as item,
    if(coalesce(critical_due_at <= high_due_at, false), 'critical', 'high') as severity,
    tool,
    first.rule_id as rule_id,
    first.path as path,
    first.package as package,
    started_at,
    least(coalesce(critical_due_at, high_due_at), high_due_at) as due_at,
    fixed_at,
    case
        when fixed_at is not null then if(fixed_at <= due_at, 'met', 'late')
        else if(as_of() > due_at, 'breached', 'open')
    end as state,
    is_continued,
    first.source_sha256 as first_scan,
    fixing_scan
from deadlines;

-- Spans without a complete scan. GitHub's analysis of a commit stands in where our report of it is missing.
create table scan_gaps as
with
complete as (
    from branch_scans where is_complete
),
streams as (
    select repository, stream, tool_family, max(nullif(category, '')) as category
    from complete
    group by all
),
evidence as (
    select repository, stream, scanned_at from complete
    union all
    select streams.repository, streams.stream, analyses.created_at
    from analyses
    join streams using (repository, tool_family)
    where
        analyses.error is null and analyses.warning is null
        and analyses.reference in (
            select 'refs/heads/' || runs.default_branch from runs
            where runs.repository = analyses.repository and runs.default_branch <> ''
        )
        and (
            analyses.category = streams.category
            or 1 = (
                select count(*) from streams as siblings
                where siblings.repository = streams.repository and siblings.tool_family = streams.tool_family
            )
        )
        and not exists (
            from complete
            where
                complete.repository = streams.repository and complete.stream = streams.stream
                and complete.head_sha = analyses.commit_sha
        )
),
-- Of scans that end at once only one is followed by a span.
instants as (
    select distinct repository, stream, scanned_at as from_at from evidence
)
select
    *,
    (
        select min(evidence.scanned_at) from evidence
        where
            evidence.repository = instants.repository and evidence.stream = instants.stream
            and evidence.scanned_at > instants.from_at
    ) as to_at
from instants
where
    seconds_from(from_at, coalesce(to_at, as_of())) / 3600 > rule_at('scan_gap_max', from_at);

-- Times during which one stream of scans saw a finding
--
-- kind: mart
-- spec: CI/CL-001 §21
-- grain: repository, finding_uid, stream, stay
-- materialize: yes
-- columns: first_scan: digest of the report that it came with
-- columns: gone_at: end of the scan that no longer saw it; of a secret its revocation, or empty
-- columns: fixing_scan: digest of that scan's report
--
-- A secret stays in the history whatever becomes of its line: it goes when every secret scanning alert at its place is
-- resolved as revoked, and once revoked it is not seen anew.
with
stays as (
    select
        repository,
        finding_uid,
        stream,
        stay,
        first_value(item order by sighting) as item_id,
        first_value(tool order by sighting) as tool,
        first_value(rule_id order by sighting) as rule_id,
        first_value(logical_location order by sighting) as resource,
        first_value(package order by sighting) as package,
        first_value(class order by sighting) as class,
        first_value(path order by sighting) as path,
        first_value(start_line order by sighting) as start_line,
        first_value(commit_sha order by sighting) as commit_sha,
        first_value(source_sha256 order by sighting) as first_scan,
        min(scanned_at) as seen_at,
        min(case when severity in ('critical', 'high') then scanned_at end) as high_at,
        min(case when severity = 'critical' then scanned_at end) as critical_at,
        max(clears_from) as clears_from
    from mart.finding_sightings
    where class <> 'secret' or stay = 1
    group by repository, finding_uid, stream, stay
),
secrets as (
    select distinct repository, finding_uid, path, start_line, commit_sha from stays where class = 'secret'
),
revocations as (
    select
        secrets.repository,
        secrets.finding_uid,
        case
            when count(*) = count(case when alerts.resolution = 'revoked' then alerts.resolved_at end)
            then max(alerts.resolved_at)
        end as revoked_at
    from secrets
    inner join stg.alert_locations as places
        on secrets.repository = places.repository
        and secrets.path = places.path
        and secrets.start_line = places.start_line
    inner join stg.alerts as alerts
        on places.repository = alerts.repository
        and places.kind = alerts.kind
        and places.number = alerts.number
    where
        places.kind = 'secret_scanning'
        and (secrets.commit_sha is null or places.commit_sha is null or secrets.commit_sha = places.commit_sha)
    group by secrets.repository, secrets.finding_uid
),
advancing as (
    select repository, stream, ordinal, source_sha256, scanned_at
    from mart.default_branch_scans
    where is_advancing
)
select
    stays.repository,
    stays.finding_uid,
    stays.stream,
    stays.stay,
    stays.item_id,
    case
        when stays.item_id <> stays.finding_uid then stays.item_id
        when stays.class in ('sca', 'image', 'license') then concat_ws(' ', stays.rule_id, stays.package, stays.path)
        when stays.class = 'iac' then concat_ws(' ', stays.rule_id, stays.resource, stays.path)
        else concat_ws(' ', stays.rule_id, coalesce(stays.path || ':' || stays.start_line, stays.path))
    end as item,
    stays.class,
    stays.tool,
    stays.rule_id,
    stays.path,
    stays.package,
    stays.first_scan,
    stays.seen_at,
    stays.high_at,
    stays.critical_at,
    case
        when stays.class <> 'secret' then advancing.scanned_at
        when revocations.revoked_at <= $as_of then revocations.revoked_at
    end as gone_at,
    case when stays.class <> 'secret' then advancing.source_sha256 end as fixing_scan
from stays
left join advancing
    on stays.repository = advancing.repository
    and stays.stream = advancing.stream
    and stays.clears_from = advancing.ordinal
left join revocations
    on stays.repository = revocations.repository and stays.finding_uid = revocations.finding_uid

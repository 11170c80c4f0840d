-- Hashes and provenance are stored with mirrored artifacts
--
-- kind: control
-- spec: CI/CL-001 §16
-- adr: adr-010
-- control: cicl-16.3
-- grain: subject
-- severity: medium
-- remediation: Mirror with --checksum-algorithm SHA256, and beside them provenance that names each artifact's digest.
-- lifecycle: active
--
-- One subject for each run of which artifacts of the window are mirrored, together a set, the newest of each name. Each
-- is stored with a SHA-256, S3's own or in the uploader's metadata, and has the digest that GitHub states; SLSA
-- provenance of the run, whose signature holds, names the digest of each but those that hold attestations alone, and
-- lies in the mirror itself.
--
-- It fails where bytes differ, a signature of provenance does not hold, provenance is of another commit, is proven not
-- to be in the mirror, or leaves an artifact out while all that it names are artifacts of the run; and where every
-- artifact of the set was opened and none holds provenance. A digest that nobody states, or provenance over files
-- within an artifact, whose digests are not collected, shows nothing.
--
-- limits: whether the signer is the right one is asked by controls of §9. A list of hashes is not read; provenance in a
-- registry alone, or mirrored without having been an artifact, is not seen.
with
places as (
    select repository from stg.repositories
    union
    select repository from stg.runs
),
looked as (
    select
        artifacts.*,
        coalesce($to <= plus_days(artifacts.seen_at, rules.value), false) as is_fresh,
        row_number() over (
            partition by artifacts.repository, artifacts.run_id, artifacts.name
            order by
                artifacts.created_at desc,
                artifacts.artifact_id desc,
                artifacts.run_attempt is null and artifacts.state = 'equal' desc,
                artifacts.state in ('size_differs', 'digest_differs') desc,
                artifacts.state = 'equal' desc,
                artifacts.seen_at desc,
                artifacts.bucket,
                artifacts.key
        ) as place
    from mart.mirrored_artifacts as artifacts
    inner join policy as rules
        on rules.name = 'mirror_looked_at_within'
        and rules.valid_from <= artifacts.created_at and artifacts.created_at < rules.valid_to
    where $from <= artifacts.created_at and artifacts.created_at < $to
),
-- What an attempt uploads under a name takes the place of what earlier ones did.
statements as (
    select
        attested.repository,
        attested.run_id,
        attested.artifact,
        attested.subject_sha256,
        attested.verification,
        coalesce(
            attested.is_verified and runs.event in ('push', 'release', 'schedule', 'workflow_dispatch')
            and coalesce(attested.certificate_source_commit, attested.source_commit) <> runs.head_sha,
            false
        ) as is_elsewhere,
        rank() over (
            partition by attested.repository, attested.run_id, attested.artifact order by attested.run_attempt desc
        ) as place
    from stg.attestations as attested
    left join stg.runs as runs
        on attested.repository = runs.repository
        and attested.run_id = runs.run_id
        and attested.run_attempt = runs.run_attempt
    where
        attested.predicate_type like 'https://slsa.dev/provenance/%'
        or attested.predicate_type = 'https://in-toto.io/Provenance/v0.1'
),
carriers as (
    select
        repository,
        run_id,
        artifact,
        bool_or(verification = 'verified') as is_verified
    from statements
    where place = 1 and artifact is not null
    group by repository, run_id, artifact
),
opened as (
    select
        repository,
        run_id,
        artifact,
        bool_and(status = 'complete') as is_whole,
        bool_and(coalesce(kind = 'attestation', false)) as is_nothing_else
    from stg.sources
    where artifact is not null
    group by repository, run_id, artifact
),
named as (
    select distinct repository, run_id, subject_sha256
    from statements
    where place = 1 and verification = 'verified' and subject_sha256 is not null
),
members as (
    select
        looked.repository,
        looked.run_id,
        looked.name,
        looked.artifact_id,
        looked.key,
        looked.version_id,
        looked.seen_at,
        looked.sha256,
        looked.state,
        looked.absence,
        looked.is_fresh,
        looked.has_digest,
        looked.head_status,
        looked.state in ('size_differs', 'digest_differs') and looked.run_attempt is not null as is_other,
        carriers.artifact is not null and coalesce(opened.is_nothing_else, false) as is_carrier,
        coalesce(carriers.is_verified, false) as is_proof,
        named.subject_sha256 is not null as is_named,
        coalesce(opened.is_whole, false) as is_opened
    from looked
    left join carriers
        on looked.repository = carriers.repository
        and looked.run_id = carriers.run_id
        and looked.name = carriers.artifact
    left join named
        on looked.repository = named.repository
        and looked.run_id = named.run_id
        and looked.sha256 = named.subject_sha256
    left join opened
        on looked.repository = opened.repository
        and looked.run_id = opened.run_id
        and looked.name = opened.artifact
    where looked.place = 1
),
sets as (
    select
        repository,
        run_id,
        count(*) filter (where state <> 'missing') as n,
        count(*) filter (where is_other) as n_other,
        count(*) filter (where state <> 'missing' and not is_other and (state <> 'equal' or not has_digest)) as n_open,
        count(*) filter (where state <> 'missing' and not is_fresh) as n_stale,
        count(*) filter (where state <> 'missing' and head_status <> 'read') as n_unread,
        count(*) filter (where state <> 'missing' and not is_carrier and not is_named) as n_unnamed,
        count(*) filter (where state <> 'missing' and is_named) as n_named,
        count(*) filter (where is_proof and state <> 'missing') as n_proofs,
        count(*) filter (where is_proof and absence = 'proven') as n_lost_proofs,
        bool_and(is_opened) as is_opened,
        first_value(key order by key is null, is_other desc, state = 'equal', name) as key,
        first_value(version_id order by key is null, is_other desc, state = 'equal', name) as version_id,
        first_value(name order by state = 'missing', is_other desc, state = 'equal', name) as other_name,
        first_value(name order by state = 'missing' or is_carrier or is_named, name) as unnamed_name,
        max(seen_at) as seen_at
    from members
    group by repository, run_id
    having count(*) filter (where state <> 'missing') > 0
),
digests as (
    select distinct repository, run_id, sha256 from members where sha256 is not null
),
provenance as (
    select
        statements.repository,
        statements.run_id,
        count(*) as n,
        count(*) filter (where statements.verification = 'verified') as n_verified,
        count(*) filter (where statements.verification = 'failed') as n_failed,
        count(*) filter (where statements.is_elsewhere) as n_elsewhere,
        count(*) filter (where statements.verification = 'unproven') as n_unproven,
        count(*) filter (where digests.sha256 is null) as n_within
    from statements
    left join digests
        on statements.repository = digests.repository
        and statements.run_id = digests.run_id
        and statements.subject_sha256 = digests.sha256
    where statements.place = 1
    group by statements.repository, statements.run_id
),
judged as (
    select
        sets.*,
        case
            when sets.n_other > 0 then concat('other bytes than GitHub states, the first of ', sets.other_name)
            when provenance.n_failed > 0 then 'a signature of its provenance does not hold'
            when provenance.n_elsewhere > 0 then 'its provenance is of another commit'
            when sets.n_lost_proofs > 0 and sets.n_proofs = 0 then 'its provenance is not in the mirror'
            when provenance.n_verified > 0 and provenance.n_within = 0 and sets.n_unnamed > 0
                then concat('its provenance leaves out ', sets.n_unnamed, ', the first ', sets.unnamed_name)
            when provenance.n is null and sets.is_opened then 'none of its artifacts holds provenance'
        end as wrong,
        case
            when sets.n_stale > 0 then 'it was not listed lately'
            when sets.n_unread > 0 then concat('the heads of ', sets.n_unread, ' could not be read')
            when sets.n_open > 0
                then concat(sets.n_open, ' have no SHA-256 with them, or none that is proven to be what GitHub states')
            when provenance.n is null then 'no provenance of it is known'
            when provenance.n_verified = 0 then 'no signature of its provenance is shown to hold'
            when sets.n_unnamed > 0
                then concat('its provenance does not name ', sets.n_unnamed, ', the first ', sets.unnamed_name)
            when sets.n_named = 0 then 'nothing of it that is mirrored is named by its provenance'
            when sets.n_proofs = 0 then 'its provenance is not known to be in the mirror'
        end as unknown
    from sets
    left join provenance on sets.repository = provenance.repository and sets.run_id = provenance.run_id
),
mirror as (
    select
        count(*) as n,
        count(*) filter (where is_fresh) as n_fresh,
        count(*) filter (where is_fresh and listed_at is null) as n_unlisted
    from mart.mirrors
),
nameless as (
    select count(*) as n
    from mart.mirrored_objects
    where state = 'kept' and starts_with(repository, 's3.mirror/')
),
unnamed as (
    select repository, count(*) as n
    from mart.mirrored_objects
    where state = 'kept' and (run_id is null or artifact is null)
    group by repository
),
known as (
    select distinct repository from mart.ended_jobs
),
gaps as (
    select repository, sum(n) as n, string_agg(distinct needs, '' order by needs) as needs
    from mart.missing_evidence
    where evidence in ('runs', 'artifacts')
    group by repository
)
select
    concat(repository, ' run ', run_id) as subject,
    case when wrong is not null then 'fail' when unknown is not null then 'no_evidence' else 'pass' end as status,
    coalesce(wrong, unknown, concat(n, ' with their digests, and provenance that names them')) as reason,
    seen_at as observed_at,
    concat('run=', run_id, ' key=', replace(key, ' ', '%20'), ' version=', version_id) as evidence
from judged
union all
select
    places.repository as subject,
    case
        when mirror.n_fresh = 0 or mirror.n_unlisted > 0 or gaps.n > 0 or known.repository is null then 'no_evidence'
        when nameless.n > 0 or unnamed.n > 0 then 'no_evidence'
        else 'not_applicable'
    end as status,
    case
        when mirror.n = 0 then 'no mirror is known: name its bucket under `[mirror]`'
        when mirror.n_fresh = 0 then 'the mirror was not looked at lately'
        when mirror.n_unlisted > 0 then 'the mirror could not be listed: give s3:ListBucket and s3:ListBucketVersions'
        when gaps.n > 0 then concat('runs or artifacts are missing (gaps: ', gaps.n, ')', gaps.needs)
        when nameless.n > 0 or unnamed.n > 0
            then concat('what ', nameless.n + coalesce(unnamed.n, 0), ' objects of the mirror are is not known')
        when known.repository is null then 'no job is known that ended in the window'
        else 'none of its artifacts of the window is mirrored'
    end as reason,
    null as observed_at,
    '' as evidence
from places
cross join mirror
cross join nameless
left join unnamed on places.repository = unnamed.repository
left join known on places.repository = known.repository
left join gaps on places.repository = gaps.repository
where gaps.n > 0 or places.repository not in (select repository from sets)

-- Bills of materials of builds
--
-- kind: mart
-- spec: CI/CL-001 §8
-- grain: repository, run_id, run_attempt, source_sha256
-- materialize: yes
-- columns: is_syft_spdx: Syft made it, as SPDX 2, and it was read to its end
-- columns: subject_sha256: digests of what it describes, by commas; null: it is bound to nothing
--
-- What the attempts left that belong to a build, also behind the window, which only says when was built. One whose
-- attempt is not known belongs to every build of its run.
select
    builds.repository,
    builds.run_id,
    builds.run_attempt,
    bills.source_sha256,
    max(bills.format) as format,
    max(bills.spec_version) as spec_version,
    max(bills.tools) as tools,
    bool_or(bills.is_complete) as is_complete,
    bool_or(
        bills.is_complete and bills.format = 'spdx' and starts_with(bills.spec_version, '2.')
        and array_has(string_to_array(bills.tools, ','), 'syft')
    ) as is_syft_spdx,
    max(bills.subject_kind) as subject_kind,
    max(bills.subject_sha256) as subject_sha256,
    max(bills.completed_at) as completed_at
from mart.builds as builds
inner join stg.sboms as bills
    on builds.repository = bills.repository
    and builds.run_id = bills.run_id
    and builds.run_attempt <= coalesce(bills.run_attempt, builds.run_attempt)
    and (builds.next_attempt is null or coalesce(bills.run_attempt, builds.run_attempt) < builds.next_attempt)
group by builds.repository, builds.run_id, builds.run_attempt, bills.source_sha256

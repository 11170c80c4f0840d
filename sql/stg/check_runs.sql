-- Newest observation of each check run that is no job
--
-- kind: stg
-- grain: repository, check_run_id
-- materialize: yes
--
-- The newest observation is the source's own: completed before running, then the later completion, then the digest.
-- Check runs of GitHub Actions are its jobs: see `jobs`.
select
    repository,
    check_run_id,
    started_at,
    first_value(name order by status = 'completed' desc, completed_at desc nulls last, source_sha256 desc) as name,
    first_value(head_sha order by status = 'completed' desc, completed_at desc nulls last,
        source_sha256 desc) as head_sha,
    first_value(app_id order by status = 'completed' desc, completed_at desc nulls last, source_sha256 desc) as app_id,
    first_value(app_slug order by status = 'completed' desc, completed_at desc nulls last,
        source_sha256 desc) as app_slug,
    first_value(status order by status = 'completed' desc, completed_at desc nulls last, source_sha256 desc) as status,
    first_value(conclusion order by status = 'completed' desc, completed_at desc nulls last,
        source_sha256 desc) as conclusion,
    first_value(completed_at order by status = 'completed' desc, completed_at desc nulls last,
        source_sha256 desc) as completed_at
from raw.check_runs
where known_at <= $known_at and started_at <= $as_of
group by repository, check_run_id, started_at

-- Every report gave the rows that its ledger line states
--
-- kind: audit
-- grain: repository, run_id, run_attempt, source_sha256
-- severity: fail
--
-- Rows counted in the ledger against rows in the tables, both ways.
with
ledger as (
    select repository, run_id, run_attempt, source_sha256, sum(n_rows) as n_stated
    from stg.sources
    where completed_at >= $from and completed_at < $to and kind is not null
    group by repository, run_id, run_attempt, source_sha256
),
reported as (
    select repository, run_id, run_attempt, source_sha256, completed_at from stg.test_results
    union all
    select repository, run_id, run_attempt, source_sha256, completed_at from stg.scans
    union all
    select repository, run_id, run_attempt, source_sha256, completed_at from stg.findings
    union all
    select repository, run_id, run_attempt, source_sha256, completed_at from stg.coverage
    union all
    select repository, run_id, run_attempt, source_sha256, completed_at from stg.coverage_files
    union all
    select repository, run_id, run_attempt, source_sha256, completed_at from stg.sboms
    union all
    select repository, run_id, run_attempt, source_sha256, completed_at from stg.packages
    union all
    select repository, run_id, run_attempt, source_sha256, completed_at from stg.attestations
    union all
    select repository, run_id, run_attempt, source_sha256, completed_at from stg.codeowners
    union all
    select repository, run_id, run_attempt, source_sha256, completed_at from stg.dockerfile_images
    union all
    select repository, run_id, run_attempt, source_sha256, completed_at from stg.makefile_commands
    union all
    select repository, run_id, run_attempt, source_sha256, completed_at from stg.pre_commit_hooks
    union all
    select repository, run_id, run_attempt, source_sha256, completed_at from stg.workflow_jobs
    union all
    select repository, run_id, run_attempt, source_sha256, completed_at from stg.workflow_steps
    union all
    select repository, run_id, run_attempt, source_sha256, completed_at from stg.workflows
),
counted as (
    select repository, run_id, run_attempt, source_sha256, count(*) as n_found
    from reported
    where completed_at >= $from and completed_at < $to
    group by repository, run_id, run_attempt, source_sha256
)
select
    coalesce(ledger.repository, counted.repository) as repository,
    coalesce(ledger.run_id, counted.run_id) as run_id,
    coalesce(ledger.run_attempt, counted.run_attempt) as run_attempt,
    coalesce(ledger.source_sha256, counted.source_sha256) as source_sha256,
    coalesce(ledger.n_stated, 0) as n_stated,
    coalesce(counted.n_found, 0) as n_found
from ledger
full join counted
    on ledger.repository = counted.repository
    and ledger.run_id = counted.run_id
    and ledger.run_attempt = counted.run_attempt
    and ledger.source_sha256 = counted.source_sha256
where coalesce(ledger.n_stated, 0) <> coalesce(counted.n_found, 0)

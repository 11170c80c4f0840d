-- Run attempts of the default branch and of releases that built something
--
-- kind: mart
-- spec: CI/CL-001 §9
-- grain: repository, run_id, run_attempt
-- materialize: yes
-- columns: next_attempt: the next attempt of the run that built; what is left before it belongs to this build
-- columns: is_ended: no attempt of the run goes on, so that what is not there was not left
-- columns: built_at: when the last job that built ended, else when the provenance was left
-- columns: job_id: the first job that built; null where only provenance tells of it
-- columns: is_image: an image was built
-- columns: is_package: a wheel, an sdist or another package was built
-- columns: n_bill_steps: steps that executed and are named after a bill of materials
-- columns: n_attest_steps: steps that executed and are named after an attestation
-- columns: n_missing: artifacts of the run, or lists of them, that could not be had
--
-- A build is a job that succeeded with a step that is named after what builds images or packages, or an attempt that
-- left SLSA provenance which says to be of this repository, verified or not. An attempt that keeps jobs of an earlier
-- one and builds nothing adds to that one's build. Those that built in the window.
with
runs as (
    select
        repository,
        run_id,
        run_attempt,
        head_branch,
        head_sha,
        bool_and(status = 'completed') over (partition by repository, run_id) as is_ended
    from stg.runs
    where
        head_repository = repository
        and (
            (event in ('push', 'schedule', 'workflow_dispatch') and head_branch = default_branch)
            or event = 'release'
            or (event = 'push' and regexp_like(head_branch, '^v[0-9]+\.'))
        )
),
steps as (
    select
        jobs.repository,
        jobs.run_id,
        jobs.run_attempt,
        jobs.job_id,
        jobs.completed_at,
        coalesce(jobs.conclusion = 'success', false) as is_successful,
        lower(steps.name) as name
    from stg.steps as steps
    inner join stg.jobs as jobs on steps.repository = jobs.repository and steps.job_id = jobs.job_id
    where steps.conclusion = 'success' and not jobs.is_copy and $from <= jobs.completed_at
),
provenances as (
    select
        repository,
        run_id,
        coalesce(run_attempt, 1) as run_attempt,
        completed_at,
        regexp_like(lower(coalesce(subject_name, '')), '\.(whl|gz|tgz|zip|jar|nupkg|gem|crate|deb|rpm)$') as is_package
    from stg.attestations
    where
        starts_with(predicate_type, 'https://slsa.dev/provenance/')
        and lower(repository) in (lower(source_repository), lower(certificate_source_repository))
        and $from <= completed_at
),
traces as (
    select
        repository,
        run_id,
        run_attempt,
        job_id,
        completed_at,
        is_successful
        and regexp_like(
            name,
            'buildx|build-push-action|bake-action|build and push|build.* image|kaniko'
            || '|(docker|podman|buildah)[ -](image )?build'
        ) as is_image,
        is_successful
        and regexp_like(
            name,
            '(poetry|uv|hatch|flit) build|python[0-9.]* -m build|cibuildwheel|npm pack'
            || '|build.*(wheel|sdist|distribution)'
        ) as is_package,
        regexp_like(name, 'sbom|syft|bill of materials') as is_bill_step,
        regexp_like(name, 'attest|provenance|slsa|cosign|sigstore') as is_attest_step
    from steps
    union all
    select
        repository,
        run_id,
        run_attempt,
        cast(null as bigint) as job_id,
        completed_at,
        not is_package as is_image,
        is_package,
        false as is_bill_step,
        false as is_attest_step
    from provenances
),
placed as (
    select
        traces.*,
        traces.is_image or traces.is_package as is_build,
        runs.head_branch,
        runs.head_sha,
        runs.is_ended,
        max(case when traces.is_image or traces.is_package then traces.run_attempt end) over (
            partition by traces.repository, traces.run_id order by traces.run_attempt
        ) as built_attempt
    from traces
    inner join runs
        on traces.repository = runs.repository
        and traces.run_id = runs.run_id
        and traces.run_attempt = runs.run_attempt
    where traces.is_image or traces.is_package or traces.is_bill_step or traces.is_attest_step
),
builds as (
    select
        repository,
        run_id,
        built_attempt as run_attempt,
        max(head_branch) as head_branch,
        max(head_sha) as head_sha,
        bool_and(is_ended) as is_ended,
        max(completed_at) filter (where is_build) as built_at,
        min(job_id) filter (where is_build) as job_id,
        bool_or(is_image) as is_image,
        bool_or(is_package) as is_package,
        count(*) filter (where is_bill_step) as n_bill_steps,
        count(*) filter (where is_attest_step) as n_attest_steps
    from placed
    where built_attempt is not null
    group by repository, run_id, built_attempt
),
ordered as (
    select
        builds.*,
        lead(run_attempt) over (partition by repository, run_id order by run_attempt) as next_attempt
    from builds
),
run_gaps as (
    select repository, run_id, sum(n) as n
    from mart.gaps
    where resource in ('artifact', 'artifacts') and run_id is not null
    group by repository, run_id
),
gaps as (
    select repository, sum(n) as n
    from mart.gaps
    where resource in ('artifact', 'artifacts') and run_id is null
    group by repository
)
select
    ordered.repository,
    ordered.run_id,
    ordered.run_attempt,
    ordered.next_attempt,
    ordered.head_branch,
    ordered.head_sha,
    ordered.is_ended,
    ordered.built_at,
    ordered.job_id,
    ordered.is_image,
    ordered.is_package,
    ordered.n_bill_steps,
    ordered.n_attest_steps,
    coalesce(run_gaps.n, 0) + coalesce(gaps.n, 0) as n_missing
from ordered
left join run_gaps on ordered.repository = run_gaps.repository and ordered.run_id = run_gaps.run_id
left join gaps on ordered.repository = gaps.repository
where $from <= ordered.built_at and ordered.built_at < $to

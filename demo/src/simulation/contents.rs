//! Texts of files in the repositories: workflows, code owners, lock files, sources.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::chance::Chance;
use crate::simulation::history::Edit;
use crate::simulation::plan::Profile;
use crate::world::repository::{Repository, Taxonomy};

/// Names of the modules that changes touch.
pub(crate) const MODULES: &[&str] = &[
    "accounts", "batches", "cache", "delivery", "events", "exports", "filters", "ledger", "limits", "queries",
    "retries", "sessions", "tenants", "tokens", "windows",
];

/// The file extension of a repository's language.
pub(crate) fn extension(profile: &Profile) -> &'static str {
    match profile.language {
        "TypeScript" => "ts",
        "Java" => "java",
        "Rust" => "rs",
        "HCL" => "go",
        "Shell" => "sh",
        _ => "py",
    }
}

/// Where the source of `module` lies, by the taxonomy of CI/CL-001 §4.
pub(crate) fn source_path(profile: &Profile, module: &str) -> String {
    let folder = match profile.taxonomy {
        Taxonomy::Service => "services/app",
        Taxonomy::Library => "libs/python/common",
        Taxonomy::Infrastructure => "iac/tests",
        Taxonomy::Schemas => "tools",
        Taxonomy::Operations => "ops/bin",
    };
    format!("{folder}/{module}.{}", extension(profile))
}

pub(crate) fn source(module: &str, revision: usize) -> String {
    format!("# {module}, revision {revision}\n")
}

pub(crate) fn readme(profile: &Profile, revision: usize) -> String {
    format!(
        "# {}\n\n{}.\n\nRevision {revision} of this page.\n",
        profile.name, profile.description
    )
}

pub(crate) fn terraform(revision: usize) -> String {
    format!(
        "# revision {revision}\nresource \"aws_s3_bucket\" \"evidence\" {{\n  bucket = \"evidence-{revision}\"\n}}\n"
    )
}

pub(crate) fn openapi(profile: &Profile, revision: usize) -> String {
    format!(
        "openapi: 3.1.0\ninfo:\n  title: {}\n  version: 1.{revision}.0\npaths: {{}}\n",
        profile.name
    )
}

/// Path and text of the lock file.
pub(crate) fn lock(profile: &Profile, revision: usize) -> (String, String) {
    let path = match profile.language {
        "TypeScript" => "package-lock.json",
        "Java" => "pom.xml",
        "Rust" => "Cargo.lock",
        "HCL" => "go.sum",
        _ => "poetry.lock",
    };
    (path.to_owned(), format!("# locked dependencies, revision {revision}\n"))
}

/// Every file of the first commit.
pub(crate) fn initial(profile: &Profile, seed: u64) -> Vec<(String, String)> {
    let mut chance = Chance::of(seed, &[&profile.name, &"contents"]);
    let mut files = vec![
        ("README.md".to_owned(), readme(profile, 0)),
        (".github/workflows/ci.yml".to_owned(), ci_workflow(profile)),
        (".github/workflows/nightly.yml".to_owned(), nightly_workflow(profile)),
        (".github/CODEOWNERS".to_owned(), code_owners(profile)),
        (".github/pull_request_template.md".to_owned(), "## Risk\n\n## Test evidence\n\n## Contract summary\n".to_owned()),
        (
            "Makefile".to_owned(),
            "test:\n\tpoetry run pytest --cov --cov-branch\n\ncontract-check:\n\tspectral lint schemas/openapi/current.yaml\n".to_owned(),
        ),
        ("iac/main.tf".to_owned(), terraform(0)),
        ("schemas/openapi/current.yaml".to_owned(), openapi(profile, 0)),
    ];
    if profile.taxonomy == Taxonomy::Service {
        let base = if profile.is_careless {
            "FROM python:latest".to_owned()
        } else {
            format!("FROM python:3.12-slim@sha256:{}", chance.token(b"0123456789abcdef", 64))
        };
        files.push(("services/app/Dockerfile".to_owned(), format!("{base}\nCOPY . /app\n")));
    }
    if !profile.is_careless {
        files.push((
            ".pre-commit-config.yaml".to_owned(),
            "repos:\n  - repo: local\n    hooks: []\n".to_owned(),
        ));
    }
    files.extend(
        MODULES
            .iter()
            .map(|module| (source_path(profile, module), source(module, 0))),
    );
    files.push(lock(profile, 0));
    files
}

fn code_owners(profile: &Profile) -> String {
    let owner = if profile.is_careless {
        "@nobody-here"
    } else {
        "@claire-dubois"
    };
    format!("/iac/ {owner}\n/schemas/ {owner}\n/security/ {owner}\n")
}

/// The workflow that the runs follow: jobs, what each needs, limits. The careless set no limits.
fn ci_workflow(profile: &Profile) -> String {
    let push = if profile.runs_on_every_push {
        "  push:\n"
    } else {
        "  push:\n    branches: [main]\n"
    };
    let queue = if profile.has_merge_queue {
        "  merge_group:\n"
    } else {
        ""
    };
    let cancels = if profile.cancels_main {
        "true"
    } else {
        "${{ github.ref != 'refs/heads/main' }}"
    };
    let mut text = format!(
        "name: CI\non:\n  pull_request:\n    branches: [main]\n{push}{queue}concurrency:\n  group: ci-${{{{ github.ref }}}}\n  cancel-in-progress: {cancels}\npermissions:\n  contents: read\njobs:\n"
    );
    for stage in crate::simulation::pipeline::stages(profile) {
        let _ = writeln!(text, "  {}:\n    runs-on: ubuntu-latest", stage.name);
        if !profile.is_careless {
            let _ = writeln!(text, "    timeout-minutes: {}", stage.timeout_minutes);
        }
        if !stage.needs.is_empty() {
            let _ = writeln!(
                text,
                "    needs: [{}]",
                stage
                    .needs
                    .iter()
                    .map(|kind| crate::simulation::pipeline::job_name(*kind))
                    .collect::<Vec<_>>()
                    .join(", ")
            );
        }
        if let Some(filter) = stage.filter {
            let _ = writeln!(text, "    if: needs.detect.outputs.{filter} == 'true'");
        }
        if stage.kind == crate::world::run::JobKind::UnitTests && !profile.legs.is_empty() {
            let _ = writeln!(
                text,
                "    strategy:\n      matrix:\n        python: [{}]",
                profile.legs.join(", ")
            );
        }
        text.push_str("    steps:\n      - run: make ");
        text.push_str(stage.name);
        text.push('\n');
    }
    text
}

fn nightly_workflow(profile: &Profile) -> String {
    let schedule = if profile.is_careless {
        "    - cron: '0 7 * * *'\n"
    } else {
        "    - cron: '0 2 * * *'\n      timezone: America/Toronto\n"
    };
    format!(
        "name: Nightly\non:\n  schedule:\n{schedule}jobs:\n  codeql:\n    runs-on: ubuntu-latest\n  trivy:\n    runs-on: ubuntu-latest\n  gitleaks:\n    runs-on: ubuntu-latest\n  iac-scan:\n    runs-on: ubuntu-latest\n  warm-up:\n    runs-on: ubuntu-latest\n"
    )
}

/// The edits that lead from one list of files to another.
pub(crate) fn difference(repository: &Repository, old: &[(Arc<str>, usize)], new: &[(Arc<str>, usize)]) -> Vec<Edit> {
    let sha = |blob: usize| repository.blobs[blob].sha.as_str();
    let mut edits = Vec::new();
    for (path, blob) in new {
        let known = old.iter().find(|(known, _)| known == path);
        if known.is_none_or(|(_, known)| sha(*known) != sha(*blob)) {
            edits.push(Edit::Write(Arc::clone(path), Arc::clone(&repository.blobs[*blob].text)));
        }
    }
    for (path, _) in old {
        if !new.iter().any(|(known, _)| known == path) {
            edits.push(Edit::Remove(Arc::clone(path)));
        }
    }
    edits
}

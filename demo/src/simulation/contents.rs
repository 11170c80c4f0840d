//! Texts of files in the repositories: code owners, lock files, sources. Workflows are those of `workflows`.

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

/// CI/CL-001 §18.
const PRE_COMMIT: &str = "repos:
  - repo: https://github.com/astral-sh/ruff-pre-commit
    rev: v0.14.5
    hooks: [{id: ruff-check}]
  - repo: https://github.com/psf/black
    rev: 25.11.0
    hooks: [{id: black}]
  - repo: https://github.com/pre-commit/mirrors-mypy
    rev: v1.18.2
    hooks: [{id: mypy}]
  - repo: https://github.com/gitleaks/gitleaks
    rev: v8.29.0
    hooks: [{id: gitleaks}]
";

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

/// Every file of the first commit, but for its workflows.
pub(crate) fn initial(profile: &Profile, seed: u64) -> Vec<(String, String)> {
    let mut chance = Chance::of(seed, &[&profile.name, &"contents"]);
    let mut files = vec![
        ("README.md".to_owned(), readme(profile, 0)),
        (".github/CODEOWNERS".to_owned(), code_owners(profile)),
        (
            ".github/pull_request_template.md".to_owned(),
            "## Risk\n\n## Test evidence\n\n## Contract summary\n".to_owned(),
        ),
        ("Makefile".to_owned(), makefile(profile).to_owned()),
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
        files.push((".pre-commit-config.yaml".to_owned(), PRE_COMMIT.to_owned()));
    }
    files.extend(
        MODULES
            .iter()
            .map(|module| (source_path(profile, module), source(module, 0))),
    );
    files.push(lock(profile, 0));
    files
}

/// CI/CL-001 §18. The careless measure no coverage and compare no contract.
fn makefile(profile: &Profile) -> &'static str {
    if profile.is_careless {
        "test:\n\tpoetry run pytest\n\ncontract-check:\n\tspectral lint schemas/openapi/current.yaml\n"
    } else {
        "test:\n\tpoetry run pytest --cov --cov-branch\n\ncontract-check: lint-contracts\n\topenapi-diff base.yaml schemas/openapi/current.yaml\n\nlint-contracts:\n\tspectral lint schemas/openapi/current.yaml\n"
    }
}

fn code_owners(profile: &Profile) -> String {
    let owner = if profile.is_careless {
        "@nobody-here"
    } else {
        "@claire-dubois @hiro-tanaka"
    };
    format!("/iac/ {owner}\n/schemas/ {owner}\n/security/ {owner}\n")
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

//! Reads one `.pre-commit-config.yaml`.

use std::io::{self, BufRead};

use domain::pre_commit::PreCommitHook;
use domain::source::{SourceStatus, Warnings};

use crate::document::{Outline, Row};
use crate::repository_file::pin::is_commit;
use crate::repository_file::text::{self, MAX_TEXT, cut, without_secrets};
use crate::yaml::document::{Document, MAX_BYTES};
use crate::yaml::value::Value;

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "pre_commit/1";

/// Hooks of one file: aliases can repeat them without end.
const MAX_HOOKS: usize = 10_000;

/// Whether a path names such a file.
pub(crate) fn is_named(path: &str) -> bool {
    matches!(
        path.rsplit('/').next(),
        Some(".pre-commit-config.yaml" | ".pre-commit-config.yml")
    )
}

/// Reads a file and gives out its hooks. Fails only where `input` is lost or `emit` fails.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row) -> io::Result<()>) -> io::Result<Outline> {
    let file = match text::read(input, MAX_BYTES)? {
        Ok(file) => file,
        Err(reason) => return Ok(text::refused(reason, Warnings::default())),
    };
    let document = Document::read(&file.content);
    let mut warnings = file.warnings;
    for (code, warning) in document.warnings.iter() {
        for _ in 0..warning.n {
            warnings.add(code, || warning.first.clone());
        }
    }
    let mut broken = file.damage.or_else(|| document.broken.clone());
    let repositories = document.root().and_then(|root| root.get("repos"));
    let Some(repositories) = repositories.filter(|repositories| repositories.is_sequence()) else {
        let reason = broken.unwrap_or_else(|| "not of pre-commit: no list `repos`".to_owned());
        return Ok(text::refused(reason, warnings));
    };
    let mut n_hooks: usize = 0;
    'all: for repository in repositories.elements() {
        let from = Repository::read(repository);
        let hooks = repository.get("hooks");
        if from.name.is_empty() || !hooks.is_some_and(Value::is_sequence) {
            warnings.add("repository_unreadable", || format!("line {}", repository.line()));
        }
        for hook in hooks.into_iter().flat_map(Value::elements) {
            if n_hooks == MAX_HOOKS {
                broken.get_or_insert(format!("rows: more than {MAX_HOOKS} hooks"));
                break 'all;
            }
            let Some(id) = hook.get("id").and_then(Value::text) else {
                warnings.add("hook_without_id", || format!("line {}", hook.line()));
                continue;
            };
            let stages: Option<Vec<_>> = hook
                .get("stages")
                .map(|stages| stages.elements().filter_map(Value::text).collect());
            emit(Row::PreCommitHook(PreCommitHook {
                position: i32::try_from(n_hooks).unwrap_or(i32::MAX),
                line: hook.line(),
                hook_repository: from.name.clone(),
                rev: from.rev.clone(),
                is_pinned: from.is_pinned,
                is_moving: from.is_moving,
                hook_id: cut(&id, MAX_TEXT),
                stages: stages.map(|stages| cut(&stages.join(","), MAX_TEXT)),
            }))?;
            n_hooks += 1;
        }
    }
    Ok(Outline {
        dialect: None,
        status: if broken.is_some() {
            SourceStatus::Partial
        } else {
            SourceStatus::Complete
        },
        reason: broken,
        n_rows: i64::try_from(n_hooks).unwrap_or(i64::MAX),
        warnings,
    })
}

/// Where hooks come from.
struct Repository {
    name: String,
    rev: Option<String>,
    is_pinned: bool,
    is_moving: bool,
}

impl Repository {
    fn read(value: Value<'_>) -> Self {
        let name = value.get("repo").and_then(Value::text).unwrap_or_default();
        let rev = value.get("rev").and_then(Value::text);
        let is_own = matches!(name.as_str(), "local" | "meta");
        // As pre-commit itself warns of what may move: no commit, and no point as versions have.
        let is_moving = |rev: &String| !rev.contains('.') && !rev.bytes().all(|byte| byte.is_ascii_hexdigit());
        Self {
            is_pinned: is_own || rev.as_deref().is_some_and(is_commit),
            is_moving: !is_own && rev.as_ref().is_none_or(is_moving),
            name: cut(&without_secrets(&name), MAX_TEXT),
            rev: rev.map(|rev| cut(&rev, MAX_TEXT)),
        }
    }
}

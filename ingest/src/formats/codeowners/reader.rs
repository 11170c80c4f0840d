//! Reads one CODEOWNERS file, line by line, as GitHub does: a line that it cannot read is passed over, the others count.

use std::io::{self, BufRead};

use domain::code_owners::CodeOwnersRule;
use domain::source::{SourceStatus, Warnings};

use crate::document::{Outline, Row};
use crate::repository_file::text::{self, MAX_TEXT, cut};
use crate::yaml::document::shown;

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "codeowners/1";

/// GitHub reads no larger one.
const MAX_BYTES: usize = 3 << 20;
/// Owners of a rule that are kept.
const MAX_OWNERS: usize = 100;

/// Whether a path names such a file; the folder is left to who asks.
pub(crate) fn is_named(path: &str) -> bool {
    path.rsplit('/').next() == Some("CODEOWNERS")
}

/// Reads a file and gives out its rules. Fails only where `input` is lost or `emit` fails.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row) -> io::Result<()>) -> io::Result<Outline> {
    let mut file = match text::read(input, MAX_BYTES)? {
        Ok(file) => file,
        Err(reason) => return Ok(text::refused(reason, Warnings::default())),
    };
    let mut position = 0;
    for (number, line) in (1..).zip(file.content.lines()) {
        match rule(line) {
            Ok(None) => {}
            Ok(Some((pattern, owners))) => {
                if owners.len() > MAX_OWNERS {
                    file.warnings.add("owners_left_out", || format!("line {number}"));
                }
                let kept = owners.get(..MAX_OWNERS).unwrap_or(&owners);
                emit(Row::CodeOwnersRule(CodeOwnersRule {
                    position,
                    line: number,
                    pattern: cut(pattern, MAX_TEXT),
                    owners: kept.join(" "),
                    n_owners: i32::try_from(owners.len()).unwrap_or(i32::MAX),
                }))?;
                position = position.saturating_add(1);
            }
            Err((code, what)) => {
                let what = shown(what);
                file.warnings.add(code, || format!("`{what}`, line {number}"));
            }
        }
    }
    Ok(Outline {
        dialect: None,
        status: if file.damage.is_some() {
            SourceStatus::Partial
        } else {
            SourceStatus::Complete
        },
        reason: file.damage,
        n_rows: i64::from(position),
        warnings: file.warnings,
    })
}

/// What a line says: nothing, a pattern with its owners, or what GitHub cannot read of it.
type Line<'l> = Result<Option<(&'l str, Vec<&'l str>)>, (&'static str, &'l str)>;

fn rule(line: &str) -> Line<'_> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let mut is_escaped = false;
    let end = line.find(|c: char| {
        let ends = !is_escaped && c.is_whitespace();
        is_escaped = !is_escaped && c == '\\';
        ends
    });
    let (pattern, rest) = line.split_at(end.unwrap_or(line.len()));
    let mut is_escaped = false;
    let is_range = pattern.chars().any(|c| {
        let is_range = !is_escaped && matches!(c, '[' | ']');
        is_escaped = !is_escaped && c == '\\';
        is_range
    });
    if is_range || pattern.starts_with('!') || pattern.starts_with("\\#") {
        return Err(("pattern_unsupported", pattern));
    }
    let mut owners = Vec::new();
    for owner in rest.split_whitespace() {
        if owner.starts_with('#') {
            break;
        }
        if !is_owner(owner) {
            return Err(("owner_unreadable", owner));
        }
        owners.push(owner);
    }
    Ok(Some((pattern, owners)))
}

/// `@user`, `@organization/team` or an address of mail.
fn is_owner(owner: &str) -> bool {
    let is_name = |name: &str, also: &[char]| {
        !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || also.contains(&c))
    };
    if let Some(name) = owner.strip_prefix('@') {
        return match name.split_once('/') {
            Some((organization, team)) => is_name(organization, &['_']) && is_name(team, &['_', '.']),
            None => is_name(name, &['_']),
        };
    }
    owner.split_once('@').is_some_and(|(user, host)| {
        let is_user = is_name(user, &['.', '_', '%', '+']);
        is_user && is_name(host, &['.']) && host.contains('.')
    })
}

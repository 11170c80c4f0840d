//! Reads one Makefile to the commands of its targets.

use std::io::{self, BufRead};

use domain::makefile::MakefileCommand;
use domain::source::{SourceStatus, Warnings};

use super::lines::{Line, lines};
use super::variables::{Variables, assignment};
use crate::document::{Outline, Row};
use crate::repository_file::text::{self, MAX_TEXT, cut, without_secrets};

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "makefile/1";

const MAX_BYTES: usize = 1 << 20;
/// Commands and prerequisites are cut here, in characters.
const MAX_COMMAND: usize = 2_000;
/// Rows that one file may give: a rule for many targets repeats its commands for each.
const MAX_ROWS: i32 = 20_000;

/// Whether a path names such a file: `Makefile`, `makefile`, `GNUmakefile`, `common.mk`.
pub(crate) fn is_named(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(name, "Makefile" | "makefile" | "GNUmakefile")
        || name.strip_suffix(".mk").is_some_and(|stem| !stem.is_empty())
}

/// Reads a file and gives out its commands. Fails only where `input` is lost or `emit` fails.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row) -> io::Result<()>) -> io::Result<Outline> {
    let file = match text::read(input, MAX_BYTES)? {
        Ok(file) => file,
        Err(reason) => return Ok(text::refused(reason, Warnings::default())),
    };
    let (found, is_cut) = lines(&file.content);
    let mut variables = Variables::default();
    for assignment in found
        .iter()
        .filter(|line| !line.is_command)
        .filter_map(|line| assignment(&line.text))
    {
        variables.set(&assignment);
    }
    let mut reading = Reading {
        variables,
        rule: None,
        position: 0,
        is_full: false,
        warnings: file.warnings,
    };
    for line in &found {
        reading.line(line, emit)?;
    }
    reading.end_rule(emit)?;
    if reading.position == 0 {
        let reason = file.damage.unwrap_or_else(|| "not a Makefile: no rule".to_owned());
        return Ok(text::refused(reason, reading.warnings));
    }
    let truncated = || is_cut.then(|| "truncated: the file ends within a line, a `define` or a conditional".to_owned());
    let full = || {
        reading
            .is_full
            .then(|| format!("too_many: more than {MAX_ROWS} commands"))
    };
    let reason = file.damage.or_else(truncated).or_else(full);
    Ok(Outline {
        dialect: None,
        status: if reason.is_some() {
            SourceStatus::Partial
        } else {
            SourceStatus::Complete
        },
        reason,
        n_rows: i64::from(reading.position),
        warnings: reading.warnings,
    })
}

/// A rule whose commands follow.
struct Rule {
    line: i64,
    targets: Vec<String>,
    prerequisites: String,
    n_commands: u32,
}

struct Reading {
    variables: Variables,
    rule: Option<Rule>,
    position: i32,
    is_full: bool,
    warnings: Warnings,
}

impl Reading {
    fn line(&mut self, line: &Line, emit: &mut dyn FnMut(Row) -> io::Result<()>) -> io::Result<()> {
        let number = line.number;
        if line.is_command {
            if self.rule.is_none() {
                self.warnings.add("command_without_rule", || format!("line {number}"));
            }
            return self.command(number, &line.text, emit);
        }
        if assignment(&line.text).is_some() {
            return Ok(());
        }
        let words = line.text.trim_start();
        if let Some(keyword) = ["include", "-include", "sinclude"].into_iter().find(|keyword| {
            words
                .strip_prefix(keyword)
                .is_some_and(|rest| rest.starts_with(char::is_whitespace))
        }) {
            // What another file says is not here.
            self.warnings.add("include", || format!("`{keyword}`, line {number}"));
            return Ok(());
        }
        if let Some((head, command)) = rule_of(&line.text) {
            self.end_rule(emit)?;
            self.begin_rule(number, head);
            if let Some(command) = command {
                self.command(number, command, emit)?;
            }
        } else if !is_directive(words) {
            self.warnings.add("unreadable_line", || format!("line {number}"));
        }
        Ok(())
    }

    fn begin_rule(&mut self, line: i64, head: &str) {
        let head = self.variables.put_in(head);
        let (targets, behind) = head.split_once(':').unwrap_or((&head, ""));
        // Of `a: %.o: %.c` the last part, of `a: b | c` both.
        let behind = behind.trim_start_matches(':');
        let behind = behind.rsplit_once(':').map_or(behind, |(_, last)| last);
        let words = |text: &str| {
            let words: Vec<&str> = text.split_whitespace().filter(|word| *word != "|").collect();
            words.join(" ")
        };
        // A variable of some targets only is no rule.
        if behind.contains('=') {
            self.rule = None;
            return;
        }
        let targets: Vec<String> = targets
            .trim_end_matches('&')
            .split_whitespace()
            .filter(|target| !is_special(target))
            .map(|target| cut(target, MAX_TEXT))
            .collect();
        self.rule = (!targets.is_empty()).then(|| Rule {
            line,
            targets,
            prerequisites: cut(&words(behind), MAX_COMMAND),
            n_commands: 0,
        });
    }

    /// A rule without a command says what its targets need, and is a row for it.
    fn end_rule(&mut self, emit: &mut dyn FnMut(Row) -> io::Result<()>) -> io::Result<()> {
        let Some(rule) = self.rule.take() else { return Ok(()) };
        if rule.n_commands > 0 {
            return Ok(());
        }
        let line = rule.line;
        self.rows(&rule, line, None, false, emit)
    }

    fn command(&mut self, line: i64, text: &str, emit: &mut dyn FnMut(Row) -> io::Result<()>) -> io::Result<()> {
        let Some(mut rule) = self.rule.take() else {
            return Ok(());
        };
        let command = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '@' | '-' | '+'));
        let flags = text.get(..text.len() - command.len()).unwrap_or_default();
        let command = self.variables.put_in(command.trim_end());
        if !command.is_empty() && !command.starts_with('#') {
            rule.n_commands += 1;
            let shown = cut(&without_secrets(&command), MAX_COMMAND);
            self.rows(&rule, line, Some(&shown), flags.contains('-'), emit)?;
        }
        self.rule = Some(rule);
        Ok(())
    }

    fn rows(
        &mut self,
        rule: &Rule,
        line: i64,
        command: Option<&str>,
        ignores_errors: bool,
        emit: &mut dyn FnMut(Row) -> io::Result<()>,
    ) -> io::Result<()> {
        for target in &rule.targets {
            if self.position == MAX_ROWS {
                self.is_full = true;
                return Ok(());
            }
            let row = MakefileCommand {
                position: self.position,
                line,
                target: target.clone(),
                prerequisites: rule.prerequisites.clone(),
                command: command.map(str::to_owned),
                ignores_errors,
            };
            self.position += 1;
            emit(Row::MakefileCommand(Box::new(row)))?;
        }
        Ok(())
    }
}

/// The head of a rule and the command on its line, if a line is a rule: `a b: c d ; command`.
fn rule_of(line: &str) -> Option<(&str, Option<&str>)> {
    let (head, command) = line
        .split_once(';')
        .map_or((line, None), |(head, command)| (head, Some(command)));
    // A colon within `$(…)` begins no prerequisites.
    let mut depth = 0_u32;
    let has_colon = head.chars().any(|c| {
        match c {
            '(' | '{' => depth += 1,
            ')' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ':' && depth == 0
    });
    has_colon.then_some((head, command))
}

/// `.PHONY` and its like say something of targets and are none.
fn is_special(target: &str) -> bool {
    let name = target.strip_prefix('.').unwrap_or_default();
    !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c == '_')
}

/// What `make` takes for itself, beside rules and variables.
fn is_directive(line: &str) -> bool {
    let word = line.split_whitespace().next().unwrap_or_default();
    matches!(
        word,
        "export" | "unexport" | "override" | "undefine" | "vpath" | "private" | "load" | "-load"
    ) || line.starts_with("$(")
}

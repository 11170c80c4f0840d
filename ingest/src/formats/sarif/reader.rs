//! Reads one file: runs one after the other, each held until its end, since what judges a result may stand behind it.
//!
//! Never fails on what the bytes hold. A break ends the reading; the results before it stay, and their scan is partial.

use std::io::{self, BufRead};

use domain::source::SourceStatus;

use super::finding::resolve;
use super::result::{Result as Held, SKIPPED};
use super::run::{MAX_HELD_BYTES, Run};
use super::tool::Tool;
use crate::json::lexer::{Break, Lexer, Token};
use crate::json::member::owned;
use crate::json::utf8::Utf8;
use crate::json::value;
use crate::scanner::identity::Occurrences;
use crate::scanner::reading::{next_object, refusal, why_broken};
use crate::scanner::{Outline, Row};

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "sarif/2";

/// Artifacts whose place is kept for results that name them by position.
const MAX_ARTIFACTS: usize = 200_000;
/// Members of a run that are read as a whole.
const WHOLE: &[&str] = &[
    "automationDetails",
    "invocations",
    "properties",
    "versionControlProvenance",
];

/// Reads one file and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline> {
    let mut input = Utf8::new(input);
    let mut reading = Reading {
        lexer: Lexer::new(&mut input),
        emit,
        dialect: None,
        n_runs: 0,
        n_rows: 0,
        has_begun: false,
        has_runs: false,
    };
    let (status, reason) = match why_broken(reading.document())? {
        None if reading.has_runs => (SourceStatus::Complete, None),
        Some(reason) if reading.has_runs => (SourceStatus::Partial, Some(reason)),
        broken => {
            let nothing = "not SARIF: no `runs`";
            let reason = refusal(&mut reading.lexer, reading.has_begun, broken, nothing);
            (SourceStatus::Refused, Some(reason))
        }
    };
    Ok(Outline {
        dialect: reading.dialect,
        status,
        reason,
        n_rows: reading.n_rows,
        warnings: reading.lexer.warnings,
    })
}

struct Reading<'a, 'e> {
    lexer: Lexer<'a>,
    emit: &'e mut dyn FnMut(Row<'_>) -> io::Result<()>,
    dialect: Option<String>,
    n_runs: i32,
    n_rows: i64,
    has_begun: bool,
    has_runs: bool,
}

impl Reading<'_, '_> {
    fn document(&mut self) -> Result<(), Break> {
        let first = self.lexer.next()?;
        self.has_begun = true;
        if first != Token::ObjectStart {
            return Err(Break::Broken("not SARIF: not an object".to_owned()));
        }
        while self.lexer.next()? == Token::Key {
            let is_runs = self.lexer.text() == "runs";
            let first = self.lexer.next()?;
            if is_runs && first == Token::ArrayStart {
                self.has_runs = true;
                self.runs()?;
            } else {
                self.lexer.skip(first)?;
            }
        }
        // Nothing may follow.
        self.lexer.next().map(|_| ())
    }

    fn runs(&mut self) -> Result<(), Break> {
        loop {
            let first = self.lexer.next()?;
            if first == Token::ArrayEnd {
                return Ok(());
            }
            if first != Token::ObjectStart {
                self.lexer.skip(first)?;
                continue;
            }
            let mut run = Run::new(self.n_runs);
            let mut occurrences = Occurrences::default();
            self.n_runs += 1;
            let end = self.run(&mut run, &mut occurrences);
            if let Err(Break::Source(_)) = end {
                return end;
            }
            self.flush(&mut run, &mut occurrences)?;
            self.dialect.get_or_insert_with(|| run.family.clone());
            let broken = match &end {
                Err(Break::Broken(reason)) => Some(reason.as_str()),
                _ => None,
            };
            (self.emit)(Row::Scan(&run.scan(broken))).map_err(Break::Source)?;
            self.n_rows += 1;
            end?;
        }
    }

    fn run(&mut self, run: &mut Run, occurrences: &mut Occurrences) -> Result<(), Break> {
        while self.lexer.next()? == Token::Key {
            let name = self.lexer.text().to_owned();
            let first = self.lexer.next()?;
            match name.as_str() {
                "tool" => run.set_tool(Tool::read(&mut self.lexer, first)?),
                "results" if first == Token::ArrayStart => self.results(run, occurrences)?,
                "artifacts" if first == Token::ArrayStart => self.artifacts(run)?,
                name if WHOLE.contains(&name) => {
                    let value = value::read(&mut self.lexer, first, &["environmentVariables"])?;
                    run.set(name, &value);
                }
                _ => self.lexer.skip(first)?,
            }
        }
        Ok(())
    }

    fn results(&mut self, run: &mut Run, occurrences: &mut Occurrences) -> Result<(), Break> {
        run.n_results.get_or_insert(0);
        while next_object(&mut self.lexer)? {
            let value = value::read(&mut self.lexer, Token::ObjectStart, SKIPPED)?;
            let position = run.n_results.unwrap_or_default();
            run.n_results = Some(position + 1);
            let held = Held::of(&value, i32::try_from(position).unwrap_or(i32::MAX));
            run.held_bytes += held.size();
            run.held.push(held);
            if run.held_bytes > MAX_HELD_BYTES {
                if !run.has_tool {
                    let at = self.lexer.at();
                    return Err(Break::Broken(format!(
                        "too large: more than {MAX_HELD_BYTES} bytes of results before their tool at byte {at}"
                    )));
                }
                let at = self.lexer.at();
                self.lexer.warnings.add("run_exceeds_window", || {
                    format!("byte {at}: results were judged before their run ended")
                });
                self.flush(run, occurrences)?;
            }
        }
        Ok(())
    }

    fn artifacts(&mut self, run: &mut Run) -> Result<(), Break> {
        loop {
            let first = self.lexer.next()?;
            if first == Token::ArrayEnd {
                return Ok(());
            }
            let value = value::read(&mut self.lexer, first, &["contents", "properties"])?;
            if run.artifacts.len() < MAX_ARTIFACTS {
                run.artifacts.push(owned(&value, "/location/uri"));
            }
        }
    }

    /// Gives out what is held.
    fn flush(&mut self, run: &mut Run, occurrences: &mut Occurrences) -> Result<(), Break> {
        let held = std::mem::take(&mut run.held);
        run.held_bytes = 0;
        for finding in resolve(run, held, occurrences) {
            (self.emit)(Row::Finding(&finding)).map_err(Break::Source)?;
            run.n_findings += 1;
            self.n_rows += 1;
        }
        Ok(())
    }
}

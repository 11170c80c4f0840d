//! Reads one file: violations as they come; what tells of the run may stand anywhere. Projects and packages, which make
//! such a file large, are passed over.
//!
//! Never fails on what the bytes hold. A break ends the reading; the findings before it stay, and the scan is partial.

use std::io::{self, BufRead};

use domain::clock::{Timestamp, parse_timestamp};
use domain::scan::{Completeness, Scan};

use super::violation::{TOOL, finding};
use crate::json::lexer::{Break, Token};
use crate::json::member::{cut, is_text};
use crate::json::value;
use crate::scanner::reading::{self, Reading, Report, scan_of};
use crate::scanner::{Outline, Row};

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "ort/1";

/// What a file of ORT has beside the repository.
pub(super) const STAGES: &[&str] = &["advisor", "analyzer", "evaluator", "scanner"];

/// Reads one file and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline> {
    reading::read::<Ort>(input, emit)
}

/// A run while it is read.
#[derive(Debug, Default)]
struct Ort {
    version: Option<String>,
    revision: Option<String>,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    has_evaluator: bool,
}

impl Report for Ort {
    const NAME: &'static str = "ORT";

    fn document(&mut self, reading: &mut Reading<'_, '_>, first: Token) -> Result<(), Break> {
        if first != Token::ObjectStart {
            return Err(Break::Broken("not ORT: not an object".to_owned()));
        }
        while reading.lexer.next()? == Token::Key {
            let name = reading.lexer.text().to_owned();
            let first = reading.lexer.next()?;
            if first != Token::ObjectStart {
                reading.lexer.skip(first)?;
                continue;
            }
            reading.is_recognised |= STAGES.contains(&name.as_str());
            match name.as_str() {
                "repository" => self.repository(reading)?,
                "evaluator" => self.evaluator(reading)?,
                "analyzer" => self.analyzer(reading)?,
                _ => reading.lexer.skip(first)?,
            }
        }
        Ok(())
    }

    fn scan(&self) -> Scan {
        Scan {
            tool_version: self.version.clone(),
            revision: self.revision.clone(),
            started_at: self.started_at,
            ended_at: self.ended_at,
            ..scan_of(TOOL)
        }
    }

    fn completeness(&self, n_results: Option<i64>) -> (Completeness, Option<String>) {
        match n_results {
            None if self.has_evaluator => (
                Completeness::Unknown,
                Some("evaluator.violations: absent or null".to_owned()),
            ),
            None => (
                Completeness::Unknown,
                Some("evaluator: no rule was evaluated".to_owned()),
            ),
            Some(_) => (Completeness::Complete, None),
        }
    }
}

impl Ort {
    fn repository(&mut self, reading: &mut Reading<'_, '_>) -> Result<(), Break> {
        while reading.lexer.next()? == Token::Key {
            let is_vcs = reading.lexer.text() == "vcs";
            let first = reading.lexer.next()?;
            if is_vcs && first == Token::ObjectStart {
                self.revision = member(reading, "revision")?.map(|revision| cut(&revision, 100));
            } else {
                reading.lexer.skip(first)?;
            }
        }
        Ok(())
    }

    fn analyzer(&mut self, reading: &mut Reading<'_, '_>) -> Result<(), Break> {
        while reading.lexer.next()? == Token::Key {
            let is_environment = reading.lexer.text() == "environment";
            let first = reading.lexer.next()?;
            if is_environment && first == Token::ObjectStart {
                self.version = member(reading, "ort_version")?.map(|version| cut(&version, 100));
            } else {
                reading.lexer.skip(first)?;
            }
        }
        Ok(())
    }

    fn evaluator(&mut self, reading: &mut Reading<'_, '_>) -> Result<(), Break> {
        self.has_evaluator = true;
        while reading.lexer.next()? == Token::Key {
            let name = reading.lexer.text().to_owned();
            let first = reading.lexer.next()?;
            match (name.as_str(), first) {
                ("violations", Token::ArrayStart) => {
                    while reading.next_object()? {
                        let value = value::read(&mut reading.lexer, Token::ObjectStart, &["how_to_fix"])?;
                        let position = reading.position();
                        reading.push(finding(&value, position))?;
                    }
                }
                ("start_time", _) => self.started_at = time(reading, first)?,
                ("end_time", _) => self.ended_at = time(reading, first)?,
                _ => reading.lexer.skip(first)?,
            }
        }
        Ok(())
    }
}

/// The text of a member of the object that has begun; the rest is passed over.
fn member(reading: &mut Reading<'_, '_>, name: &str) -> Result<Option<String>, Break> {
    let mut found = None;
    while reading.lexer.next()? == Token::Key {
        let is_it = reading.lexer.text() == name;
        let first = reading.lexer.next()?;
        if is_it {
            found = reading.text(first)?.filter(|text| is_text(text));
        } else {
            reading.lexer.skip(first)?;
        }
    }
    Ok(found)
}

/// A time; none where it is none, as the first instant of all that stands for a run without a time.
fn time(reading: &mut Reading<'_, '_>, first: Token) -> Result<Option<Timestamp>, Break> {
    let text = reading.text(first)?;
    let text = text.filter(|text| !text.starts_with("1970-01-01T00:00:00"));
    Ok(text.and_then(|text| parse_timestamp(&text).ok()))
}

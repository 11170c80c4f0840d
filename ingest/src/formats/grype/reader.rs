//! Reads one file: matches are held until their source is known, which Grype writes behind them.
//!
//! Never fails on what the bytes hold. A break ends the reading; what stands before it stays, and the scan is partial.

use std::io::{self, BufRead};

use domain::clock::{Timestamp, parse_timestamp};
use domain::scan::{Completeness, Scan};

use super::finding::{Match, SKIPPED, Source};
use crate::json::lexer::{Break, Token};
use crate::json::member::{owned, text};
use crate::json::value;
use crate::scanner::reading::{self, Reading, Report, scan_of};
use crate::scanner::window::MAX_HELD_BYTES;
use crate::scanner::{Outline, Row};

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "grype/1";

/// What source and descriptor hold that nothing here reads.
const SKIPPED_AROUND: &[&str] = &[
    "annotations",
    "config",
    "configuration",
    "db",
    "labels",
    "layers",
    "manifest",
];

/// Reads one file and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline> {
    reading::read::<Grype>(input, emit)
}

/// A scan while it is read.
#[derive(Debug, Default)]
struct Grype {
    source: Option<Source>,
    version: Option<String>,
    ended_at: Option<Timestamp>,
    has_matches: bool,
    held: Vec<Match>,
    held_bytes: usize,
}

impl Report for Grype {
    const NAME: &'static str = "Grype";

    fn document(&mut self, reading: &mut Reading<'_, '_>, first: Token) -> Result<(), Break> {
        if first != Token::ObjectStart {
            return Err(Break::Broken("not Grype: not an object".to_owned()));
        }
        let end = self.members(reading);
        if !matches!(end, Err(Break::Source(_))) {
            self.settle(reading)?;
        }
        end
    }

    fn scan(&self) -> Scan {
        Scan {
            tool_version: self.version.clone(),
            image: self.source.as_ref().and_then(|source| source.image.clone()),
            ended_at: self.ended_at,
            ..scan_of("grype")
        }
    }

    fn completeness(&self, _: Option<i64>) -> (Completeness, Option<String>) {
        if self.has_matches {
            (Completeness::Complete, None)
        } else {
            (Completeness::Unknown, Some("matches: absent or null".to_owned()))
        }
    }
}

impl Grype {
    fn members(&mut self, reading: &mut Reading<'_, '_>) -> Result<(), Break> {
        while reading.lexer.next()? == Token::Key {
            let name = reading.lexer.text().to_owned();
            let first = reading.lexer.next()?;
            match (name.as_str(), first) {
                ("matches" | "ignoredMatches", Token::ArrayStart) => {
                    reading.is_recognised = true;
                    self.has_matches |= name == "matches";
                    self.matches(reading, name == "ignoredMatches")?;
                }
                ("source", _) => {
                    let value = value::read(&mut reading.lexer, first, SKIPPED_AROUND)?;
                    self.source = Some(Source::of(&value));
                    self.settle(reading)?;
                }
                ("descriptor", _) => {
                    let value = value::read(&mut reading.lexer, first, SKIPPED_AROUND)?;
                    self.version = owned(&value, "/version");
                    self.ended_at = text(&value, "/timestamp").and_then(|time| parse_timestamp(time).ok());
                }
                _ => reading.lexer.skip(first)?,
            }
            reading.is_recognised |= matches!(name.as_str(), "matches" | "descriptor");
        }
        Ok(())
    }

    fn matches(&mut self, reading: &mut Reading<'_, '_>, is_ignored: bool) -> Result<(), Break> {
        while reading.next_object()? {
            let value = value::read(&mut reading.lexer, Token::ObjectStart, SKIPPED)?;
            let found = Match::of(&value, reading.position(), is_ignored);
            if let Some(source) = &self.source {
                reading.push(found.resolve(source))?;
                continue;
            }
            self.held_bytes += found.size();
            self.held.push(found);
            if self.held_bytes > MAX_HELD_BYTES {
                let at = reading.lexer.at();
                return Err(Break::Broken(format!(
                    "too large: more than {MAX_HELD_BYTES} bytes of matches before their source at byte {at}"
                )));
            }
        }
        Ok(())
    }

    fn settle(&mut self, reading: &mut Reading<'_, '_>) -> Result<(), Break> {
        let unknown = Source::default();
        for found in std::mem::take(&mut self.held) {
            reading.push(found.resolve(self.source.as_ref().unwrap_or(&unknown)))?;
        }
        self.held_bytes = 0;
        Ok(())
    }
}

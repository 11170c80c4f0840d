//! What reading a bill of materials is, whatever its format: rows out, and what became of the file.
//!
//! A format says by [`Document`] what stands in its document.

use std::io::{self, BufRead};

use domain::clock::{Timestamp, parse_timestamp};
use domain::sbom::{Package, Sbom};
use domain::source::SourceStatus;
use serde_json::{Map, Value};

use crate::document::{Outline, Row};
use crate::json::lexer::{Break, Lexer, Token};
use crate::json::member::cut;
use crate::json::utf8::Utf8;
use crate::json::value;
use crate::scanner::reading::{refusal, why_broken};

/// What is held of a document before it goes out; about 60,000 packages.
pub(crate) const MAX_HELD_BYTES: usize = 64 << 20;

/// A document while it is read.
pub(crate) struct Reading<'a, 'e> {
    pub(crate) lexer: Lexer<'a>,
    /// Something in it shows that it is of its format.
    pub(crate) is_recognised: bool,
    /// The first member that stands twice.
    ambiguous: Option<String>,
    has_begun: bool,
    held_bytes: usize,
    n_packages: i64,
    n_positions: i32,
    emit: &'e mut dyn FnMut(Row) -> io::Result<()>,
}

/// A format of bills of materials.
pub(crate) trait Document: Default {
    /// Its name, for reasons.
    const NAME: &'static str;

    /// Reads the members of the document. A break keeps what was read.
    fn members(&mut self, reading: &mut Reading<'_, '_>) -> Result<(), Break>;

    /// Gives out packages that were held.
    fn settle(&mut self, _reading: &mut Reading<'_, '_>) -> Result<(), Break> {
        Ok(())
    }

    /// The document, but for its counts and for how far it goes.
    fn sbom(self) -> Sbom;
}

/// Reads one document and gives out its rows: packages, and the document behind them.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub(crate) fn read<D: Document>(
    input: &mut dyn BufRead,
    emit: &mut dyn FnMut(Row) -> io::Result<()>,
) -> io::Result<Outline> {
    let mut input = Utf8::new(input);
    let mut reading = Reading {
        lexer: Lexer::new(&mut input),
        is_recognised: false,
        ambiguous: None,
        has_begun: false,
        held_bytes: 0,
        n_packages: 0,
        n_positions: 0,
        emit,
    };
    let mut document = D::default();
    let broken = why_broken(reading.document(&mut document))?;
    let behind = match broken {
        None => why_broken(reading.lexer.next().map(|_| ()))?,
        Some(_) => None,
    };
    if !reading.is_recognised && reading.n_packages == 0 {
        let nothing = format!("not {}: no member that it has", D::NAME);
        let reason = refusal(&mut reading.lexer, reading.has_begun, broken.or(behind), &nothing);
        return Ok(reading.outline(None, SourceStatus::Refused, Some(reason)));
    }
    why_broken(document.settle(&mut reading))?;
    let sbom = Sbom {
        n_packages: reading.n_packages,
        is_complete: broken.is_none() && reading.ambiguous.is_none(),
        ..document.sbom()
    };
    let dialect = sbom.spec_version.clone();
    (reading.emit)(Row::Sbom(Box::new(sbom)))?;
    // What stands behind the document makes the file partial, not the document.
    let reason = broken.or_else(|| reading.ambiguous.take()).or(behind);
    let status = if reason.is_some() {
        SourceStatus::Partial
    } else {
        SourceStatus::Complete
    };
    Ok(reading.outline(dialect, status, reason))
}

impl Reading<'_, '_> {
    fn document<D: Document>(&mut self, document: &mut D) -> Result<(), Break> {
        let first = self.lexer.next()?;
        self.has_begun = true;
        if first != Token::ObjectStart {
            return Err(Break::Broken(format!("not {}: not an object", D::NAME)));
        }
        document.members(self)
    }

    fn outline(self, dialect: Option<String>, status: SourceStatus, reason: Option<String>) -> Outline {
        let is_refused = status == SourceStatus::Refused;
        Outline {
            dialect,
            status,
            reason,
            n_rows: if is_refused { 0 } else { self.n_packages + 1 },
            warnings: self.lexer.warnings,
        }
    }

    /// Position of the next package.
    pub(crate) fn position(&mut self) -> i32 {
        let position = self.n_positions;
        self.n_positions = self.n_positions.saturating_add(1);
        position
    }

    /// Gives out a package.
    pub(crate) fn give(&mut self, package: Package) -> Result<(), Break> {
        (self.emit)(Row::Package(Box::new(package))).map_err(Break::Source)?;
        self.n_packages += 1;
        Ok(())
    }

    /// Accounts for what is held until the document ends.
    pub(crate) fn hold(&mut self, n_bytes: usize) -> Result<(), Break> {
        self.held_bytes += n_bytes;
        if self.held_bytes <= MAX_HELD_BYTES {
            return Ok(());
        }
        Err(Break::Broken(format!(
            "too large: more than {MAX_HELD_BYTES} bytes to hold at byte {}",
            self.lexer.at()
        )))
    }

    /// Counts a member that is there already: which of the two counts is each reader's own choice.
    pub(crate) fn stands_twice(&mut self, name: &str) {
        let place = format!("member `{}` before byte {}", cut(name, 64), self.lexer.at());
        self.lexer.warnings.add("duplicate_member", || place.clone());
        self.ambiguous
            .get_or_insert_with(|| format!("ambiguous: {place} stands twice"));
    }

    /// Remembers that a member of the document was seen; names are the format's own.
    pub(crate) fn see(&mut self, seen: &mut Vec<&'static str>, name: &'static str) {
        if seen.contains(&name) {
            self.stands_twice(name);
        } else {
            seen.push(name);
        }
    }

    /// The text of the token `first`, if it is one; the value is passed over.
    pub(crate) fn text(&mut self, first: Token) -> Result<Option<String>, Break> {
        if first == Token::Text {
            return Ok(Some(self.lexer.text().to_owned()));
        }
        self.lexer.skip(first)?;
        Ok(None)
    }

    /// The members of these names of an object that has begun.
    pub(crate) fn object(&mut self, wanted: &[&str]) -> Result<Map<String, Value>, Break> {
        let mut members = Map::new();
        while self.lexer.next()? == Token::Key {
            let name = self.lexer.text().to_owned();
            let first = self.lexer.next()?;
            if !wanted.contains(&name.as_str()) {
                self.lexer.skip(first)?;
                continue;
            }
            let value = value::read(&mut self.lexer, first, &[])?;
            if members.insert(name.clone(), value).is_some() {
                self.stands_twice(&name);
            }
        }
        Ok(members)
    }

    /// Begins the next object of a list; none at its end. What is no object is counted and passed over.
    pub(crate) fn next_object(&mut self) -> Result<bool, Break> {
        crate::scanner::reading::next_object(&mut self.lexer)
    }

    /// The instant that a text says, as RFC 3339.
    pub(crate) fn time(&mut self, text: Option<&str>) -> Option<Timestamp> {
        let text = text?;
        let time = parse_timestamp(text).ok();
        if time.is_none() {
            self.lexer
                .warnings
                .add("unreadable_time", || format!("`{}`", cut(text, 40)));
        }
        time
    }
}

/// Bytes that a package takes while it is held, about.
pub(crate) fn size(package: &Package) -> usize {
    let license = &package.license;
    let texts = [
        &package.reference,
        &package.version,
        &package.purpose,
        &package.purl,
        &package.ecosystem,
        &package.supplier,
        &package.sha256,
        &license.declared,
        &license.concluded,
        &license.expression,
        &license.choices,
    ];
    let texts: usize = texts.into_iter().flatten().map(String::len).sum();
    size_of::<Package>() + 96 + package.name.len() + texts
}

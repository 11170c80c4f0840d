//! Reads one report: tokens in, cases into the window, rows out.
//!
//! Never fails on what the bytes hold. A break ends the reading, and what stood before it stays.

use std::io::{self, BufRead};

use domain::source::{SourceStatus, Warnings};
use domain::test_result::TestResult;

use super::elements::Elements;
use super::window::Emit;
use crate::xml::document::{self, Break};
use crate::xml::remarks::Remarks;
use crate::xml::root;

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "junit/1";

/// What became of one report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The producer, where it shows.
    pub dialect: Option<&'static str>,
    /// How far it was read.
    pub status: SourceStatus,
    /// Why it is partial or refused: a stable slug, a colon, prose.
    pub reason: Option<String>,
    /// Rows given out: one for each execution of each case.
    pub n_rows: i64,
    /// Complete `<testcase>` elements.
    pub n_cases: i64,
    /// What was mended or lost.
    pub warnings: Warnings,
}

/// Reads one report and gives out its rows in document order.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(&TestResult<'_>) -> io::Result<()>) -> io::Result<Outline> {
    let mut elements = Elements::default();
    let found = document::read(
        input,
        &mut Reading {
            elements: &mut elements,
            emit,
        },
    )?;
    elements.finish(found.as_ref(), emit)?;
    let (status, reason) = Break::status(found.or_else(|| elements.take_flaw()));
    Ok(Outline {
        dialect: elements.dialect(),
        status,
        reason,
        n_rows: elements.n_rows(),
        n_cases: elements.n_cases(),
        // What was replaced in a file of another format says nothing.
        warnings: if status == SourceStatus::Refused {
            Warnings::default()
        } else {
            elements.remarks.warnings
        },
    })
}

/// The elements of a report with the writer of its rows.
struct Reading<'a, 'e> {
    elements: &'a mut Elements,
    emit: &'a mut Emit<'e>,
}

impl document::Elements for Reading<'_, '_> {
    fn remarks(&mut self) -> &mut Remarks {
        &mut self.elements.remarks
    }

    fn has_root(&self) -> bool {
        self.elements.has_root()
    }

    fn depth(&self) -> usize {
        self.elements.depth()
    }

    fn inside(&self) -> String {
        self.elements.inside()
    }

    fn start(&mut self, name: &str, attributes: &str, is_empty: bool) -> io::Result<Option<Break>> {
        self.elements.start(name, attributes, is_empty, self.emit)
    }

    fn end(&mut self) -> io::Result<Option<Break>> {
        self.elements.end(self.emit)
    }

    fn text(&mut self, piece: &str) -> Option<Break> {
        self.elements.text(piece)
    }

    fn reference(&mut self, name: &str) -> Option<Break> {
        self.elements.reference(name)
    }

    fn doctype(&mut self, _: &str) -> Option<Break> {
        Some(Break::Refused(root::declared("DOCTYPE")))
    }
}

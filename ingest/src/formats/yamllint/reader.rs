//! Reads one file: problems as they come.
//!
//! Never fails on what the bytes hold. What breaks off keeps the problems before the break, and the scan is partial.

use std::io::{self, BufRead};

use domain::scan::Scan;

use super::text::{Said, Style, said};
use crate::scanner::entry::Entry;
use crate::scanner::lines::Line;
use crate::scanner::reading::scan_of;
use crate::scanner::sheet::{self, Report, Sheet};
use crate::scanner::{Outline, Row};

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "yamllint/1";

/// The tool's name.
const TOOL: &str = "yamllint";

/// Reads one file and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline> {
    sheet::read::<Yamllint>(input, emit)
}

/// A run while it is read.
#[derive(Debug, Default)]
struct Yamllint {
    /// The file that the next problems are in.
    path: String,
    /// A file was named of which no problem came yet.
    is_open: bool,
}

impl Report for Yamllint {
    const NAME: &'static str = "yamllint";

    fn line(&mut self, line: &Line, sheet: &mut Sheet<'_>) -> io::Result<()> {
        match said(&line.text) {
            // Half of a line: the rule stands at its end.
            Said::Problem(_, entry) if entry.rule_id.is_empty() && line.end().is_empty() => {
                sheet.misplaced(line);
                Ok(())
            }
            Said::Problem(style, entry) => {
                let path = if style == Style::Standard {
                    self.path.as_str()
                } else {
                    entry.path
                };
                let level = if entry.word == "error" { "error" } else { "warning" };
                let position = sheet.position();
                let finding = Entry { path, ..entry }.finding(TOOL, level, position);
                self.is_open = false;
                sheet.push(finding)
            }
            Said::File(path) => {
                if self.is_open {
                    // Two lines without a problem between them: at least one names no file.
                    sheet.misplaced(line);
                }
                path.clone_into(&mut self.path);
                self.is_open = true;
                Ok(())
            }
            Said::Nothing => Ok(()),
        }
    }

    fn scan(&self) -> Scan {
        scan_of(TOOL)
    }

    fn truncated(&self, last: &Line) -> Option<String> {
        // yamllint ends every line, and names no file without a problem.
        let is_cut = last.end().is_empty() || self.is_open;
        is_cut.then(|| format!("truncated: line {} has no end", last.number))
    }
}

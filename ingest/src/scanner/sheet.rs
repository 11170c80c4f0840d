//! What reading a report in lines is, whatever its format: rows out, and what became of the file; and its copy without
//! what a rule about secrets says.
//!
//! A format says by [`Report`] what a line means. A line may be an object of JSON.

use std::io::{self, BufRead, Write};
use std::ops::Range;

use domain::finding::Finding;
use domain::scan::{Completeness, Scan};
use domain::source::{SourceStatus, Warnings};
use serde_json::Value;

use super::judge::{self, Judge};
use super::lines::{Line, Lines};
use super::window::Window;
use super::{Outline, Row};
use crate::json::lexer::{Lexer, Token};
use crate::json::member::MARK;
use crate::json::utf8::Utf8;
use crate::json::value;

/// A report while it is read.
pub(crate) struct Sheet<'e> {
    window: Window<'e>,
    /// Of the line that is read.
    number: u64,
    pub(crate) warnings: Warnings,
    /// Something in it shows that it is of its format.
    pub(crate) is_recognised: bool,
    /// Results so far; null where none were computed.
    pub(crate) n_results: Option<i64>,
}

impl Sheet<'_> {
    /// Position of the next result, which it counts.
    pub(crate) fn position(&mut self) -> i32 {
        self.is_recognised = true;
        let position = self.n_results.unwrap_or_default();
        self.n_results = Some(position + 1);
        i32::try_from(position).unwrap_or(i32::MAX)
    }

    /// Gives out a finding, or holds it until its number is known.
    pub(crate) fn push(&mut self, finding: Finding) -> io::Result<()> {
        let number = self.number;
        if self.window.push(finding)? {
            self.warnings.add("run_exceeds_window", || {
                format!("line {number}: results were numbered before their run ended")
            });
            self.window.flush()?;
        }
        Ok(())
    }

    /// Counts a line that is none of the format's.
    pub(crate) fn misplaced(&mut self, line: &Line) {
        let number = line.number;
        self.warnings
            .add("misplaced_line", || format!("line {number}: none of the format's"));
    }
}

/// A format in lines, of one scan for each file.
pub(crate) trait Report: Default {
    /// Its name, for reasons.
    const NAME: &'static str;

    /// Reads a line that says something, and gives findings to `sheet`. Fails only where the receiver does.
    fn line(&mut self, line: &Line, sheet: &mut Sheet<'_>) -> io::Result<()>;

    /// Gives out what waited for another line. Fails only where the receiver does.
    fn end(&mut self, _sheet: &mut Sheet<'_>) -> io::Result<()> {
        Ok(())
    }

    /// The scan, but for its counts and for how far it goes.
    fn scan(&self) -> Scan;

    /// How far the scan goes of a file that does not break off; and why no farther.
    fn completeness(&self) -> (Completeness, Option<String>) {
        (Completeness::Complete, None)
    }

    /// Why a file breaks off whose last line that says something is `last`, where its end can tell.
    fn truncated(&self, _last: &Line) -> Option<String> {
        None
    }
}

/// Reads one report and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub(crate) fn read<R: Report>(
    input: &mut dyn BufRead,
    emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>,
) -> io::Result<Outline> {
    let mut input = Utf8::new(input);
    let mut lines = Lines::new(&mut input);
    let mut sheet = Sheet {
        window: Window::new(emit),
        number: 0,
        warnings: Warnings::default(),
        is_recognised: false,
        n_results: None,
    };
    let mut report = R::default();
    let (mut n_lines, mut last) = (0_u64, None);
    while let Some(line) = lines.next()? {
        n_lines += 1;
        if line.is_blank() {
            continue;
        }
        let number = line.number;
        sheet.number = number;
        if line.is_cut {
            sheet.warnings.add("value_cut", || format!("line {number}: too long"));
        }
        if line.text.contains('\u{FFFD}') {
            sheet.warnings.add("invalid_character", || format!("line {number}"));
        }
        report.line(&line, &mut sheet)?;
        last = Some(line);
    }
    report.end(&mut sheet)?;
    let damage = lines.damage.take().map(|damage| format!("damaged: {damage}"));
    let scan = report.scan();
    let mut outline = Outline {
        dialect: Some(scan.tool_family.clone()),
        status: SourceStatus::Complete,
        reason: None,
        n_rows: 0,
        warnings: Warnings::default(),
    };
    if !sheet.is_recognised {
        let reason = match (damage, n_lines, last) {
            (Some(damage), ..) => damage,
            (None, 0, _) => "empty: no bytes".to_owned(),
            (None, _, None) => "empty: only white space".to_owned(),
            (None, _, Some(_)) => format!("not {}: no line of it", R::NAME),
        };
        outline.status = SourceStatus::Refused;
        outline.reason = Some(reason);
        outline.warnings = sheet.warnings;
        return Ok(outline);
    }
    let broken = damage.or_else(|| last.and_then(|last| report.truncated(&last)));
    let (completeness, reason) = report.completeness();
    let scan = Scan {
        completeness,
        reason,
        n_results: sheet.n_results,
        ..scan
    };
    outline.n_rows = sheet.window.close(scan, broken.as_deref())?;
    if broken.is_some() {
        outline.status = SourceStatus::Partial;
        outline.reason = broken;
    }
    outline.warnings = sheet.warnings;
    Ok(outline)
}

/// The object that a line is; none where it is another value, broken, or followed by more.
pub(crate) fn object(line: &Line, skipped: &[&str]) -> Option<Value> {
    let mut source = line.text.as_bytes();
    let mut lexer = Lexer::new(&mut source);
    let first = lexer.next().ok()?;
    if first != Token::ObjectStart {
        return None;
    }
    let value = value::read(&mut lexer, first, skipped).ok()?;
    lexer.next().is_ok().then_some(value)
}

/// Copies a report line by line by `copy_line`, which tells how many places it changed; returns how many were.
pub(crate) fn copy(
    input: &mut dyn BufRead,
    output: &mut dyn Write,
    copy_line: &mut dyn FnMut(&Line, &mut dyn Write) -> io::Result<i64>,
) -> io::Result<i64> {
    let mut input = Utf8::new(input);
    let mut lines = Lines::new(&mut input);
    let mut n = 0;
    while let Some(line) = lines.next()? {
        n += copy_line(&line, output)? + i64::from(line.is_cut);
    }
    Ok(n)
}

/// Copies a line, with a mark in place of `secret`, a part of its text.
pub(crate) fn copy_without(line: &Line, secret: Option<Range<usize>>, output: &mut dyn Write) -> io::Result<i64> {
    let text = &line.text;
    let found = secret.and_then(|secret| Some((text.get(secret.clone())?, secret)));
    let Some((_, range)) = found.filter(|(found, _)| !found.is_empty() && *found != MARK) else {
        output.write_all(&line.raw)?;
        return Ok(0);
    };
    let (before, behind) = (&text[..range.start], &text[range.end..]);
    output.write_all(format!("{before}{MARK}{behind}").as_bytes())?;
    output.write_all(line.end())?;
    Ok(1)
}

/// Copies a line that is an element of a list in JSON, as `judge` decides of elements of the list that has no name; one
/// that is no object as it is.
pub(crate) fn copy_object(line: &Line, judge: &mut dyn Judge, output: &mut dyn Write) -> io::Result<i64> {
    if !line.text.trim_start().starts_with('{') {
        return copy_without(line, None, output);
    }
    let end = line.end();
    let written = &line.raw[..line.raw.len() - end.len()];
    let (mark, written) = match written.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => (&written[..3], rest),
        None => (&written[..0], written),
    };
    let list = [b"[", written, b"]"].concat();
    let mut copied = Vec::with_capacity(list.len());
    let n = judge::copy(&mut list.as_slice(), &mut copied, judge)?;
    let copied = copied.strip_prefix(b"[").unwrap_or(&copied);
    output.write_all(mark)?;
    output.write_all(copied.strip_suffix(b"]").unwrap_or(copied))?;
    output.write_all(end)?;
    Ok(n)
}

/// Where a part of a text stands in it.
pub(crate) fn range_of(text: &str, part: &str) -> Option<Range<usize>> {
    let start = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    (start + part.len() <= text.len()).then(|| start..start + part.len())
}

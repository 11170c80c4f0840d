//! Reads one report: tokens in, cases into the window, rows out.
//!
//! Never fails on what the bytes hold. A break ends the reading, and what stood before it stays.

use std::io::{self, BufRead};

use domain::source::{SourceStatus, Warnings};
use domain::test_result::TestResult;
use quick_xml::Reader;
use quick_xml::errors::{Error, SyntaxError};
use quick_xml::events::Event;

use super::elements::{Break, Elements};
use super::input::{EncodingRemark, Input, MAX_TOKEN_BYTES, Stop};
use super::sniff;
use super::window::Emit;

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
    let mut input = Input::open(input)?;
    let mut elements = Elements::default();
    if let Some(remark) = input.encoding_remark.take() {
        let (code, label) = match remark {
            EncodingRemark::Unknown(label) => ("unknown_encoding", label),
            EncodingRemark::ContradictsBytes(label) => ("encoding_contradicts_bytes", label),
        };
        elements.remarks.add(code, || format!("`{label}`"));
    }
    let mut reader = Reader::from_reader(input);
    reader.config_mut().allow_dangling_amp = true;
    let end = read_tokens(&mut reader, &mut elements, emit);
    let input = reader.get_mut();
    if let Some(Stop::Source(error)) = input.stop.take_if(|stop| matches!(stop, Stop::Source(_))) {
        return Err(error);
    }
    let (mut found, has_no_bytes) = (end?, input.is_empty());
    if found.is_none() && !elements.has_root() {
        found = Some(Break::Refused(sniff::empty(has_no_bytes)));
    }
    if let (None, Some(Stop::Damaged(what))) = (&found, &input.stop) {
        found = Some(Break::Partial(format!("damaged: {what}")));
    }
    elements.finish(found.as_ref(), emit)?;
    for (code, mended) in [
        ("invalid_utf8", input.invalid_utf8),
        ("invalid_character", input.invalid_characters),
    ] {
        elements.remarks.at = mended.first_at;
        for _ in 0..mended.n {
            elements.remarks.add(code, || "replaced by U+FFFD".to_owned());
        }
    }
    let (status, reason) = match found.or_else(|| elements.take_flaw()) {
        None => (SourceStatus::Complete, None),
        Some(Break::Refused(reason)) => (SourceStatus::Refused, Some(reason)),
        Some(Break::Partial(reason)) => (SourceStatus::Partial, Some(reason)),
    };
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

/// Reads to the end or to the first break.
fn read_tokens(
    reader: &mut Reader<Input<'_>>,
    elements: &mut Elements,
    emit: &mut Emit<'_>,
) -> io::Result<Option<Break>> {
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        reader.get_mut().begin_token();
        let at = reader.buffer_position();
        elements.remarks.at = reader.get_ref().source_offset(at);
        let found = match reader.read_event_into(&mut buffer) {
            Ok(Event::Empty(tag)) => elements.start(tag.name().into_inner(), tag.attributes_raw(), true, emit)?,
            Ok(Event::Start(tag)) => elements.start(tag.name().into_inner(), tag.attributes_raw(), false, emit)?,
            Ok(Event::End(_)) => elements.end(emit)?,
            Ok(Event::Text(text)) => elements.text(&text),
            Ok(Event::CData(text)) => elements.text(&text),
            Ok(Event::GeneralRef(name)) => elements.reference(&name),
            Ok(Event::DocType(_)) => Some(Break::Refused(sniff::declared("DOCTYPE"))),
            Ok(Event::Comment(_) | Event::PI(_) | Event::Decl(_)) => None,
            Ok(Event::Eof) => return Ok(elements.truncation(reader.get_ref().source_offset(reader.buffer_position()))),
            Err(error) => Some(as_break(&error, reader, elements)),
        };
        if let Some(found) = found {
            return Ok(Some(match found {
                Break::Refused(reason) if elements.has_root() => Break::Partial(reason),
                found => found,
            }));
        }
    }
}

/// Says what broke, and where.
fn as_break(error: &Error, reader: &Reader<Input<'_>>, elements: &Elements) -> Break {
    let input = reader.get_ref();
    let at = input.source_offset(reader.error_position());
    let inside = elements.inside();
    let reason = match (&input.stop, error) {
        (Some(Stop::Damaged(what)), _) => format!("damaged: {what}, behind byte {}{inside}", elements.remarks.at),
        (Some(Stop::TokenTooLong), _) => {
            format!(
                "token too long: more than {MAX_TOKEN_BYTES} bytes from byte {}{inside}",
                elements.remarks.at
            )
        }
        (_, Error::Syntax(SyntaxError::InvalidBangMarkup)) if !elements.has_root() => sniff::declared(""),
        (_, Error::Syntax(SyntaxError::UnclosedDoctype)) => sniff::declared("DOCTYPE"),
        (_, Error::Syntax(what)) => format!("truncated: {what}, from byte {at}{inside}"),
        (_, error) => format!("not well-formed: {error}, at byte {at}{inside}"),
    };
    Break::Refused(reason)
}

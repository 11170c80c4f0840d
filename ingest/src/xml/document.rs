//! One document, token by token: what it breaks by, and where.

use std::io::{self, BufRead};

use domain::source::SourceStatus;
use quick_xml::Reader;
use quick_xml::errors::{Error, SyntaxError};
use quick_xml::events::Event;

use super::input::{EncodingRemark, Input, MAX_TOKEN_BYTES, Stop};
use super::remarks::Remarks;
use super::root;

/// Deepest nesting; suites and packages nest about as deep as folders do.
const MAX_DEPTH: usize = 64;

/// Why the reading ends before the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Break {
    Partial(String),
    Refused(String),
}

impl Break {
    /// What becomes of a report by what broke it.
    pub(crate) fn status(found: Option<Self>) -> (SourceStatus, Option<String>) {
        match found {
            None => (SourceStatus::Complete, None),
            Some(Self::Refused(reason)) => (SourceStatus::Refused, Some(reason)),
            Some(Self::Partial(reason)) => (SourceStatus::Partial, Some(reason)),
        }
    }
}

type Step = io::Result<Option<Break>>;

/// A format's own part: what elements mean. An error is the writer's that rows are given to.
pub(crate) trait Elements {
    /// Warnings, with the place that is being read.
    fn remarks(&mut self) -> &mut Remarks;
    /// Whether a root element that counts was seen.
    fn has_root(&self) -> bool;
    /// Elements that are open.
    fn depth(&self) -> usize;
    /// Says inside what the reading stands, for a reason; else empty.
    fn inside(&self) -> String {
        String::new()
    }
    /// Takes the beginning of an element, and its end where it `is_empty`.
    fn start(&mut self, name: &str, attributes: &str, is_empty: bool) -> Step;
    /// Takes the end of the innermost element.
    fn end(&mut self) -> Step;
    /// Takes a piece of text without references; by itself none means anything, and outside of the root it is junk.
    fn text(&mut self, piece: &str) -> Option<Break> {
        let is_blank = piece
            .trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}')
            .is_empty();
        if self.depth() > 0 || is_blank {
            return None;
        }
        let at = self.remarks().at;
        Some(if self.has_root() {
            Break::Partial(format!("junk after the root element: text at byte {at}"))
        } else {
            Break::Refused(format!("not XML: text before the root element, at byte {at}"))
        })
    }
    /// Takes a reference in a text.
    fn reference(&mut self, _: &str) -> Option<Break> {
        self.text("&")
    }
    /// Takes a DOCTYPE: what stands behind its word; one that only names a DTD is passed over, and nothing is fetched.
    fn doctype(&mut self, declaration: &str) -> Option<Break> {
        (!root::is_harmless(declaration)).then(|| Break::Refused(root::declared("DOCTYPE")))
    }
}

/// A name without its namespace.
pub(crate) fn local(name: &str) -> &str {
    name.rfind(':').map_or(name, |colon| &name[colon + 1..])
}

/// A second root element, which ends the reading.
pub(crate) fn second_root(name: &str, at: u64) -> Break {
    Break::Partial(format!("junk after the root element: `<{name}>` at byte {at}"))
}

/// Reads a document to its end or to its first break.
///
/// Fails only where `input` or a writer of rows does, and not where `input` cannot unpack its data.
pub(crate) fn read(input: &mut dyn BufRead, elements: &mut dyn Elements) -> Step {
    let mut input = Input::open(input)?;
    if let Some(remark) = input.encoding_remark.take() {
        let (code, label) = match remark {
            EncodingRemark::Unknown(label) => ("unknown_encoding", label),
            EncodingRemark::ContradictsBytes(label) => ("encoding_contradicts_bytes", label),
        };
        elements.remarks().add(code, || format!("`{label}`"));
    }
    let mut reader = Reader::from_reader(input);
    reader.config_mut().allow_dangling_amp = true;
    let end = read_tokens(&mut reader, elements);
    let input = reader.get_mut();
    if let Some(Stop::Source(error)) = input.stop.take_if(|stop| matches!(stop, Stop::Source(_))) {
        return Err(error);
    }
    let (mut found, has_no_bytes) = (end?, input.is_empty());
    if found.is_none() && !elements.has_root() {
        found = Some(Break::Refused(root::empty(has_no_bytes)));
    }
    if let (None, Some(Stop::Damaged(what))) = (&found, &input.stop) {
        found = Some(Break::Partial(format!("damaged: {what}")));
    }
    let remarks = elements.remarks();
    let at = remarks.at;
    for (code, mended) in [
        ("invalid_utf8", input.invalid_utf8),
        ("invalid_character", input.invalid_characters),
    ] {
        remarks.at = mended.first_at;
        for _ in 0..mended.n {
            remarks.add(code, || "replaced by U+FFFD".to_owned());
        }
    }
    remarks.at = at;
    Ok(found)
}

fn read_tokens(reader: &mut Reader<Input<'_>>, elements: &mut dyn Elements) -> Step {
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        reader.get_mut().begin_token();
        let at = reader.get_ref().source_offset(reader.buffer_position());
        elements.remarks().at = at;
        let is_full = elements.depth() == MAX_DEPTH;
        let found = match reader.read_event_into(&mut buffer) {
            Ok(Event::Empty(_) | Event::Start(_)) if is_full => Some(Break::Partial(format!(
                "too deep: more than {MAX_DEPTH} elements nested at byte {at}"
            ))),
            Ok(Event::Empty(tag)) => elements.start(tag.name().into_inner(), tag.attributes_raw(), true)?,
            Ok(Event::Start(tag)) => elements.start(tag.name().into_inner(), tag.attributes_raw(), false)?,
            Ok(Event::End(_)) => elements.end()?,
            Ok(Event::Text(text)) => elements.text(&text),
            Ok(Event::CData(text)) => elements.text(&text),
            Ok(Event::GeneralRef(name)) => elements.reference(&name),
            Ok(Event::DocType(declaration)) => elements.doctype(&declaration),
            Ok(Event::Comment(_) | Event::PI(_) | Event::Decl(_)) => None,
            Ok(Event::Eof) => {
                let at = reader.get_ref().source_offset(reader.buffer_position());
                return Ok(truncation(elements, at));
            }
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

/// At the end of the bytes: what is missing.
fn truncation(elements: &dyn Elements, at: u64) -> Option<Break> {
    let (n_open, inside) = (elements.depth(), elements.inside());
    (n_open > 0).then(|| {
        Break::Partial(format!(
            "truncated: {n_open} elements open at the end, byte {at}{inside}"
        ))
    })
}

/// Says what broke, and where.
fn as_break(error: &Error, reader: &Reader<Input<'_>>, elements: &mut dyn Elements) -> Break {
    let input = reader.get_ref();
    let at = input.source_offset(reader.error_position());
    let (inside, token_at) = (elements.inside(), elements.remarks().at);
    let reason = match (&input.stop, error) {
        (Some(Stop::Damaged(what)), _) => format!("damaged: {what}, behind byte {token_at}{inside}"),
        (Some(Stop::TokenTooLong), _) => {
            format!("token too long: more than {MAX_TOKEN_BYTES} bytes from byte {token_at}{inside}")
        }
        (_, Error::Syntax(SyntaxError::InvalidBangMarkup)) if !elements.has_root() => root::declared(""),
        (_, Error::Syntax(SyntaxError::UnclosedDoctype)) => root::declared("DOCTYPE"),
        (_, Error::Syntax(what)) => format!("truncated: {what}, from byte {at}{inside}"),
        (_, error) => format!("not well-formed: {error}, at byte {at}{inside}"),
    };
    Break::Refused(reason)
}

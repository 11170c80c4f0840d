//! Turns the bytes of a report into valid UTF-8 of characters that XML allows, without copying what is clean already.
//!
//! Nothing is refused here: a bad byte becomes U+FFFD and is counted. The only error besides a failing source is a
//! token that outgrows [`MAX_TOKEN_BYTES`], because the tokenizer above keeps a whole token in memory.

use std::io::{self, BufRead, Chain, Cursor, ErrorKind, Read};

use quick_xml::encoding::{DetectedEncoding, detect_encoding};
use quick_xml::events::Event;

/// Longest tag, text or CDATA section; captured output of a test is the only thing that comes near.
pub(crate) const MAX_TOKEN_BYTES: u64 = 64 * 1024 * 1024;

/// Looked at to find the encoding; an XML declaration is far shorter.
const HEAD_BYTES: u64 = 1024;

/// Examined at once, so that the bytes are still in the cache when the tokenizer reads them.
const STRIDE_BYTES: usize = 32 * 1024;

/// U+FFFD in UTF-8.
const REPLACEMENT: &[u8] = "\u{FFFD}".as_bytes();

/// Decodes some bytes to the end of a text, tells whether there were bad ones; `true` marks the last call.
type Transcode = Box<dyn FnMut(&[u8], bool, &mut String) -> bool>;

/// Counts one kind of mended bytes, with the offset of the first.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Mended {
    pub(crate) n: i64,
    pub(crate) first_at: u64,
}

impl Mended {
    fn add(&mut self, n: i64, at: u64) {
        if self.n == 0 {
            self.first_at = at;
        }
        self.n += n;
    }
}

/// Why no more bytes come, where it is not the end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The source failed, and not because of what it holds.
    Source(io::Error),
    /// The source cannot be unpacked any further.
    Damaged(String),
    /// A token is longer than [`MAX_TOKEN_BYTES`].
    TokenTooLong,
}

/// What the declared encoding of the report led to, where it is worth a warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EncodingRemark {
    Unknown(String),
    ContradictsBytes(String),
}

/// The report as clean UTF-8.
pub(crate) struct Input<'a> {
    source: Chain<Cursor<Vec<u8>>, &'a mut dyn BufRead>,
    /// Bytes at the front of the source that were found clean.
    n_clean: usize,
    /// Bytes at the front of the source that are UTF-8, and whether a control character is among them: colours in
    /// captured output would otherwise have the same bytes checked again and again.
    n_valid: usize,
    has_controls: bool,
    /// Served before the source goes on: a mended or a reassembled character.
    patch: [u8; 4],
    patch_start: usize,
    patch_end: usize,
    /// None where the source is UTF-8.
    transcode: Option<Transcode>,
    transcoded: String,
    transcoded_start: usize,
    is_finished: bool,
    n_source_bytes: u64,
    n_served_bytes: u64,
    n_token_bytes: u64,
    pub(crate) stop: Option<Stop>,
    pub(crate) invalid_utf8: Mended,
    pub(crate) invalid_characters: Mended,
    pub(crate) encoding_remark: Option<EncodingRemark>,
}

impl<'a> Input<'a> {
    /// Reads as much as tells the encoding.
    pub(crate) fn open(source: &'a mut dyn BufRead) -> io::Result<Self> {
        let mut head = Vec::new();
        let mut stop = None;
        if let Err(error) = Read::take(&mut *source, HEAD_BYTES).read_to_end(&mut head) {
            stop = Some(as_stop(error)?);
        }
        let (bom_len, transcode, encoding_remark) = encoding_of(&head);
        let mut head = Cursor::new(head);
        head.set_position(bom_len as u64);
        Ok(Self {
            source: head.chain(source),
            n_clean: 0,
            n_valid: 0,
            has_controls: false,
            patch: [0; 4],
            patch_start: 0,
            patch_end: 0,
            transcode,
            transcoded: String::new(),
            transcoded_start: 0,
            is_finished: false,
            n_source_bytes: bom_len as u64,
            n_served_bytes: 0,
            n_token_bytes: 0,
            stop,
            invalid_utf8: Mended::default(),
            invalid_characters: Mended::default(),
            encoding_remark,
        })
    }

    /// Tells that the tokenizer has delivered a token: the next one may again be long.
    pub(crate) fn begin_token(&mut self) {
        self.n_token_bytes = 0;
    }

    /// Tells, at the end, whether there was nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.n_source_bytes == 0
    }

    /// Offset in the source of an offset in what was served; exact for UTF-8, close to it for other encodings.
    pub(crate) fn source_offset(&self, served: u64) -> u64 {
        if self.transcode.is_some() {
            return self.n_source_bytes;
        }
        (self.n_source_bytes + served).saturating_sub(self.n_served_bytes)
    }

    fn fail(&mut self, error: io::Error) -> io::Error {
        match as_stop(error) {
            Ok(stop) => self.stop = Some(stop),
            Err(error) => self.stop = Some(Stop::Source(error)),
        }
        stand_in()
    }

    /// Finds out how much of what lies ahead is clean, or mends the first character of it.
    fn examine(&mut self) -> io::Result<()> {
        let chunk = match fill(&mut self.source) {
            Ok(chunk) => chunk,
            Err(error) => return Err(self.fail(error)),
        };
        let Some(&first) = chunk.first() else {
            return Ok(());
        };
        if self.n_valid == 0 {
            let stride = &chunk[..chunk.len().min(STRIDE_BYTES)];
            self.n_valid = match std::str::from_utf8(stride) {
                Ok(_) => stride.len(),
                Err(error) => error.valid_up_to(),
            };
            self.has_controls = has_control_characters(&stride[..self.n_valid]);
        }
        let valid = &chunk[..self.n_valid.min(chunk.len())];
        self.n_clean = valid.len();
        if self.has_controls {
            let control = valid.iter().position(|byte| is_control(*byte));
            self.n_clean = control.unwrap_or(valid.len());
        }
        if self.n_clean > 0 {
            return Ok(());
        }
        if first < 0x80 {
            self.invalid_characters.add(1, self.n_source_bytes);
            self.skip_source(1);
            self.set_patch(REPLACEMENT);
            return Ok(());
        }
        self.mend_sequence()
    }

    /// Takes one multi-byte character that is split between two chunks, or replaces what is none.
    fn mend_sequence(&mut self) -> io::Result<()> {
        let start = self.n_source_bytes;
        let mut bytes = [0; 4];
        let mut n = 0;
        loop {
            let next = match fill(&mut self.source) {
                Ok(chunk) => chunk.first().copied(),
                Err(error) => return Err(self.fail(error)),
            };
            let Some(next) = next else { break };
            bytes[n] = next;
            n += 1;
            match std::str::from_utf8(&bytes[..n]) {
                Ok(_) => {
                    self.skip_source(1);
                    self.set_patch(&bytes[..n]);
                    return Ok(());
                }
                Err(error) => match error.error_len() {
                    // The last byte may begin the next character; the ones before it are skipped already.
                    Some(bad) => {
                        if bad == n {
                            self.skip_source(1);
                        }
                        break;
                    }
                    None => self.skip_source(1),
                },
            }
        }
        self.invalid_utf8.add(1, start);
        self.set_patch(REPLACEMENT);
        Ok(())
    }

    fn skip_source(&mut self, n: usize) {
        self.source.consume(n);
        self.n_source_bytes += n as u64;
        self.n_valid = self.n_valid.saturating_sub(n);
    }

    fn set_patch(&mut self, bytes: &[u8]) {
        self.patch[..bytes.len()].copy_from_slice(bytes);
        self.patch_start = 0;
        self.patch_end = bytes.len();
    }

    fn fill_transcoded(&mut self) -> io::Result<()> {
        let Some(transcode) = &mut self.transcode else {
            return Ok(());
        };
        self.transcoded.clear();
        self.transcoded_start = 0;
        while self.transcoded.is_empty() && !self.is_finished {
            let chunk = match fill(&mut self.source) {
                Ok(chunk) => chunk,
                Err(error) => return Err(self.fail(error)),
            };
            let n = chunk.len().min(STRIDE_BYTES);
            self.is_finished = n == 0;
            if transcode(&chunk[..n], self.is_finished, &mut self.transcoded) {
                self.invalid_utf8.add(1, self.n_source_bytes);
            }
            self.source.consume(n);
            self.n_source_bytes += n as u64;
        }
        if has_control_characters(self.transcoded.as_bytes()) {
            let n = self.transcoded.bytes().filter(|byte| is_control(*byte)).count();
            self.invalid_characters
                .add(i64::try_from(n).unwrap_or(i64::MAX), self.n_source_bytes);
            self.transcoded = self
                .transcoded
                .replace(|c: char| u8::try_from(c).is_ok_and(is_control), "\u{FFFD}");
        }
        Ok(())
    }
}

impl BufRead for Input<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.n_token_bytes > MAX_TOKEN_BYTES {
            self.stop = Some(Stop::TokenTooLong);
            return Err(stand_in());
        }
        if self.transcode.is_some() {
            if self.transcoded_start == self.transcoded.len() {
                self.fill_transcoded()?;
            }
            return Ok(&self.transcoded.as_bytes()[self.transcoded_start..]);
        }
        if self.patch_start == self.patch_end {
            if self.n_clean == 0 {
                self.examine()?;
            }
            if self.n_clean > 0 {
                let chunk = self.source.fill_buf()?;
                return Ok(&chunk[..self.n_clean.min(chunk.len())]);
            }
        }
        Ok(&self.patch[self.patch_start..self.patch_end])
    }

    fn consume(&mut self, n: usize) {
        self.n_token_bytes += n as u64;
        self.n_served_bytes += n as u64;
        if self.transcode.is_some() {
            self.transcoded_start += n;
        } else if self.patch_start < self.patch_end {
            self.patch_start += n;
        } else {
            self.n_clean -= n;
            self.skip_source(n);
        }
    }
}

impl Read for Input<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let n = available.len().min(buffer.len());
        buffer[..n].copy_from_slice(&available[..n]);
        self.consume(n);
        Ok(n)
    }
}

/// Wraps a decoder of `encoding_rs`, whose types have no name here.
macro_rules! transcoder {
    ($encoding:expr) => {{
        let mut decoder = $encoding.new_decoder_without_bom_handling();
        let transcode: Transcode = Box::new(move |bytes, is_last, text| {
            text.reserve(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or_default());
            let (_, _, had_errors) = decoder.decode_to_string(bytes, text, is_last);
            had_errors
        });
        transcode
    }};
}

/// Decides the encoding by byte order mark, by the pattern of zero bytes, then by the declaration.
fn encoding_of(head: &[u8]) -> (usize, Option<Transcode>, Option<EncodingRemark>) {
    match detect_encoding(head) {
        Some(
            found @ (DetectedEncoding::Utf16LeBom
            | DetectedEncoding::Utf16BeBom
            | DetectedEncoding::Utf16LeLike
            | DetectedEncoding::Utf16BeLike),
        ) => {
            return (found.bom_len(), Some(transcoder!(found.encoding())), None);
        }
        Some(found @ DetectedEncoding::Utf8Bom) => return (found.bom_len(), None, None),
        _ => {}
    }
    // Without a declaration UTF-16 shows by its zero bytes only.
    match head {
        [b'<', 0, second, 0, ..] if *second != 0 => {
            return (0, Some(transcoder!(DetectedEncoding::Utf16LeLike.encoding())), None);
        }
        [0, b'<', 0, second, ..] if *second != 0 => {
            return (0, Some(transcoder!(DetectedEncoding::Utf16BeLike.encoding())), None);
        }
        _ => {}
    }
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start();
    if !text.starts_with("<?xml") {
        return (0, None, None);
    }
    let mut declaration = quick_xml::Reader::from_str(text);
    let Ok(Event::Decl(declaration)) = declaration.read_event() else {
        return (0, None, None);
    };
    let Some(Ok(label)) = declaration.encoding() else {
        return (0, None, None);
    };
    let label = label.trim();
    // Producers that say ASCII and write more write UTF-8; the encoding standard would make it windows-1252.
    if label.eq_ignore_ascii_case("us-ascii") || label.eq_ignore_ascii_case("ascii") {
        return (0, None, None);
    }
    match declaration.encoder() {
        Some(encoding) if encoding.name() == "UTF-8" => (0, None, None),
        // The declaration was readable as single bytes, so it cannot be what it says.
        Some(encoding) if encoding.name().starts_with("UTF-16") => {
            (0, None, Some(EncodingRemark::ContradictsBytes(label.to_owned())))
        }
        Some(encoding) if encoding.name() != "replacement" => (0, Some(transcoder!(encoding)), None),
        _ => (0, None, Some(EncodingRemark::Unknown(label.to_owned()))),
    }
}

fn fill<'b>(source: &'b mut Chain<Cursor<Vec<u8>>, &mut dyn BufRead>) -> io::Result<&'b [u8]> {
    loop {
        match source.fill_buf() {
            Ok(_) => break,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    source.fill_buf()
}

/// Separates what the data is to blame for (a damaged archive) from what it is not.
fn as_stop(error: io::Error) -> io::Result<Stop> {
    match error.kind() {
        ErrorKind::InvalidData | ErrorKind::UnexpectedEof | ErrorKind::InvalidInput => {
            Ok(Stop::Damaged(error.to_string()))
        }
        _ => Err(error),
    }
}

/// The tokenizer wraps errors; the real one waits in [`Input::stop`].
fn stand_in() -> io::Error {
    io::Error::other("the input stopped")
}

fn is_control(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')
}

/// Looks at all bytes without branching, which compiles to vector instructions.
fn has_control_characters(bytes: &[u8]) -> bool {
    bytes.iter().fold(false, |found, byte| found | is_control(*byte))
}

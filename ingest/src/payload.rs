//! A payload between its source and its parser: digested, cleaned, landed; in memory, or in scratch where it is large.

use std::io::{BufRead, Read, Seek as _};

use domain::identity::Sha256Digest;
use lake::raw;
use lake::store::Store;
use sha2::{Digest as _, Sha256};

use crate::json::utf8::is_utf16;
use crate::redaction;

/// Payloads up to this size stay in memory.
const IN_MEMORY: usize = 16 << 20;

/// A payload without credentials.
#[derive(Debug)]
pub struct Payload {
    /// Digest as written.
    pub sha256: Sha256Digest,
    /// Digest as it lands.
    pub landed_sha256: Sha256Digest,
    /// Size as written.
    pub size_bytes: i64,
    /// Credentials that were taken out.
    pub n_redactions: i64,
    /// What broke while it was read; the payload then ends there.
    pub damage: Option<String>,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Memory(Vec<u8>),
    /// Compressed, as it lands.
    Scratch(tempfile::NamedTempFile),
}

impl Payload {
    /// Reads a payload to its end, or to where the input breaks.
    pub fn read(head: Vec<u8>, input: &mut dyn Read, content: redaction::Content) -> std::io::Result<Self> {
        let mut memory = head;
        let mut damage = None;
        let room = IN_MEMORY.saturating_sub(memory.len()) as u64 + 1;
        if let Err(error) = Read::take(&mut *input, room).read_to_end(&mut memory) {
            damage = Some(error.to_string());
        }
        if damage.is_none() && memory.len() > IN_MEMORY {
            return Self::spool(memory, input, content);
        }
        let sha256 = Sha256Digest::of(&memory);
        let size_bytes = i64::try_from(memory.len()).unwrap_or(i64::MAX);
        let (landed_sha256, content, n_redactions) = match redaction::redact(&memory, content) {
            Some((redacted, n)) => (Sha256Digest::of(&redacted), redacted, n),
            None => (sha256, memory, 0),
        };
        Ok(Self {
            sha256,
            landed_sha256,
            size_bytes,
            n_redactions,
            damage,
            content: Content::Memory(content),
        })
    }

    fn spool(head: Vec<u8>, input: &mut dyn Read, content: redaction::Content) -> std::io::Result<Self> {
        // Another encoding is landed as UTF-8.
        let is_transcoded = matches!(content, redaction::Content::Scans(_)) && is_utf16(&head);
        let mut input = HashingReader::new(head.chain(input));
        let mut scratch = tempfile::NamedTempFile::new()?;
        let mut output = raw::compressor(scratch.as_file_mut())?;
        let mut buffered = std::io::BufReader::with_capacity(256 << 10, &mut input);
        let n_redactions = redaction::copy(&mut buffered, &mut output, content)?;
        drop(buffered);
        output.finish()?;
        let sha256 = Sha256Digest::from_bytes(input.hasher.finalize().into());
        let mut payload = Self {
            sha256,
            landed_sha256: sha256,
            size_bytes: input.bytes,
            n_redactions,
            damage: input.damage,
            content: Content::Scratch(scratch),
        };
        // Seldom, so that what lands is not digested a second time while it is written.
        if n_redactions > 0 || is_transcoded {
            payload.landed_sha256 = {
                let mut landed = HashingReader::new(payload.open()?);
                std::io::copy(&mut landed, &mut std::io::sink())?;
                Sha256Digest::from_bytes(landed.hasher.finalize().into())
            };
        }
        Ok(payload)
    }

    /// Keeps the payload in the raw landing, if it is not there yet; a small one is there when the landing is finished.
    pub async fn land(&self, store: &Store, landing: &mut raw::Landing) -> lake::error::Result<()> {
        match &self.content {
            Content::Memory(bytes) => landing.land(&self.landed_sha256, bytes).await,
            Content::Scratch(file) => raw::land_file(store, &self.landed_sha256, file.path()).await,
        }
    }

    /// Opens what lands for a parser.
    pub fn open(&mut self) -> std::io::Result<Box<dyn BufRead + '_>> {
        match &mut self.content {
            Content::Memory(bytes) => Ok(Box::new(&**bytes)),
            Content::Scratch(file) => {
                let mut file = file.as_file();
                file.rewind()?;
                Ok(Box::new(raw::decompressor(file)?))
            }
        }
    }
}

/// Digests what is read; where the input breaks it notes why and ends.
struct HashingReader<R> {
    inner: R,
    hasher: Sha256,
    bytes: i64,
    damage: Option<String>,
}

impl<R: Read> HashingReader<R> {
    fn new(inner: R) -> Self {
        Self {
            inner,
            hasher: Sha256::new(),
            bytes: 0,
            damage: None,
        }
    }
}

impl<R: Read> Read for HashingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.inner.read(buffer) {
            Ok(n) => {
                self.hasher.update(&buffer[..n]);
                self.bytes += i64::try_from(n).unwrap_or_default();
                Ok(n)
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                self.damage = Some(error.to_string());
                Ok(0)
            }
        }
    }
}

//! ZIP archives, looked into in memory: nothing is extracted, no name of an entry ever becomes a path.

use std::collections::BTreeSet;
use std::io::{Cursor, Read, Seek};

use zip::ZipArchive;

use crate::formats::registry::HEAD_BYTES;

/// Entries of one archive; GitHub's own artifacts stay far below.
const ENTRIES_MAX: usize = 50_000;
/// Bytes of one entry.
const ENTRY_BYTES_MAX: u64 = 4 << 30;
/// Bytes of all entries.
const ARCHIVE_BYTES_MAX: u64 = 16 << 30;
/// How much larger an entry may be than what is stored of it, once it is larger than [`RATIO_FROM_BYTES`].
const RATIO_MAX: u64 = 250;
/// Small entries of one repeated character compress better than any bomb.
const RATIO_FROM_BYTES: u64 = 64 << 20;
/// Archives in archives.
const NESTING_MAX: usize = 2;
/// An archive in an archive is held in memory.
const NESTED_BYTES_MAX: u64 = 128 << 20;

/// Receives an entry: its name, its first bytes, the rest.
pub(crate) type Visitor<'a, E> = dyn FnMut(&str, Vec<u8>, &mut dyn Read) -> Result<(), E> + 'a;

/// Why the walk ended early.
#[derive(Debug)]
pub(crate) enum Stop<E> {
    /// The archive is not one, or breaks a limit; the reason names it.
    Refused(String),
    /// The visitor failed.
    Visitor(E),
}

/// Shows every file of an archive to `visit`, in the order of the archive's directory.
pub(crate) fn walk<R: Read + Seek, E>(input: R, visit: &mut Visitor<'_, E>) -> Result<(), Stop<E>> {
    let mut budget = ARCHIVE_BYTES_MAX;
    walk_nested(input, "", NESTING_MAX, &mut budget, visit)
}

fn walk_nested<R: Read + Seek, E>(
    input: R,
    prefix: &str,
    nesting: usize,
    budget: &mut u64,
    visit: &mut Visitor<'_, E>,
) -> Result<(), Stop<E>> {
    let mut archive = ZipArchive::new(input).map_err(|error| refused(format!("archive: {error}")))?;
    if archive.len() > ENTRIES_MAX {
        return Err(refused(format!(
            "archive: it has {} entries, at most {ENTRIES_MAX} are read",
            archive.len()
        )));
    }
    if archive.has_duplicate_names() {
        return Err(refused("archive: two entries have one name".to_owned()));
    }
    if archive
        .has_overlapping_entries()
        .map_err(|error| refused(format!("archive: {error}")))?
    {
        return Err(refused("archive: entries overlap".to_owned()));
    }
    let mut declared = 0_u64;
    let mut names = BTreeSet::new();
    for index in 0..archive.len() {
        let entry = archive
            .by_index_raw(index)
            .map_err(|error| refused(format!("archive: {error}")))?;
        declared = declared.saturating_add(entry.size());
        if entry.encrypted() {
            return Err(refused(format!("archive: entry {index} is encrypted")));
        }
        if !names.insert(name_of(&entry)) {
            return Err(refused("archive: two entries have one name".to_owned()));
        }
    }
    if declared > *budget {
        return Err(refused(format!(
            "archive: its entries declare {declared} bytes, at most {budget} are read"
        )));
    }
    for index in 0..archive.len() {
        let mut entry = archive
            .by_index(index)
            .map_err(|error| refused(format!("archive: {error}")))?;
        if !entry.is_file() {
            continue;
        }
        let name = format!("{prefix}{}", name_of(&entry));
        let (size, stored) = (entry.size(), entry.compressed_size());
        let mut entry = Bounded {
            size,
            stored,
            read: 0,
            budget,
            inner: &mut entry,
        };
        let mut head = Vec::new();
        // A broken first block is the visitor's to see: it reads on and meets the same error.
        let _ = Read::take(&mut entry, HEAD_BYTES as u64).read_to_end(&mut head);
        if head.starts_with(b"PK\x03\x04") && nesting > 1 && size <= NESTED_BYTES_MAX {
            let mut nested = head;
            if let Err(error) = entry.read_to_end(&mut nested) {
                return Err(refused(format!("archive: `{name}`: {error}")));
            }
            walk_nested(Cursor::new(nested), &format!("{name}!/"), nesting - 1, budget, visit)?;
            continue;
        }
        visit(&name, head, &mut entry).map_err(Stop::Visitor)?;
    }
    Ok(())
}

fn refused<E>(reason: String) -> Stop<E> {
    Stop::Refused(reason)
}

/// The entry's name for people: control characters out, separators as `/`.
fn name_of<R: Read>(entry: &zip::read::ZipFile<'_, R>) -> String {
    let name = String::from_utf8_lossy(entry.name_raw()).replace('\\', "/");
    name.chars()
        .map(|character| if character.is_control() { '\u{FFFD}' } else { character })
        .collect()
}

/// Holds an entry to its declared size, to the ratio, and to what may be read in all.
struct Bounded<'a, R> {
    size: u64,
    stored: u64,
    read: u64,
    budget: &'a mut u64,
    inner: &'a mut R,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.read += n as u64;
        *self.budget = self.budget.saturating_sub(n as u64);
        let reason = if self.read > self.size {
            "the entry is larger than it declares"
        } else if self.read > ENTRY_BYTES_MAX {
            "the entry is too large"
        } else if self.read > RATIO_FROM_BYTES && self.read / self.stored.max(1) > RATIO_MAX {
            "the entry unpacks to far more than is stored of it"
        } else if *self.budget == 0 {
            "the archive unpacks to too much"
        } else {
            return Ok(n);
        };
        Err(std::io::Error::new(std::io::ErrorKind::InvalidData, reason))
    }
}

//! The bytes that CI leaves behind: artifacts and scans, made on request and the same at every call.

mod cobertura;
mod junit;
mod sarif;
mod spdx;
#[cfg(test)]
mod tests;
mod xml;

use std::io::{Cursor, Write as _};

use chrono::{Datelike as _, Timelike as _};
use domain::clock::Timestamp;
use zip::result::ZipResult;
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime};

pub use self::junit::tells_errors;
pub use self::sarif::sarif;
use crate::world::World;
use crate::world::repository::Repository;
use crate::world::run::{Artifact, Content};

/// A file of an artifact: its name and its bytes.
pub(crate) type File = (String, Vec<u8>);

/// The zip of an artifact, byte for byte the same at every call.
pub fn artifact_zip(world: &World, repository: &Repository, artifact: &Artifact) -> Vec<u8> {
    // Writing into memory cannot fail, and no artifact comes near the limits of the format.
    zip(&files(world, repository, artifact), artifact.created_at).unwrap_or_default()
}

/// The files of an artifact, in the order of the zip.
fn files(world: &World, repository: &Repository, artifact: &Artifact) -> Vec<File> {
    match &artifact.content {
        Content::Unit(unit) => {
            let mut files = unit.tests.as_ref().map_or_else(Vec::new, |execution| {
                junit::reports(world, repository, artifact, execution)
            });
            if let Some(coverage) = unit.coverage {
                let bytes = cobertura::cobertura(repository, &coverage, artifact.created_at);
                files.push(("coverage.xml".to_owned(), bytes));
            }
            files
        }
        Content::Security(scans) => {
            let mut files: Vec<File> = scans
                .iter()
                .map(|scan| (scan.tool.file().to_owned(), sarif(world, repository, scan)))
                .collect();
            files.push((
                "sbom.spdx.json".to_owned(),
                spdx::document(world, repository, artifact, None),
            ));
            files
        }
        Content::Bill(image) => {
            let bytes = spdx::document(world, repository, artifact, *image);
            vec![("sbom.spdx.json".to_owned(), bytes)]
        }
        Content::Other => {
            let text = format!("{} of {}\n", artifact.name, repository.full_name());
            vec![("contents.txt".to_owned(), text.into_bytes())]
        }
    }
}

/// Files in one zip, byte for byte the same at every call.
pub(crate) fn zip(files: &[File], at: Timestamp) -> ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(1))
        .unix_permissions(0o644)
        .last_modified_time(modified_at(at));
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(name.as_str(), options)?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

/// The instant as a zip holds it; 1980 where it cannot.
fn modified_at(at: Timestamp) -> DateTime {
    let byte = |number: u32| u8::try_from(number).unwrap_or_default();
    DateTime::from_date_and_time(
        u16::try_from(at.year()).unwrap_or_default(),
        byte(at.month()),
        byte(at.day()),
        byte(at.hour()),
        byte(at.minute()),
        byte(at.second()),
    )
    .unwrap_or(DateTime::DEFAULT)
}

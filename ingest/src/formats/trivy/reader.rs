//! Reads one file: what was found goes out as it is read, once its target is known.
//!
//! Never fails on what the bytes hold. A break ends the reading; what stands before it stays, and the scan is partial.

use std::io::{self, BufRead};

use domain::clock::{Timestamp, parse_timestamp};
use domain::scan::{Completeness, Scan};
use serde_json::Value;

use super::finding::{Resource, Target, resolve};
use super::item::{Item, Kind, SKIPPED};
use crate::json::lexer::{Break, Token};
use crate::json::member::{cut, elements, owned, text};
use crate::json::value;
use crate::scanner::path::of_image;
use crate::scanner::reading::{self, Reading, Report, scan_of};
use crate::scanner::window::MAX_HELD_BYTES;
use crate::scanner::{Outline, Row};

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "trivy/1";

/// Versions of the schema that are known.
const SCHEMAS: std::ops::RangeInclusive<i64> = 0..=2;
/// What the metadata of an artifact hold that nothing here reads.
const SKIPPED_METADATA: &[&str] = &["DiffIDs", "ImageConfig", "Layers", "OS"];

/// Reads one file and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline> {
    reading::read::<Trivy>(input, emit)
}

/// A report while it is read.
#[derive(Debug, Default)]
struct Trivy {
    is_array: bool,
    schema: Option<i64>,
    artifact_name: Option<String>,
    artifact_type: Option<String>,
    /// Names with tags or digests that the image has.
    names: Vec<String>,
    is_cluster: bool,
    version: Option<String>,
    created_at: Option<Timestamp>,
    revision: Option<String>,
    branch: Option<String>,
    n_targets: u64,
    complaint: Option<String>,
    /// The object of a cluster whose results are read.
    resource: Option<Resource>,
    /// Results whose artifact stands behind them.
    deferred: Vec<(Target, Vec<Item>)>,
    held_bytes: usize,
}

impl Report for Trivy {
    const NAME: &'static str = "Trivy";

    fn document(&mut self, reading: &mut Reading<'_, '_>, first: Token) -> Result<(), Break> {
        let end = match first {
            Token::ObjectStart => self.members(reading),
            Token::ArrayStart => {
                self.is_array = true;
                self.results(reading)
            }
            _ => Err(Break::Broken("not Trivy: neither an object nor an array".to_owned())),
        };
        let is_known = !matches!(end, Err(Break::Source(_)));
        if is_known {
            self.settle_deferred(reading)?;
        }
        end
    }

    fn scan(&self) -> Scan {
        Scan {
            tool_version: self.version.clone(),
            image: self.image(),
            ended_at: self.created_at,
            revision: self.revision.clone(),
            branch: self.branch.clone(),
            ..scan_of("Trivy")
        }
    }

    fn completeness(&self, _: Option<i64>) -> (Completeness, Option<String>) {
        let unknown = |reason: String| (Completeness::Unknown, Some(reason));
        match self.schema.filter(|schema| !SCHEMAS.contains(schema)) {
            Some(schema) => unknown(format!("SchemaVersion: {schema} is not known")),
            // Trivy leaves `Results` out where it met nothing that it looks into.
            None if self.n_targets == 0 => unknown("Results: no target".to_owned()),
            None => match &self.complaint {
                Some(complaint) => (Completeness::Partial, Some(complaint.clone())),
                None => (Completeness::Complete, None),
            },
        }
    }
}

impl Trivy {
    /// Reads the members of a report about an artifact or a cluster.
    fn members(&mut self, reading: &mut Reading<'_, '_>) -> Result<(), Break> {
        while reading.lexer.next()? == Token::Key {
            let name = reading.lexer.text().to_owned();
            let first = reading.lexer.next()?;
            match (name.as_str(), first) {
                ("Results", Token::ArrayStart) => self.results(reading)?,
                ("Resources" | "Findings" | "Vulnerabilities" | "Misconfigurations", Token::ArrayStart) => {
                    reading.is_recognised |= self.is_cluster;
                    self.resources(reading)?;
                }
                ("Metadata" | "Trivy", _) => {
                    let value = value::read(&mut reading.lexer, first, SKIPPED_METADATA)?;
                    self.metadata(&value);
                }
                ("SchemaVersion", Token::Number) => self.schema = reading.lexer.text().parse().ok(),
                ("ArtifactName", _) => self.artifact_name = reading.text(first)?.filter(|name| !name.is_empty()),
                ("ArtifactType", _) => self.artifact_type = reading.text(first)?.or_else(|| Some(String::new())),
                ("ClusterName", _) => {
                    reading.text(first)?;
                    self.is_cluster = true;
                }
                ("CreatedAt", _) => {
                    self.created_at = reading.text(first)?.and_then(|time| parse_timestamp(&time).ok());
                }
                _ => reading.lexer.skip(first)?,
            }
            let is_own = matches!(
                name.as_str(),
                "SchemaVersion" | "ArtifactName" | "ArtifactType" | "Results"
            );
            reading.is_recognised |= is_own || self.is_cluster;
        }
        Ok(())
    }

    fn metadata(&mut self, value: &Value) {
        self.version = self.version.take().or_else(|| owned(value, "/Version"));
        self.revision = self
            .revision
            .take()
            .or_else(|| text(value, "/Commit").map(|revision| cut(revision, 200)));
        self.branch = self
            .branch
            .take()
            .or_else(|| text(value, "/Branch").map(|branch| cut(branch, 200)));
        self.names.extend(names(value));
    }

    /// The image that was scanned, without tag.
    fn image(&self) -> Option<String> {
        let is_image = self.artifact_type.as_deref() == Some("container_image");
        let name = self.artifact_name.as_ref().or(self.names.first());
        name.filter(|_| is_image).map(|name| of_image(name))
    }

    /// Whether nothing that follows can tell what was scanned.
    fn is_artifact_known(&self) -> bool {
        let is_named = || self.artifact_name.is_some() || self.artifact_type.as_deref() != Some("container_image");
        self.is_array || self.is_cluster || self.artifact_type.is_some() && is_named()
    }

    fn resources(&mut self, reading: &mut Reading<'_, '_>) -> Result<(), Break> {
        while reading.next_object()? {
            self.resource = Some(Resource::default());
            let mut place = [const { String::new() }; 3];
            while reading.lexer.next()? == Token::Key {
                let name = reading.lexer.text().to_owned();
                let first = reading.lexer.next()?;
                match (name.as_str(), first) {
                    ("Results", Token::ArrayStart) => self.results(reading)?,
                    ("Namespace", _) => place[0] = reading.text(first)?.unwrap_or_default(),
                    ("Kind", _) => place[1] = reading.text(first)?.unwrap_or_default(),
                    ("Name", _) => place[2] = reading.text(first)?.unwrap_or_default(),
                    ("Metadata", _) => {
                        let value = value::read(&mut reading.lexer, first, SKIPPED_METADATA)?;
                        let images: &[Value] = value.as_array().map_or(std::slice::from_ref(&value), Vec::as_slice);
                        let mut images = images.iter().filter_map(|image| names(image).next());
                        let image = (images.next(), images.next());
                        if let (Some(resource), (Some(image), None)) = (&mut self.resource, image) {
                            resource.image = Some(of_image(&image));
                        }
                    }
                    ("Error", Token::Text) if !reading.lexer.text().is_empty() => {
                        let complaint = || format!("error: {}", cut(&place.join("/"), 200));
                        self.complaint.get_or_insert_with(complaint);
                    }
                    _ => reading.lexer.skip(first)?,
                }
                if let Some(resource) = &mut self.resource {
                    resource.name = place.join("/");
                }
            }
        }
        self.resource = None;
        Ok(())
    }

    fn results(&mut self, reading: &mut Reading<'_, '_>) -> Result<(), Break> {
        while reading.next_object()? {
            let (mut target, mut items) = (Target::default(), Vec::new());
            let end = self.result(reading, &mut target, &mut items);
            if let Err(Break::Source(_)) = end {
                return end;
            }
            self.n_targets += u64::from(target.name.is_some());
            reading.is_recognised |= target.name.is_some();
            if self.is_artifact_known() {
                self.settle(reading, &target, items)?;
            } else {
                self.deferred.push((target, items));
            }
            end?;
        }
        Ok(())
    }

    fn result(
        &mut self,
        reading: &mut Reading<'_, '_>,
        target: &mut Target,
        items: &mut Vec<Item>,
    ) -> Result<(), Break> {
        while reading.lexer.next()? == Token::Key {
            let name = reading.lexer.text().to_owned();
            let first = reading.lexer.next()?;
            match (name.as_str(), first) {
                ("Target", _) => target.name = reading.text(first)?,
                ("Class", _) => target.class = reading.text(first)?,
                (list, Token::ArrayStart) if Kind::of_list(list).is_some() => {
                    let kind = Kind::of_list(list).unwrap_or(Kind::Changed);
                    self.list(reading, kind, target, items)?;
                }
                _ => reading.lexer.skip(first)?,
            }
        }
        Ok(())
    }

    fn list(
        &mut self,
        reading: &mut Reading<'_, '_>,
        kind: Kind,
        target: &Target,
        items: &mut Vec<Item>,
    ) -> Result<(), Break> {
        while reading.next_object()? {
            let value = value::read(&mut reading.lexer, Token::ObjectStart, SKIPPED)?;
            let position = reading.position();
            let Some(item) = Item::of(kind, &value, position) else {
                continue;
            };
            let is_known = self.is_artifact_known() && target.name.is_some() && target.class.is_some();
            // Trivy's SARIF has nothing that was put away, so that it is numbered behind the others.
            if is_known && items.is_empty() && item.suppression.is_none() {
                self.push(reading, item, target)?;
                continue;
            }
            self.held_bytes += item.size();
            items.push(item);
            if self.held_bytes > MAX_HELD_BYTES {
                reading.overrun("judged");
                self.settle_deferred(reading)?;
                self.settle(reading, target, std::mem::take(items))?;
                self.held_bytes = 0;
            }
        }
        Ok(())
    }

    fn push(&self, reading: &mut Reading<'_, '_>, item: Item, target: &Target) -> Result<(), Break> {
        let image = self.image();
        reading.push(resolve(item, target, self.resource.as_ref(), image.as_deref()))
    }

    fn settle(&mut self, reading: &mut Reading<'_, '_>, target: &Target, items: Vec<Item>) -> Result<(), Break> {
        let (put_away, others): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.suppression.is_some());
        for items in [others, put_away] {
            for item in items {
                self.held_bytes = self.held_bytes.saturating_sub(item.size());
                self.push(reading, item, target)?;
            }
            reading.flush()?;
        }
        Ok(())
    }

    fn settle_deferred(&mut self, reading: &mut Reading<'_, '_>) -> Result<(), Break> {
        for (target, items) in std::mem::take(&mut self.deferred) {
            self.settle(reading, &target, items)?;
        }
        Ok(())
    }
}

/// Names of an image with tags or digests.
fn names(value: &Value) -> impl Iterator<Item = String> {
    let lists = ["/RepoTags", "/RepoDigests"].into_iter();
    let names = lists.flat_map(|list| elements(value, list).iter().filter_map(Value::as_str));
    names.filter(|name| !name.is_empty()).take(64).map(str::to_owned)
}

//! SPDX 2.x: packages with their licences, and relationships that tell which of them the document describes.

use std::collections::HashSet;

use domain::sbom::{Package, Sbom};
use serde_json::{Map, Value};

use super::package::{list, owned, sha256, supplier, text, with_purl};
use super::reader::nothing;
use crate::json::lexer::{Break, Token};
use crate::json::member::cut;
use crate::json::value;
use crate::sbom::creators;
use crate::sbom::license;
use crate::sbom::reading::{Reading, size};
use crate::sbom::text::without_login;

/// Members of a package that are read; the last ones are of tools that write the names of tag-value.
const WANTED: &[&str] = &[
    "SPDXID",
    "checksums",
    "externalRefs",
    "licenseConcluded",
    "licenseDeclared",
    "name",
    "primaryPackagePurpose",
    "supplier",
    "versionInfo",
    "packageLicenseConcluded",
    "packageLicenseDeclared",
    "packageName",
    "packageVersion",
];
/// The id of every document (SPDX 2.3, clause 6.3).
const DOCUMENT: &str = "SPDXRef-DOCUMENT";

/// A document of SPDX 2.
#[derive(Debug, Default)]
pub(super) struct Version2 {
    id: Option<String>,
    name: Option<String>,
    namespace: Option<String>,
    creation: Value,
    packages: Vec<Package>,
    /// What describes what.
    described: Vec<(String, String)>,
    /// What the document says that it describes.
    listed: HashSet<String>,
}

impl Version2 {
    /// Reads a member of the document.
    pub(super) fn member(&mut self, reading: &mut Reading<'_, '_>, name: &str, first: Token) -> Result<(), Break> {
        match (name, first) {
            ("SPDXID", _) => self.id = reading.text(first)?,
            ("name", _) => self.name = reading.text(first)?.filter(|text| !text.is_empty()),
            ("documentNamespace", _) => self.namespace = reading.text(first)?.filter(|text| !text.is_empty()),
            ("creationInfo", _) => self.creation = value::read(&mut reading.lexer, first, &[])?,
            ("packages", Token::ArrayStart) => self.packages(reading)?,
            ("relationships", Token::ArrayStart) => self.relationships(reading)?,
            ("documentDescribes", Token::ArrayStart) => self.describes(reading)?,
            _ => reading.lexer.skip(first)?,
        }
        Ok(())
    }

    fn packages(&mut self, reading: &mut Reading<'_, '_>) -> Result<(), Break> {
        while reading.next_object()? {
            let position = reading.position();
            let members = reading.object(WANTED)?;
            let package = package(reading, position, &members);
            let n_bytes = size(&package);
            self.packages.push(package);
            reading.hold(n_bytes)?;
        }
        Ok(())
    }

    fn relationships(&mut self, reading: &mut Reading<'_, '_>) -> Result<(), Break> {
        while reading.next_object()? {
            let members = reading.object(&["spdxElementId", "relationshipType", "relatedSpdxElement"])?;
            let end = |name: &str| text(&members, &[name]).map(str::to_owned);
            let ends = (end("spdxElementId"), end("relatedSpdxElement"));
            let (Some(from), Some(to)) = ends else { continue };
            let kind = text(&members, &["relationshipType"]).unwrap_or_default();
            let (from, to) = match kind.to_ascii_uppercase().as_str() {
                "DESCRIBES" => (from, to),
                "DESCRIBED_BY" => (to, from),
                _ => continue,
            };
            let n_bytes = from.len() + to.len() + 96;
            self.described.push((from, to));
            reading.hold(n_bytes)?;
        }
        Ok(())
    }

    fn describes(&mut self, reading: &mut Reading<'_, '_>) -> Result<(), Break> {
        loop {
            let first = reading.lexer.next()?;
            if first == Token::ArrayEnd {
                return Ok(());
            }
            if let Some(id) = reading.text(first)? {
                let n_bytes = id.len() + 64;
                self.listed.insert(id);
                reading.hold(n_bytes)?;
            }
        }
    }

    /// The document and its packages.
    pub(super) fn settle(&mut self, reading: &mut Reading<'_, '_>) -> (Sbom, Vec<Package>) {
        let id = self.id.take();
        let mut roots = std::mem::take(&mut self.listed);
        let is_document = |from: &String| from == DOCUMENT || Some(from) == id.as_ref();
        // Syft before 1.0 says of some documents that they describe themselves.
        let described = std::mem::take(&mut self.described).into_iter();
        roots.extend(
            described
                .filter(|(from, to)| is_document(from) && !is_document(to))
                .map(|(_, to)| to),
        );
        let mut packages = std::mem::take(&mut self.packages);
        for package in &mut packages {
            package.is_root = package.reference.as_ref().is_some_and(|id| roots.contains(id));
        }
        let empty = Map::new();
        let creation = self.creation.as_object().unwrap_or(&empty);
        let sbom = Sbom {
            name: self.name.take().map(without_login),
            namespace: self.namespace.take().map(without_login),
            creators: creators::lines(list(creation, "creators").iter().flat_map(creator)),
            created_at: reading.time(text(creation, &["created"])),
            n_subjects: i64::try_from(roots.len()).unwrap_or(i64::MAX),
            ..nothing()
        };
        (sbom, packages)
    }
}

/// A creator is a text; some tools write an object of its two parts.
fn creator(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Object(members) => {
            let line = |(kind, name): (&String, &Value)| Some(format!("{kind}: {}", name.as_str()?));
            members.iter().filter_map(line).collect()
        }
        _ => Vec::new(),
    }
}

fn package(reading: &mut Reading<'_, '_>, position: i32, members: &Map<String, Value>) -> Package {
    let name = owned(members, &["name", "packageName"]).unwrap_or_default();
    let place = || format!("package {position} `{}`", cut(&name, 64));
    if name.is_empty() {
        reading.lexer.warnings.add("name_missing", place);
    }
    let stated = |names: &[&str]| text(members, names).map(str::to_owned);
    let license = license::judge(
        stated(&["licenseDeclared", "packageLicenseDeclared"]),
        stated(&["licenseConcluded", "packageLicenseConcluded"]),
        &mut reading.lexer.warnings,
        &place,
    );
    let package = Package {
        position,
        reference: owned(members, &["SPDXID"]),
        version: owned(members, &["versionInfo", "packageVersion"]),
        purpose: text(members, &["primaryPackagePurpose"]).map(str::to_lowercase),
        license,
        supplier: text(members, &["supplier"]).map(supplier),
        sha256: sha256(list(members, "checksums"), "algorithm", "checksumValue"),
        name,
        ..Package::default()
    };
    with_purl(package, purl(members))
}

fn purl(members: &Map<String, Value>) -> Option<&str> {
    let references = list(members, "externalRefs").iter();
    let mut purls = references.filter(|reference| reference.get("referenceType").is_some_and(|kind| kind == "purl"));
    purls.find_map(|reference| reference.get("referenceLocator")?.as_str())
}

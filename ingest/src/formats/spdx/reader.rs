//! Reads one file: packages are held until it is known which of them the document describes, which stands behind them.
//!
//! Never fails on what the bytes hold. A break ends the reading; what stands before it stays, and the document is
//! incomplete.

use std::io::{self, BufRead};

use domain::sbom::{Sbom, SbomFormat};
use serde_json::Value;

use super::sniff::{is_context, refusal};
use super::subject::subject;
use super::version_2::Version2;
use super::version_3::Version3;
use crate::document::{Outline, Row};
use crate::json::lexer::{Break, Token};
use crate::json::member::text;
use crate::json::value;
use crate::sbom::creators;
use crate::sbom::reading::{self, Document, Reading};

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "spdx/1";

/// Members of the document that may stand once.
const MEMBERS: &[&str] = &[
    "@context",
    "@graph",
    "SPDXID",
    "creationInfo",
    "documentDescribes",
    "documentNamespace",
    "name",
    "packages",
    "relationships",
    "sbom",
    "spdxVersion",
];

/// Reads one file and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row) -> io::Result<()>) -> io::Result<Outline> {
    reading::read::<Spdx>(input, emit)
}

/// A document while it is read; each version has members of its own.
#[derive(Debug, Default)]
struct Spdx {
    version: Option<String>,
    /// Version of the context of SPDX 3.
    context: Option<String>,
    version_2: Version2,
    version_3: Version3,
    /// What is known once all of it was read.
    sbom: Option<Sbom>,
}

impl Document for Spdx {
    const NAME: &'static str = "SPDX";

    fn members(&mut self, reading: &mut Reading<'_, '_>) -> Result<(), Break> {
        self.members_at(reading, true)
    }

    fn settle(&mut self, reading: &mut Reading<'_, '_>) -> Result<(), Break> {
        let is_3 = self.version_3.has_graph || self.context.is_some();
        let (mut sbom, packages) = if is_3 {
            self.version_3.settle(reading)
        } else {
            self.version_2.settle(reading)
        };
        let stated = self
            .version
            .as_deref()
            .and_then(|version| version.strip_prefix("SPDX-"));
        sbom.spec_version = sbom.spec_version.or(self.context.take()).or(stated.map(str::to_owned));
        let mut roots = packages.iter().filter(|package| package.is_root);
        sbom.subject = subject(roots.next(), sbom.name.as_deref(), sbom.namespace.as_deref());
        sbom.tools = creators::tools(&sbom.creators);
        self.sbom = Some(sbom);
        for package in packages {
            let package = if is_3 {
                self.version_3.complete(reading, package)
            } else {
                package
            };
            reading.give(package)?;
        }
        Ok(())
    }

    fn sbom(self) -> Sbom {
        self.sbom.unwrap_or_else(nothing)
    }
}

impl Spdx {
    /// Reads the members of the document, or of what GitHub's dependency graph wraps it into.
    fn members_at(&mut self, reading: &mut Reading<'_, '_>, is_outermost: bool) -> Result<(), Break> {
        let mut seen = Vec::new();
        while reading.lexer.next()? == Token::Key {
            let name = reading.lexer.text().to_owned();
            let first = reading.lexer.next()?;
            if let Some(name) = MEMBERS.iter().find(|member| **member == name) {
                reading.see(&mut seen, name);
            }
            match (name.as_str(), first) {
                ("sbom", Token::ObjectStart) if is_outermost => self.members_at(reading, false)?,
                ("spdxVersion", Token::Text) => {
                    let version = reading.lexer.text().to_owned();
                    if let Some(reason) = refusal(&version) {
                        reading.is_recognised = false;
                        return Err(Break::Broken(reason));
                    }
                    reading.is_recognised = true;
                    self.version = Some(version);
                }
                ("@context", _) => {
                    let context = value::read(&mut reading.lexer, first, &[])?;
                    if is_context(&context) {
                        reading.is_recognised = true;
                        self.context = Some(version_of(&context).unwrap_or_else(|| "3.0".to_owned()));
                    }
                }
                ("@graph", Token::ArrayStart) => self.version_3.graph(reading)?,
                ("SPDXID" | "documentNamespace", Token::Text) => {
                    reading.is_recognised = true;
                    self.version_2.member(reading, &name, first)?;
                }
                _ => self.version_2.member(reading, &name, first)?,
            }
        }
        Ok(())
    }
}

/// A document of which nothing is known.
pub(super) fn nothing() -> Sbom {
    Sbom {
        format: SbomFormat::Spdx,
        spec_version: None,
        name: None,
        namespace: None,
        creators: Vec::new(),
        tools: Vec::new(),
        created_at: None,
        n_subjects: 0,
        subject: domain::sbom::Subject::default(),
        n_packages: 0,
        is_complete: false,
    }
}

/// The version that a context of SPDX 3 names.
fn version_of(context: &Value) -> Option<String> {
    let address = ["", "/0", "/1"]
        .iter()
        .find_map(|pointer| text(context, pointer).filter(|address| address.contains("spdx.org/rdf/")))?;
    let version = address.split_once("/rdf/")?.1.split('/').next()?;
    let is_version = version.len() <= 16 && version.starts_with(|first: char| first.is_ascii_digit());
    is_version.then(|| version.to_owned())
}

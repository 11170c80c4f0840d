//! Reads one file, component by component; components of components stand behind the one that holds them.
//!
//! Never fails on what the bytes hold. A break ends the reading; what stands before it stays, and the document is
//! incomplete.

use std::io::{self, BufRead};

use domain::clock::Timestamp;
use domain::sbom::{Sbom, SbomFormat, Subject};
use serde_json::Value;

use super::component::{Component, SKIPPED, WANTED, digests, kind, word};
use super::sniff::{is_format, is_schema, refusal};
use crate::document::{Outline, Row};
use crate::json::lexer::{Break, Token};
use crate::json::member::{elements, text};
use crate::json::value;
use crate::sbom::creators::{self, of_tool};
use crate::sbom::reading::{self, Document, Reading};
use crate::sbom::text::without_login;

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "cyclonedx/1";

/// Members of the document that may stand once.
const MEMBERS: &[&str] = &["bomFormat", "components", "metadata", "serialNumber", "specVersion"];
/// The same of `metadata`.
const METADATA: &[&str] = &["authors", "component", "manufacturer", "timestamp", "tools"];
/// What tools hold that nothing here reads.
const SKIPPED_OF_TOOLS: &[&str] = &["externalReferences", "hashes", "licenses", "properties"];

/// Reads one file and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row) -> io::Result<()>) -> io::Result<Outline> {
    reading::read::<CycloneDx>(input, emit)
}

/// A document while it is read.
#[derive(Debug, Default)]
struct CycloneDx {
    spec_version: Option<String>,
    serial_number: Option<String>,
    created_at: Option<Timestamp>,
    authors: Vec<String>,
    manufacturer: Option<String>,
    tools: Vec<String>,
    subject: Option<Subject>,
}

/// What is open inside of components.
enum Open {
    /// A list of components.
    List,
    /// A component.
    Component(Box<Component>),
}

impl Document for CycloneDx {
    const NAME: &'static str = "CycloneDX";

    fn members(&mut self, reading: &mut Reading<'_, '_>) -> Result<(), Break> {
        let mut seen = Vec::new();
        while reading.lexer.next()? == Token::Key {
            let name = reading.lexer.text().to_owned();
            let first = reading.lexer.next()?;
            if let Some(name) = MEMBERS.iter().find(|member| **member == name) {
                reading.see(&mut seen, name);
            }
            match (name.as_str(), first) {
                ("$schema", Token::Text) => reading.is_recognised |= is_schema(reading.lexer.text()),
                ("bomFormat", Token::Text) => {
                    reading.is_recognised |= is_format(&Value::from(reading.lexer.text()));
                }
                ("specVersion", Token::Text | Token::Number) => {
                    let version = reading.lexer.text().to_owned();
                    if let Some(reason) = refusal(&version) {
                        reading.is_recognised = false;
                        return Err(Break::Broken(reason));
                    }
                    self.spec_version = Some(version);
                }
                ("serialNumber", _) => self.serial_number = reading.text(first)?.filter(|text| !text.is_empty()),
                ("metadata", Token::ObjectStart) => self.metadata(reading)?,
                ("components", Token::ArrayStart) => self.components(reading, Open::List)?,
                _ => reading.lexer.skip(first)?,
            }
        }
        Ok(())
    }

    fn sbom(self) -> Sbom {
        let authors = self.authors.into_iter().map(|author| format!("Person: {author}"));
        let manufacturer = self.manufacturer.map(|name| format!("Organization: {name}"));
        let creators = creators::lines(manufacturer.into_iter().chain(authors).chain(self.tools));
        Sbom {
            format: SbomFormat::CycloneDx,
            spec_version: self.spec_version,
            name: None,
            namespace: self.serial_number.map(without_login),
            tools: creators::tools(&creators),
            creators,
            created_at: self.created_at,
            n_subjects: i64::from(self.subject.is_some()),
            subject: self.subject.unwrap_or_default(),
            n_packages: 0,
            is_complete: false,
        }
    }
}

impl CycloneDx {
    fn metadata(&mut self, reading: &mut Reading<'_, '_>) -> Result<(), Break> {
        let mut seen = Vec::new();
        while reading.lexer.next()? == Token::Key {
            let name = reading.lexer.text().to_owned();
            let first = reading.lexer.next()?;
            if let Some(name) = METADATA.iter().find(|member| **member == name) {
                reading.see(&mut seen, name);
            }
            match (name.as_str(), first) {
                ("component", Token::ObjectStart) => {
                    let component = Component::begun(reading.position(), true);
                    self.components(reading, Open::Component(Box::new(component)))?;
                }
                ("timestamp", _) => {
                    let text = reading.text(first)?;
                    self.created_at = reading.time(text.as_deref());
                }
                ("tools", _) => {
                    let value = value::read(&mut reading.lexer, first, SKIPPED_OF_TOOLS)?;
                    self.tools = tools(&value);
                }
                ("authors", _) => {
                    let value = value::read(&mut reading.lexer, first, &[])?;
                    let names = elements(&value, "").iter();
                    self.authors = names
                        .filter_map(|author| text(author, "/name"))
                        .map(str::to_owned)
                        .collect();
                }
                ("manufacturer", _) => {
                    let value = value::read(&mut reading.lexer, first, &[])?;
                    self.manufacturer = text(&value, "/name").map(str::to_owned);
                }
                _ => reading.lexer.skip(first)?,
            }
        }
        Ok(())
    }

    /// Reads what has just begun, and all that is nested in it, to its end.
    fn components(&mut self, reading: &mut Reading<'_, '_>, begun: Open) -> Result<(), Break> {
        let mut open = vec![begun];
        while let Some(innermost) = open.last_mut() {
            match innermost {
                Open::List if reading.next_object()? => {
                    let component = Component::begun(reading.position(), false);
                    open.push(Open::Component(Box::new(component)));
                }
                Open::List => {
                    open.pop();
                }
                Open::Component(component) => {
                    if reading.lexer.next()? == Token::Key {
                        if member(reading, component)? {
                            open.push(Open::List);
                        }
                    } else if let Some(Open::Component(component)) = open.pop() {
                        self.give(reading, *component)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn give(&mut self, reading: &mut Reading<'_, '_>, mut component: Component) -> Result<(), Break> {
        let stated = std::mem::take(&mut component.digests);
        let package = component.package(&mut reading.lexer.warnings);
        if package.is_root {
            self.subject = Some(Subject {
                name: Some(package.name.clone()).filter(|name| !name.is_empty()),
                version: package.version.clone(),
                kind: kind(&package),
                purl: package.purl.clone(),
                sha256: digests(&package, stated),
            });
        }
        reading.give(package)
    }
}

/// Reads a member of a component; tells whether it is a list of components, which has begun.
fn member(reading: &mut Reading<'_, '_>, component: &mut Component) -> Result<bool, Break> {
    let name = reading.lexer.text().to_owned();
    let first = reading.lexer.next()?;
    if name == "components" && first == Token::ArrayStart {
        reading.see(&mut component.seen, "components");
        return Ok(true);
    }
    let Some(name) = WANTED.iter().find(|member| **member == name) else {
        reading.lexer.skip(first)?;
        return Ok(false);
    };
    reading.see(&mut component.seen, name);
    let value = value::read(&mut reading.lexer, first, SKIPPED)?;
    component.member(name, &value);
    Ok(false)
}

/// The tools: a list of them until 1.4, then components and services, each as a creator of SPDX.
fn tools(value: &Value) -> Vec<String> {
    let lists = [
        value.pointer(""),
        value.pointer("/components"),
        value.pointer("/services"),
    ];
    let all = lists.into_iter().flatten().filter_map(Value::as_array).flatten();
    let named = all.filter_map(|tool| {
        let version = tool.get("version").and_then(word);
        Some(of_tool(text(tool, "/name")?, version.as_deref()))
    });
    named.collect()
}

//! SPDX 3.x in JSON-LD: a graph of elements in any order. Licences are elements that relationships join to packages.

use std::collections::{HashMap, HashSet};

use domain::sbom::{License, Package, Sbom};
use serde_json::{Map, Value};

use super::package::{list, owned, sha256, supplier, text, with_purl};
use super::reader::nothing;
use crate::json::lexer::Break;
use crate::json::member::cut;
use crate::sbom::reading::{Reading, size};
use crate::sbom::text::without_login;
use crate::sbom::{creators, license};

/// Members of elements that are read.
const WANTED: &[&str] = &[
    "@id",
    "@type",
    "created",
    "createdBy",
    "createdUsing",
    "creationInfo",
    "externalIdentifier",
    "from",
    "name",
    "relationshipType",
    "rootElement",
    "simplelicensing_licenseExpression",
    "software_packageUrl",
    "software_packageVersion",
    "software_primaryPurpose",
    "spdxId",
    "specVersion",
    "suppliedBy",
    "to",
    "type",
    "verifiedUsing",
];
/// What stands where SPDX 2 writes `NOASSERTION` and `NONE`, at the end of an id.
const WORDS: &[(&str, &str)] = &[
    ("NoAssertionLicense", "NOASSERTION"),
    ("NoAssertionElement", "NOASSERTION"),
    ("NoAssertion", "NOASSERTION"),
    ("NoneLicense", "NONE"),
    ("NoneElement", "NONE"),
];
/// Licences of the list of SPDX have this in front of their id.
const LISTED: &str = "https://spdx.org/licenses/";
/// Steps from a document to what it describes, by way of bills.
const MAX_STEPS: usize = 4;

/// A graph of SPDX 3.
#[derive(Debug, Default)]
pub(super) struct Version3 {
    pub(super) has_graph: bool,
    /// Packages; the supplier is its id, and nothing is known of the licence yet.
    packages: Vec<Package>,
    /// Licences that are declared, by what they are of.
    declared: HashMap<String, Vec<String>>,
    /// Licences that are concluded, by what they are of.
    concluded: HashMap<String, Vec<String>>,
    /// What is described, by what describes it.
    described: HashMap<String, Vec<String>>,
    /// Expressions by the id of their element.
    expressions: HashMap<String, String>,
    /// Persons, organizations and tools by their id.
    agents: HashMap<String, String>,
    /// The first element `SpdxDocument`.
    document: Option<(Option<String>, Map<String, Value>)>,
    creations: Vec<(Option<String>, Map<String, Value>)>,
}

impl Version3 {
    /// Reads the elements of `@graph`.
    pub(super) fn graph(&mut self, reading: &mut Reading<'_, '_>) -> Result<(), Break> {
        self.has_graph = true;
        while reading.next_object()? {
            let members = reading.object(WANTED)?;
            let id = text(&members, &["spdxId", "@id"]).map(str::to_owned);
            reading.is_recognised |= members.contains_key("spdxId");
            let n_bytes = self.element(reading, id, members);
            reading.hold(n_bytes)?;
        }
        Ok(())
    }

    /// Keeps what an element says; returns about how many bytes that takes.
    fn element(&mut self, reading: &mut Reading<'_, '_>, id: Option<String>, members: Map<String, Value>) -> usize {
        let kind = text(&members, &["type", "@type"]).unwrap_or_default();
        let kind = kind.rsplit(['_', ':', '/', '#']).next().unwrap_or_default().to_owned();
        let name = text(&members, &["name"]).unwrap_or_default().to_owned();
        let n_bytes = id.as_ref().map_or(0, String::len) + 128;
        match kind.as_str() {
            "Package" | "AIPackage" | "DatasetPackage" => {
                let position = reading.position();
                let package = package(reading, position, id, name, &members);
                let n_bytes = size(&package);
                self.packages.push(package);
                n_bytes
            }
            "Relationship" | "LifecycleScopedRelationship" => self.relationship(&members),
            "LicenseExpression" => {
                let expression = text(&members, &["simplelicensing_licenseExpression"]).unwrap_or_default();
                let n_expression = expression.len();
                self.expressions.insert(id.unwrap_or_default(), expression.to_owned());
                n_bytes + n_expression
            }
            "Tool" | "SoftwareAgent" | "Organization" | "Person" | "Agent" => {
                let word = if kind == "SoftwareAgent" { "Tool" } else { &kind };
                let line = format!("{word}: {name}");
                let n_line = line.len();
                self.agents.insert(id.unwrap_or_default(), line);
                n_bytes + n_line
            }
            "SpdxDocument" if self.document.is_none() => {
                let n_roots = self.describes(id.as_deref(), ids(&members, "rootElement"));
                self.document = Some((id, members));
                n_bytes + n_roots + name.len()
            }
            "Sbom" | "Bom" | "Bundle" => n_bytes + self.describes(id.as_deref(), ids(&members, "rootElement")),
            "CreationInfo" if self.creations.len() < 100 => {
                let n_members = members.values().map(|value| value.to_string().len()).sum::<usize>();
                self.creations.push((id, members));
                n_bytes + n_members
            }
            _ => 0,
        }
    }

    fn relationship(&mut self, members: &Map<String, Value>) -> usize {
        let Some(from) = text(members, &["from"]) else { return 0 };
        let to = ids(members, "to");
        let n_bytes = from.len() + to.iter().map(|id| id.len() + 24).sum::<usize>() + 128;
        match text(members, &["relationshipType"]).unwrap_or_default() {
            "hasDeclaredLicense" => self.declared.entry(from.to_owned()).or_default().extend(to),
            "hasConcludedLicense" => self.concluded.entry(from.to_owned()).or_default().extend(to),
            "describes" => return self.describes(Some(from), to),
            _ => return 0,
        }
        n_bytes
    }

    fn describes(&mut self, from: Option<&str>, to: Vec<String>) -> usize {
        let n_bytes = to.iter().map(|id| id.len() + 24).sum::<usize>() + 128;
        self.described
            .entry(from.unwrap_or_default().to_owned())
            .or_default()
            .extend(to);
        n_bytes
    }

    /// The document and its packages, which are still to be completed.
    pub(super) fn settle(&mut self, reading: &mut Reading<'_, '_>) -> (Sbom, Vec<Package>) {
        let (id, document) = self.document.take().unwrap_or_default();
        let roots = self.roots(id.as_deref());
        let mut packages = std::mem::take(&mut self.packages);
        for package in &mut packages {
            package.is_root = package.reference.as_ref().is_some_and(|id| roots.contains(id));
        }
        let creation = self.creation(&document);
        let by = ids(&creation, "createdBy")
            .into_iter()
            .chain(ids(&creation, "createdUsing"));
        let made = by.filter_map(|id| self.agents.get(&id).cloned());
        let sbom = Sbom {
            spec_version: owned(&creation, &["specVersion"]).map(|version| cut(&version, 16)),
            name: owned(&document, &["name"]),
            namespace: id.map(without_login),
            creators: creators::lines(made),
            created_at: reading.time(text(&creation, &["created"])),
            n_subjects: i64::try_from(roots.len()).unwrap_or(i64::MAX),
            ..nothing()
        };
        (sbom, packages)
    }

    /// What the document describes, by way of the bills in it.
    fn roots(&self, document: Option<&str>) -> HashSet<String> {
        let mut roots = HashSet::new();
        let mut bills = HashSet::new();
        let mut ends = self
            .described
            .get(document.unwrap_or_default())
            .cloned()
            .unwrap_or_default();
        for _ in 0..MAX_STEPS {
            let mut further = Vec::new();
            for end in ends {
                match self.described.get(&end) {
                    Some(next) if bills.insert(end.clone()) => further.extend(next.iter().cloned()),
                    Some(_) => {}
                    None => {
                        roots.insert(end);
                    }
                }
            }
            ends = further;
        }
        roots
    }

    /// Adds what other elements say of a package. Many packages may share a long text, so that one of them is completed
    /// when it goes out.
    pub(super) fn complete(&self, reading: &mut Reading<'_, '_>, package: Package) -> Package {
        Package {
            license: self.license(reading, &package),
            supplier: package
                .supplier
                .and_then(|id| self.agents.get(&id))
                .map(|line| supplier(line)),
            ..package
        }
    }

    fn license(&self, reading: &mut Reading<'_, '_>, package: &Package) -> License {
        let reference = package.reference.as_deref().unwrap_or_default();
        let said = |said: &HashMap<String, Vec<String>>| {
            license::all_of(said.get(reference)?.iter().map(|id| self.expression(id)))
        };
        let place = || format!("package {} `{}`", package.position, cut(&package.name, 64));
        let (declared, concluded) = (said(&self.declared), said(&self.concluded));
        license::judge(declared, concluded, &mut reading.lexer.warnings, &place)
    }

    /// The text of a licence; one that is made of elements keeps its id, which is no expression.
    fn expression<'t>(&'t self, id: &'t str) -> &'t str {
        if let Some(expression) = self.expressions.get(id) {
            return expression;
        }
        if let Some(listed) = id.strip_prefix(LISTED) {
            return listed;
        }
        let word = WORDS
            .iter()
            .find(|(end, _)| id.rsplit(['/', '_', '#', ':']).next() == Some(end));
        word.map_or(id, |(_, word)| word)
    }

    /// How the document was made, else the first thing in it.
    fn creation(&mut self, document: &Map<String, Value>) -> Map<String, Value> {
        if let Some(Value::Object(inline)) = document.get("creationInfo") {
            return inline.clone();
        }
        let id = text(document, &["creationInfo"]);
        let named = self
            .creations
            .iter()
            .position(|(own, _)| own.is_some() && own.as_deref() == id);
        let first = named.or((!self.creations.is_empty()).then_some(0));
        first.map(|at| self.creations.swap_remove(at).1).unwrap_or_default()
    }
}

/// The ids that a member is, or lists.
fn ids(members: &Map<String, Value>, name: &str) -> Vec<String> {
    match members.get(name) {
        Some(Value::String(id)) => vec![id.clone()],
        Some(Value::Array(listed)) => {
            let ids = listed.iter().filter_map(Value::as_str);
            ids.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

fn package(
    reading: &mut Reading<'_, '_>,
    position: i32,
    id: Option<String>,
    name: String,
    members: &Map<String, Value>,
) -> Package {
    let name = without_login(name);
    if name.is_empty() {
        reading
            .lexer
            .warnings
            .add("name_missing", || format!("package {position}"));
    }
    let package = Package {
        position,
        reference: id,
        version: owned(members, &["software_packageVersion"]),
        purpose: text(members, &["software_primaryPurpose"]).map(str::to_lowercase),
        sha256: sha256(list(members, "verifiedUsing"), "algorithm", "hashValue"),
        supplier: text(members, &["suppliedBy"]).map(str::to_owned),
        name,
        ..Package::default()
    };
    with_purl(
        package,
        text(members, &["software_packageUrl"]).or_else(|| purl(members)),
    )
}

fn purl(members: &Map<String, Value>) -> Option<&str> {
    let is_purl = |kind: &Value| kind == "packageUrl" || kind == "purl";
    let identifiers = list(members, "externalIdentifier").iter();
    let mut purls = identifiers.filter(|known| known.get("externalIdentifierType").is_some_and(is_purl));
    purls.find_map(|known| known.get("identifier")?.as_str())
}

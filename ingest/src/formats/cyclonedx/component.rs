//! One component while it is read: what is kept of each member, however large the member is.

use domain::sbom::{Package, SubjectKind};
use domain::source::Warnings;
use serde_json::Value;

use crate::json::member::{cut, elements, is_text, text};
use crate::sbom::license;
use crate::sbom::purl::{self, sha256_of_digits, sha256_of_version};
use crate::sbom::text::{without_address, without_login};

/// Members that are read; components of components are read one by one.
pub(super) const WANTED: &[&str] = &[
    "bom-ref",
    "group",
    "hashes",
    "licenses",
    "name",
    "properties",
    "publisher",
    "purl",
    "supplier",
    "type",
    "version",
];
/// What members hold that nothing here reads.
pub(super) const SKIPPED: &[&str] = &["text", "licensing", "contact", "address", "expressionDetails"];
/// A licence that is there and says nothing, which no list allows.
const UNTOLD: &str = "?";
/// Where Trivy writes the digest by which a registry knows an image.
const REPOSITORY_DIGEST: &str = "aquasecurity:trivy:RepoDigest";

/// A component.
#[derive(Debug, Default)]
pub(super) struct Component {
    position: i32,
    is_root: bool,
    /// Members that were read.
    pub(super) seen: Vec<&'static str>,
    reference: Option<String>,
    kind: Option<String>,
    group: Option<String>,
    name: Option<String>,
    version: Option<String>,
    purl: Option<String>,
    publisher: Option<String>,
    supplier: Option<String>,
    declared: Option<String>,
    concluded: Option<String>,
    sha256: Option<String>,
    /// Digests by which registries know it.
    pub(super) digests: Vec<String>,
}

impl Component {
    /// A component that has just begun.
    pub(super) fn begun(position: i32, is_root: bool) -> Self {
        Self {
            position,
            is_root,
            ..Self::default()
        }
    }

    /// Keeps what a member says.
    pub(super) fn member(&mut self, name: &'static str, value: &Value) {
        let own = || text(value, "").map(str::to_owned);
        match name {
            "bom-ref" => self.reference = own(),
            "type" => self.kind = own(),
            "group" => self.group = own(),
            "name" => self.name = own(),
            "version" => self.version = own(),
            "purl" => self.purl = own().filter(|purl| purl.starts_with("pkg:")),
            "publisher" => self.publisher = own(),
            "supplier" => self.supplier = text(value, "/name").map(str::to_owned),
            "licenses" => {
                self.declared = licenses(value, false);
                self.concluded = licenses(value, true);
            }
            "hashes" => self.sha256 = sha256(value),
            "properties" => self.digests = repository_digests(value),
            _ => {}
        }
    }

    /// Makes a package of it.
    pub(super) fn package(self, warnings: &mut Warnings) -> Package {
        let name = match (self.group, self.name) {
            (Some(group), Some(name)) => format!("{group}/{name}"),
            (_, name) => name.unwrap_or_default(),
        };
        let name = without_login(name);
        let place = || format!("component {} `{}`", self.position, cut(&name, 64));
        if name.is_empty() {
            warnings.add("name_missing", place);
        }
        let license = license::judge(self.declared, self.concluded, warnings, &place);
        let supplier = self.supplier.or(self.publisher);
        let purl = self.purl.map(without_login);
        Package {
            position: self.position,
            reference: self.reference.map(without_login),
            version: self.version.map(without_login),
            purpose: self.kind.map(|kind| kind.to_lowercase()),
            ecosystem: purl.as_deref().and_then(purl::ecosystem),
            purl,
            license,
            is_root: self.is_root,
            supplier: supplier.map(|supplier| without_login(without_address(&supplier))),
            sha256: self.sha256,
            name,
        }
    }
}

/// What a document describes is, by the type of the component and its name.
pub(super) fn kind(package: &Package) -> Option<SubjectKind> {
    let is_source = matches!(package.ecosystem.as_deref(), Some("github" | "gitlab" | "bitbucket"));
    let is_path = matches!(package.name.as_str(), "." | "..") || package.name.ends_with('/');
    Some(match package.purpose.as_deref()? {
        "container" => SubjectKind::Image,
        _ if is_source => SubjectKind::Repository,
        // Tools call a folder a file or an application.
        "file" | "application" if is_path => SubjectKind::Directory,
        "file" => SubjectKind::File,
        "application" | "framework" | "library" => SubjectKind::Package,
        _ => SubjectKind::Other,
    })
}

/// Every digest that is stated of what a document describes, in order.
pub(super) fn digests(package: &Package, digests: Vec<String>) -> Vec<String> {
    let of_version = package.version.as_deref().and_then(sha256_of_version);
    let of_purl = package.purl.as_deref().and_then(purl::sha256);
    let mut all: Vec<_> = digests
        .into_iter()
        .chain(package.sha256.clone())
        .chain(of_version)
        .chain(of_purl)
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The licences of a component as one expression: those that somebody concluded, or the others. All of them apply: the
/// format does not say that one may be chosen, except by an expression.
fn licenses(list: &Value, is_concluded: bool) -> Option<String> {
    let is_wanted = |entry: &&Value| {
        let said = text(entry, "/license/acknowledgement").or_else(|| text(entry, "/acknowledgement"));
        (said == Some("concluded")) == is_concluded
    };
    let entries = elements(list, "").iter().filter(is_wanted);
    let told = ["/license/id", "/expression", "/license/name"];
    license::all_of(entries.map(|entry| told.iter().find_map(|pointer| text(entry, pointer)).unwrap_or(UNTOLD)))
}

fn sha256(hashes: &Value) -> Option<String> {
    let is_wanted = |hash: &&Value| text(hash, "/alg").is_some_and(|name| name.eq_ignore_ascii_case("SHA-256"));
    let hash = elements(hashes, "").iter().find(is_wanted)?;
    sha256_of_digits(text(hash, "/content")?)
}

fn repository_digests(properties: &Value) -> Vec<String> {
    let named = elements(properties, "").iter();
    named
        .filter(|property| text(property, "/name") == Some(REPOSITORY_DIGEST))
        .filter_map(|property| sha256_of_version(text(property, "/value")?.rsplit_once('@')?.1))
        .take(16)
        .collect()
}

/// A text or a number as text.
pub(super) fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if is_text(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

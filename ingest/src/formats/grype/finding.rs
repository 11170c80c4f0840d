//! One match as it stands in the file, and with its source: severity, path, and what names it.

use domain::finding::{Finding, Suppression};
use domain::severity::assess;
use serde_json::Value;

use crate::json::member::{cut, elements, owned, text};
use crate::scanner::class::class;
use crate::scanner::identity::{Named, identity};
use crate::scanner::package::{ids, of_purl};
use crate::scanner::path::{of_image, of_path};
use crate::scanner::reading::finding_of;

/// The tool's name without version.
const FAMILY: &str = "grype";
/// The National Vulnerability Database, whose scores count where nobody else gives one.
const NVD: &[&str] = &["nvd", "nvd:cpe"];
/// Members that nothing here reads.
pub(super) const SKIPPED: &[&str] = &[
    "advisories",
    "cpes",
    "fix",
    "licenses",
    "matchDetails",
    "metadata",
    "upstreams",
    "urls",
];
/// What a match takes besides its texts, about.
const MATCH_BYTES: usize = 512;

/// What was scanned.
#[derive(Debug, Default)]
pub(super) struct Source {
    kind: Option<String>,
    /// The folder, as Grype was told.
    folder: String,
    /// The image without tag.
    pub(super) image: Option<String>,
}

impl Source {
    /// Reads `source`.
    pub(super) fn of(value: &Value) -> Self {
        let kind = owned(value, "/type");
        let is = |word: &str| kind.as_deref() == Some(word);
        let names = ["/target/userInput", "/target/tags/0", "/target/repoDigests/0"];
        let image = names.iter().find_map(|pointer| text(value, pointer));
        let folder = text(value, "/target").filter(|_| is("directory")).unwrap_or_default();
        let folder = folder.strip_prefix("./").unwrap_or(folder);
        Self {
            folder: if folder == "." {
                String::new()
            } else {
                folder.to_owned()
            },
            image: image.filter(|_| is("image")).map(of_image),
            kind,
        }
    }

    /// The place of a package as Grype's SARIF writes it: below the image's last name, or below the folder.
    fn path(&self, location: &str) -> String {
        let location = location.strip_prefix("./").unwrap_or(location);
        if let Some(image) = &self.image {
            let name = image.rsplit('/').next().unwrap_or(image);
            let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            let name: String = name.chars().filter(is_plain).collect();
            return format!("{name}/{location}");
        }
        let is_folder = self.kind.as_deref() == Some("directory");
        if !is_folder || location.starts_with('/') || self.folder.is_empty() {
            location.to_owned()
        } else if location.is_empty() {
            self.folder.clone()
        } else {
            format!("{}/{location}", self.folder)
        }
    }
}

/// A match, held until the source is known, which stands behind.
#[derive(Debug)]
pub(super) struct Match {
    position: i32,
    id: String,
    /// Every id, with those of related vulnerabilities.
    ids: Vec<String>,
    word: Option<String>,
    score: Option<String>,
    message: Option<String>,
    name: String,
    version: Option<String>,
    purl: Option<String>,
    location: String,
    is_ignored: bool,
    justification: Option<String>,
}

impl Match {
    /// Reads an element of `matches` or `ignoredMatches`.
    pub(super) fn of(value: &Value, position: i32, is_ignored: bool) -> Self {
        let id = owned(value, "/vulnerability/id").unwrap_or_default();
        let related = elements(value, "/relatedVulnerabilities").iter();
        let texts = related.filter_map(|related| text(related, "/id"));
        let location = "/artifact/locations/0";
        let location =
            text(value, &format!("{location}/accessPath")).or_else(|| text(value, &format!("{location}/path")));
        let descriptions = ["/vulnerability/description", "/relatedVulnerabilities/0/description"];
        let description = descriptions.iter().find_map(|pointer| text(value, pointer));
        Self {
            position,
            ids: ids(std::iter::once(id.as_str()).chain(texts)),
            word: owned(value, "/vulnerability/severity"),
            score: score(value),
            message: description.map(|text| cut(text, 1_000)),
            name: owned(value, "/artifact/name").unwrap_or_default(),
            version: owned(value, "/artifact/version"),
            purl: owned(value, "/artifact/purl").filter(|purl| purl.starts_with("pkg:")),
            location: location.unwrap_or_default().to_owned(),
            is_ignored,
            justification: is_ignored.then(|| justification(value)).flatten(),
            id,
        }
    }

    /// Bytes that it takes while it is held, about.
    pub(super) fn size(&self) -> usize {
        let texts = [&self.message, &self.version, &self.purl, &self.justification];
        let texts: usize = texts.into_iter().flatten().map(String::len).sum();
        MATCH_BYTES + self.id.len() + self.name.len() + self.location.len() + texts + self.ids.len() * 48
    }

    /// The vulnerability that other tools know it by: its own CVE, or the only one that is related.
    fn vulnerability_id(&self) -> Option<String> {
        let mut cves = self.ids.iter().filter(|id| id.starts_with("CVE-"));
        let cve = match (cves.next(), cves.next()) {
            (Some(cve), None) if !self.id.starts_with("CVE-") => Some(cve),
            _ => None,
        };
        let id = cve.unwrap_or(&self.id);
        (!id.is_empty()).then(|| id.clone())
    }

    /// Makes a finding of it.
    pub(super) fn resolve(self, source: &Source) -> Finding {
        let path = of_path(&source.path(&self.location));
        // Grype's SARIF does not tell what was scanned, so that a package of an image is a package of files in it.
        let class = class(FAMILY, &self.id, "", &[], false);
        let vulnerability_id = self.vulnerability_id();
        // There a rule is a vulnerability of a package, and what is neither CVE nor GHSA is named by both.
        let own = ids(std::iter::once(self.id.as_str()));
        let named = own
            .first()
            .cloned()
            .unwrap_or_else(|| format!("{}-{}", self.id, self.name));
        let package = self.purl.as_deref().map_or(self.name.as_str(), |purl| of_purl(purl).0);
        let package = Some(package).filter(|package| !package.is_empty());
        let identity = identity(&Named {
            class,
            tool_family: FAMILY,
            rule_id: &self.id,
            path: path.as_deref(),
            image: None,
            package,
            vulnerability: Some(&named),
            start_line: None,
            commit_sha: None,
            fingerprint: None,
            resource: None,
            snippet: None,
        });
        // What nobody judged must not pass a gate.
        let word = self.word.as_deref().unwrap_or("unknown");
        let assessment = assess(false, self.score.as_deref(), Some(word), "warning");
        Finding {
            result: self.position,
            message: self.message,
            security_severity: self.score,
            tool_severity: self.word,
            path,
            package: package.map(str::to_owned),
            installed_version: self.version,
            vulnerability_id,
            vulnerability_ids: (!self.ids.is_empty()).then(|| self.ids.join(",")),
            suppression: self.is_ignored.then_some(Suppression::Suppressed),
            suppression_kind: self.is_ignored.then(|| "external".to_owned()),
            suppression_justification: self.justification,
            rule_id: self.id,
            purl: self.purl.clone(),
            ..finding_of(FAMILY, identity, assessment)
        }
    }
}

/// The score of Grype's SARIF, where it is CVSS: the highest that others than the NVD give, else the highest of all.
fn score(value: &Value) -> Option<String> {
    let related = elements(value, "/relatedVulnerabilities").iter();
    let all: Vec<_> = value.get("vulnerability").into_iter().chain(related).collect();
    let highest = |is_wanted: &dyn Fn(&Value) -> bool| {
        let vulnerabilities = all.iter().filter(|vulnerability| is_wanted(vulnerability));
        let scores = vulnerabilities.flat_map(|vulnerability| elements(vulnerability, "/cvss"));
        let scores = scores.filter_map(|cvss| cvss.pointer("/metrics/baseScore")?.as_f64());
        scores.fold(0.0, f64::max)
    };
    let is_nvd = |vulnerability: &Value| text(vulnerability, "/namespace").is_some_and(|space| NVD.contains(&space));
    let of_others = highest(&|vulnerability| !is_nvd(vulnerability));
    let score = if of_others > 0.0 { of_others } else { highest(&|_| true) };
    (score > 0.0).then(|| format!("{score:.1}"))
}

/// Why a match is ignored, by the first rule that tells.
fn justification(value: &Value) -> Option<String> {
    const TOLD: [&str; 4] = ["/reason", "/vex-justification", "/vex-status", "/namespace"];
    let rules = elements(value, "/appliedIgnoreRules");
    let told = TOLD
        .iter()
        .find_map(|pointer| rules.iter().find_map(|rule| text(rule, pointer)));
    told.map(|told| cut(told, 500))
}

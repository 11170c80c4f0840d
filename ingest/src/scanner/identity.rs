//! What names a finding over all scans; the rules stand in the README of SARIF.

use std::collections::HashMap;

use domain::finding::{Finding, FindingClass, FindingIdentity, IdentityBasis};

/// What may name a finding; null and empty where the report does not tell.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named<'a> {
    pub(crate) class: FindingClass,
    pub(crate) tool_family: &'a str,
    /// The first id that its rule had.
    pub(crate) rule_id: &'a str,
    pub(crate) path: Option<&'a str>,
    /// Image without tag, where one was scanned.
    pub(crate) image: Option<&'a str>,
    /// Package without version.
    pub(crate) package: Option<&'a str>,
    pub(crate) vulnerability: Option<&'a str>,
    pub(crate) start_line: Option<i64>,
    pub(crate) commit_sha: Option<&'a str>,
    /// Key without version, and value.
    pub(crate) fingerprint: Option<(&'a str, &'a str)>,
    /// Resource address or another logical location.
    pub(crate) resource: Option<&'a str>,
    /// Digest of the code without white space.
    pub(crate) snippet: Option<&'a str>,
}

/// What names a finding, by its class. Bases `snippet` and `order` lack their number among equals: see [`Occurrences`].
pub(crate) fn identity(named: &Named<'_>) -> FindingIdentity {
    let (family, rule_id) = (named.tool_family, named.rule_id);
    let path = named.path.unwrap_or_default();
    let line = named.start_line.map(|line| line.to_string()).unwrap_or_default();
    let (basis, parts) = match (named.class, named.package, named.vulnerability) {
        (FindingClass::Sca, Some(package), Some(vulnerability)) => {
            (IdentityBasis::Package, vec![path, package, vulnerability])
        }
        (FindingClass::Image, Some(package), Some(vulnerability)) => {
            let image = named.image.unwrap_or(path);
            (IdentityBasis::Package, vec![image, package, vulnerability])
        }
        (FindingClass::License, Some(package), _) => (IdentityBasis::Package, vec![path, package, rule_id]),
        (FindingClass::Secret, ..) => {
            let commit = named.commit_sha.unwrap_or_default();
            (IdentityBasis::Commit, vec![rule_id, path, commit, &line])
        }
        _ => match (named.fingerprint, named.resource, named.snippet) {
            (_, Some(resource), _) if named.class == FindingClass::Iac => {
                (IdentityBasis::Resource, vec![family, rule_id, path, resource])
            }
            (Some((key, value)), ..) => (IdentityBasis::Fingerprint, vec![family, rule_id, path, key, value]),
            (None, _, Some(snippet)) => (IdentityBasis::Snippet, vec![family, rule_id, path, snippet]),
            (None, resource, None) => (
                IdentityBasis::Order,
                vec![family, rule_id, path, resource.unwrap_or_default()],
            ),
        },
    };
    FindingIdentity {
        class: named.class,
        basis,
        parts: parts.into_iter().map(str::to_owned).collect(),
    }
}

/// How often each identity came so far in a scan, by its digest.
#[derive(Debug, Default)]
pub(crate) struct Occurrences(HashMap<[u8; 32], i32>);

impl Occurrences {
    /// Numbers findings of one identity. Those that only their order tells apart are counted from the top of the file,
    /// however the tool sorts them.
    pub(crate) fn number(&mut self, findings: &mut [Finding]) {
        let mut order: Vec<usize> = (0..findings.len()).collect();
        order.sort_by_key(|&index| (findings[index].start_line, findings[index].result));
        for index in order {
            let finding = &mut findings[index];
            let counter = self.0.entry(finding.identity.uid("").to_bytes()).or_default();
            let occurrence = *counter;
            *counter += 1;
            if matches!(finding.identity.basis, IdentityBasis::Snippet | IdentityBasis::Order) {
                finding.identity.parts.push(occurrence.to_string());
            } else {
                finding.occurrence = occurrence;
            }
        }
    }
}

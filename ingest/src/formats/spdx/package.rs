//! What packages of SPDX 2 and 3 have in common on their way into a row.

use domain::sbom::Package;
use serde_json::{Map, Value};

use crate::json::member::{elements, is_text};
use crate::sbom::purl::{self, sha256_of_digits};
use crate::sbom::text::{without_address, without_login};

/// The text of the first of these members that is one.
pub(super) fn text<'m>(members: &'m Map<String, Value>, names: &[&str]) -> Option<&'m str> {
    let texts = names.iter().filter_map(|name| members.get(*name)?.as_str());
    texts.into_iter().find(|text| is_text(text))
}

/// The same, of one's own, without what logs into a server.
pub(super) fn owned(members: &Map<String, Value>, names: &[&str]) -> Option<String> {
    text(members, names).map(|text| without_login(text.to_owned()))
}

/// The elements of a member that is a list.
pub(super) fn list<'m>(members: &'m Map<String, Value>, name: &str) -> &'m [Value] {
    members.get(name).map_or(&[], |value| elements(value, ""))
}

/// Completes a package by its URL.
pub(super) fn with_purl(package: Package, purl: Option<&str>) -> Package {
    let purl = purl.filter(|purl| purl.starts_with("pkg:"));
    let purl = purl.map(|purl| without_login(purl.to_owned()));
    Package {
        ecosystem: purl.as_deref().and_then(purl::ecosystem),
        purl,
        ..package
    }
}

/// Who distributes a package, without address.
pub(super) fn supplier(text: &str) -> String {
    without_login(without_address(text))
}

/// The SHA-256 among checksums, whose members of algorithm and value have these names.
pub(super) fn sha256(checksums: &[Value], algorithm: &str, value: &str) -> Option<String> {
    let is_wanted = |name: &str| name.eq_ignore_ascii_case("SHA256") || name.eq_ignore_ascii_case("SHA-256");
    let is_sha256 = |checksum: &&Value| checksum.get(algorithm).and_then(Value::as_str).is_some_and(is_wanted);
    let checksum = checksums.iter().find(is_sha256)?;
    sha256_of_digits(checksum.get(value)?.as_str()?)
}

//! `sbom.spdx.json`: a small SPDX 2.3 document of the packages that the repository's findings name.

use std::collections::BTreeMap;

use chrono::SecondsFormat;
use domain::identity::Sha256Digest;
use serde_json::{Value, json};

use crate::chance::Chance;
use crate::world::World;
use crate::world::finding::value_at;
use crate::world::repository::Repository;
use crate::world::run::Artifact;

/// The bill of materials at the artifact's upload: of an image, else of a folder, as Syft names them.
pub(super) fn document(
    world: &World,
    repository: &Repository,
    artifact: &Artifact,
    image: Option<Sha256Digest>,
) -> Vec<u8> {
    let at = artifact.created_at;
    let held: BTreeMap<&str, String> = repository
        .findings
        .iter()
        .filter_map(|finding| Some((finding.package.as_deref()?, value_at(&finding.versions, at)?)))
        .collect();
    let (root, described) = match image {
        Some(digest) => (
            "SPDXRef-DocumentRoot-Image",
            json!({
                "SPDXID": "SPDXRef-DocumentRoot-Image",
                "name": format!("ghcr.io/{}", repository.full_name()),
                "versionInfo": format!("sha256:{digest}"),
                "downloadLocation": "NOASSERTION",
                "filesAnalyzed": false,
                "checksums": [{"algorithm": "SHA256", "checksumValue": digest.to_string()}],
                "primaryPackagePurpose": "CONTAINER",
            }),
        ),
        None => (
            "SPDXRef-root",
            json!({
                "SPDXID": "SPDXRef-root",
                "name": repository.full_name(),
                "downloadLocation": format!("git+https://github.com/{}", repository.full_name()),
                "filesAnalyzed": false,
            }),
        ),
    };
    let mut packages: Vec<Value> = vec![described];
    let mut relationships = vec![json!({
        "spdxElementId": "SPDXRef-DOCUMENT",
        "relationshipType": "DESCRIBES",
        "relatedSpdxElement": root,
    })];
    for (number, (name, version)) in held.iter().enumerate() {
        let id = format!("SPDXRef-package-{number}");
        packages.push(json!({
            "SPDXID": id,
            "name": name,
            "versionInfo": version,
            "downloadLocation": "NOASSERTION",
            "filesAnalyzed": false,
        }));
        relationships.push(json!({
            "spdxElementId": root,
            "relationshipType": "DEPENDS_ON",
            "relatedSpdxElement": id,
        }));
    }
    let kind = if image.is_some() { "image" } else { "dir" };
    let unique = Chance::of(world.seed, &[&artifact.id, &"spdx"]).bits();
    let document = json!({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": repository.full_name(),
        "documentNamespace": format!("https://anchore.com/syft/{kind}/{}-{unique:016x}", repository.name),
        "creationInfo": {
            "created": at.to_rfc3339_opts(SecondsFormat::Secs, true),
            "creators": ["Organization: Anchore, Inc", "Tool: syft-1.33.0"],
        },
        "packages": packages,
        "relationships": relationships,
    });
    document.to_string().into_bytes()
}

//! What a document describes: which kind of thing, by the words of the tools that write such documents.

use domain::sbom::{Package, Subject, SubjectKind};

use crate::sbom::purl::{self, sha256_of_version};

/// Ids that begin so are of what was scanned: Syft's and Trivy's.
const REFERENCES: &[(&str, SubjectKind)] = &[
    ("SPDXRef-DocumentRoot-Image-", SubjectKind::Image),
    ("SPDXRef-DocumentRoot-Directory-", SubjectKind::Directory),
    ("SPDXRef-DocumentRoot-File-", SubjectKind::File),
    ("SPDXRef-ContainerImage-", SubjectKind::Image),
    ("SPDXRef-Filesystem-", SubjectKind::Directory),
    ("SPDXRef-Repository-", SubjectKind::Repository),
];
/// The same of the names of documents, which older ones of Syft have alone.
const NAMESPACES: &[(&str, SubjectKind)] = &[
    ("/syft/image/", SubjectKind::Image),
    ("/syft/dir/", SubjectKind::Directory),
    ("/syft/file/", SubjectKind::File),
    ("/trivy/container_image/", SubjectKind::Image),
    ("/trivy/filesystem/", SubjectKind::Directory),
    ("/trivy/repository/", SubjectKind::Repository),
];

/// The subject, by its package where the document has one; `digests` are further ones that are stated of it.
pub(super) fn subject(root: Option<&Package>, document: Option<&str>, namespace: Option<&str>) -> Subject {
    let namespace = namespace.unwrap_or_default();
    let of_namespace = NAMESPACES.iter().find(|(part, _)| namespace.contains(part));
    let of_namespace = of_namespace.map(|(_, kind)| *kind);
    let document = document.map(str::to_owned);
    let Some(package) = root else {
        return Subject {
            name: document,
            kind: of_namespace,
            ..Subject::default()
        };
    };
    let of_version = package.version.as_deref().and_then(sha256_of_version);
    let of_purl = package.purl.as_deref().and_then(purl::sha256);
    let mut sha256: Vec<_> = package
        .sha256
        .clone()
        .into_iter()
        .chain(of_version)
        .chain(of_purl)
        .collect();
    sha256.sort_unstable();
    sha256.dedup();
    Subject {
        name: Some(package.name.clone()).filter(|name| !name.is_empty()).or(document),
        version: package.version.clone(),
        kind: of_reference(package).or(of_namespace).or_else(|| of_package(package)),
        purl: package.purl.clone(),
        sha256,
    }
}

fn of_reference(package: &Package) -> Option<SubjectKind> {
    let reference = package.reference.as_deref()?;
    let found = REFERENCES.iter().find(|(start, _)| reference.starts_with(start))?;
    Some(found.1)
}

/// By what a package is for, else by its URL.
fn of_package(package: &Package) -> Option<SubjectKind> {
    let of_purl = match package.ecosystem.as_deref() {
        Some("oci" | "docker") => Some(SubjectKind::Image),
        Some("github" | "gitlab" | "bitbucket") => Some(SubjectKind::Repository),
        Some("generic") | None => None,
        Some(_) => Some(SubjectKind::Package),
    };
    let Some(purpose) = package.purpose.as_deref() else {
        return of_purl;
    };
    Some(match purpose {
        "container" => SubjectKind::Image,
        "source" if of_purl != Some(SubjectKind::Repository) => SubjectKind::Directory,
        "file" | "archive" | "install" | "executable" => SubjectKind::File,
        "application" | "framework" | "library" | "module" | "source" => of_purl.unwrap_or(SubjectKind::Package),
        _ => SubjectKind::Other,
    })
}

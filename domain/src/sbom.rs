//! What a software bill of materials says: the document, what it describes, and its packages with their licences.

use crate::clock::Timestamp;

/// The standard that a document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SbomFormat {
    /// CycloneDX.
    CycloneDx,
    /// SPDX.
    Spdx,
}

impl SbomFormat {
    /// The word in the column `format`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CycloneDx => "cyclonedx",
            Self::Spdx => "spdx",
        }
    }
}

/// What a document describes. CI/CL-001 §7 wants the bill of what was built: that of a folder is none of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SubjectKind {
    /// A container image.
    Image,
    /// A folder of files.
    Directory,
    /// One file.
    File,
    /// A library, application or framework.
    Package,
    /// A repository of source code.
    Repository,
    /// Something else that the document names: firmware, a device, an operating system.
    Other,
}

impl SubjectKind {
    /// The word in the column `subject_kind`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Directory => "directory",
            Self::File => "file",
            Self::Package => "package",
            Self::Repository => "repository",
            Self::Other => "other",
        }
    }
}

/// What a document describes, as far as it says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// Its name, else the document's.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// What it is.
    pub kind: Option<SubjectKind>,
    /// Its package URL, as written.
    pub purl: Option<String>,
    /// Every SHA-256 that is stated of it, in lower case, in order.
    pub sha256: Vec<String>,
}

/// One document. What it cannot know (repository, attempt) is the source's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sbom {
    /// The standard that it is written in.
    pub format: SbomFormat,
    /// Version of the standard: `2.3`.
    pub spec_version: Option<String>,
    /// Its name; CycloneDX has none.
    pub name: Option<String>,
    /// What names it in the world: `documentNamespace`, the id of the document's element, or `serialNumber`.
    pub namespace: Option<String>,
    /// Who made it, a line each in the words of SPDX: `Tool: syft-1.6.0`; addresses of persons are left out.
    pub creators: Vec<String>,
    /// The tools among them without version, in lower case: `syft`.
    pub tools: Vec<String>,
    /// When it says that it was made.
    pub created_at: Option<Timestamp>,
    /// How many things it describes.
    pub n_subjects: i64,
    /// The first of them.
    pub subject: Subject,
    /// Rows of `packages`, those of what it describes among them.
    pub n_packages: i64,
    /// Whether it was read to its end, and all readers read the same in it.
    pub is_complete: bool,
}

/// What is known of a licence. To say nothing, to say that nothing is said, and to say that there is none are three
/// things, and none of them is a licence that a list allows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum LicenseStatus {
    /// An SPDX expression.
    Valid,
    /// A text that is no SPDX expression.
    Invalid,
    /// `NONE`: there is no licence.
    None,
    /// `NOASSERTION`: the document does not say.
    NoAssertion,
    /// Nothing is written.
    #[default]
    Absent,
}

impl LicenseStatus {
    /// The word in the column `license_status`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::None => "none",
            Self::NoAssertion => "no_assertion",
            Self::Absent => "absent",
        }
    }
}

/// Whose word about a licence counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LicenseBasis {
    /// That of who made the document.
    Concluded,
    /// That of who made the package.
    Declared,
}

impl LicenseBasis {
    /// The word in the column `license_basis`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Concluded => "concluded",
            Self::Declared => "declared",
        }
    }
}

/// The licence of a package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct License {
    /// What the package's maker says, as written; also `NONE` and `NOASSERTION`.
    pub declared: Option<String>,
    /// What the document's maker says, as written; also `NONE` and `NOASSERTION`.
    pub concluded: Option<String>,
    /// What is known.
    pub status: LicenseStatus,
    /// Whose word that is.
    pub basis: Option<LicenseBasis>,
    /// The SPDX expression with ids as SPDX spells them; null where it is none.
    pub expression: Option<String>,
    /// The same as alternatives ` | ` of licences that are needed together ` & `, all in order; null where it is none,
    /// or has more alternatives than are kept.
    pub choices: Option<String>,
}

/// One package of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Package {
    /// Position in the document, from 0.
    pub position: i32,
    /// What the document calls it: `SPDXID`, `spdxId` or `bom-ref`.
    pub reference: Option<String>,
    /// Its name; empty where absent.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// What it is for, in lower case: `library`, `container`.
    pub purpose: Option<String>,
    /// Its package URL, as written.
    pub purl: Option<String>,
    /// The type of that: `npm`, `pypi`, `deb`.
    pub ecosystem: Option<String>,
    /// Its licence.
    pub license: License,
    /// Whether it is what the document describes.
    pub is_root: bool,
    /// Who distributes it, as written, without address.
    pub supplier: Option<String>,
    /// Its SHA-256 in lower case.
    pub sha256: Option<String>,
}

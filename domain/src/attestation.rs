//! What an attestation says of an artifact, how it was signed, and whether the signature holds.
//!
//! Whether a signature holds is a fact; whose signature is good enough is policy, which is decided elsewhere.

use std::sync::Arc;

use crate::clock::Timestamp;

/// Whether what was signed is proved to be what its signer signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verification {
    /// Signature, certificate, time and log hold against a trust root.
    Verified,
    /// Something of these does not hold.
    Failed,
    /// Nobody signed it.
    Unsigned,
    /// Signed, with nothing at hand to hold the signature against: no key, no trust root, no entry of a log.
    Unproven,
}

impl Verification {
    /// The word in the column `verification`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Failed => "failed",
            Self::Unsigned => "unsigned",
            Self::Unproven => "unproven",
        }
    }
}

/// What proves that a signature was entered in a transparency log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogEvidence {
    /// A proof of inclusion under a signed checkpoint.
    InclusionProof,
    /// The log's signed promise to include it.
    InclusionPromise,
    /// Nothing that was verified.
    #[default]
    None,
}

impl LogEvidence {
    /// The word in the column `log_evidence`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InclusionProof => "inclusion_proof",
            Self::InclusionPromise => "inclusion_promise",
            Self::None => "none",
        }
    }
}

/// Whose keys a signature was held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TrustRoot {
    /// The public-good instance of Sigstore: Fulcio, its certificate log, Rekor.
    Sigstore,
    /// GitHub's own instance, for private repositories: its Fulcio and its timestamp authority, no log.
    GitHub,
}

impl TrustRoot {
    /// The word in the column `trust_root`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sigstore => "sigstore",
            Self::GitHub => "github",
        }
    }
}

/// Where source code was taken from, as an attestation or a certificate writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceRevision {
    /// `https://host/path` without login, `.git` and ref; null where what is written is no such place.
    pub uri: Option<String>,
    /// `owner/name`, where the path has these two parts and no more.
    pub repository: Option<String>,
    /// As `refs/heads/main`.
    pub reference: Option<String>,
    /// 40 or 64 hexadecimal digits, in lower case.
    pub commit: Option<String>,
}

/// What a certificate says of its holder: a claim, and proved only where [`Signature::verification`] is `verified`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CertificateClaims {
    /// The OIDC issuer that knew the holder.
    pub issuer: Option<String>,
    /// The subject alternative name: a workflow at a ref, or an e-mail address.
    pub identity: Option<String>,
    /// The repository that the run belonged to, with ref and commit.
    pub source: SourceRevision,
    /// The workflow at a ref that signed: another one than the caller's where it is a reusable one.
    pub build_signer: Option<String>,
    /// What triggered the run, as `push`.
    pub trigger: Option<String>,
    /// Address of the run.
    pub run_uri: Option<String>,
    /// `github-hosted` or `self-hosted`.
    pub runner_environment: Option<String>,
}

/// How an attestation was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Whether it holds.
    pub verification: Verification,
    /// Why it is not verified: a stable slug, a colon, prose.
    pub reason: Option<String>,
    /// What it was held against; null where it is not verified.
    pub trust_root: Option<TrustRoot>,
    /// The certificate's claims, where there is one that can be read.
    pub certificate: CertificateClaims,
    /// The key's name, where a key signed that has no certificate.
    pub key_id: Option<String>,
    /// The earliest time that a log or a timestamp authority proves; null where it is not verified.
    pub signed_at: Option<Timestamp>,
    /// What proves its entry in a log.
    pub log_evidence: LogEvidence,
}

impl Signature {
    /// Of what nobody signed.
    pub fn unsigned(reason: Option<String>) -> Self {
        Self::of(Verification::Unsigned, reason)
    }

    /// Of what did not hold.
    pub fn failed(reason: String) -> Self {
        Self::of(Verification::Failed, Some(reason))
    }

    /// Of what could be held against nothing.
    pub fn unproven(reason: String) -> Self {
        Self::of(Verification::Unproven, Some(reason))
    }

    fn of(verification: Verification, reason: Option<String>) -> Self {
        Self {
            verification,
            reason,
            trust_root: None,
            certificate: CertificateClaims::default(),
            key_id: None,
            signed_at: None,
            log_evidence: LogEvidence::None,
        }
    }
}

/// What SLSA provenance of any version says of a build; all null where the predicate is another one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Build {
    /// Who built it.
    pub builder_id: Option<String>,
    /// How the parameters are to be read.
    pub build_type: Option<String>,
    /// The source code that was built.
    pub source: SourceRevision,
    /// The builder's name for the build: with GitHub the address of the attempt.
    pub invocation_id: Option<String>,
    /// When it began, by the builder's clock.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// One statement, or one signature over an artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attestation {
    /// Position in its file, from 0.
    pub position: i32,
    /// `_type` of the in-toto statement; null where there is none, as in a signature over a file.
    pub statement_type: Option<String>,
    /// `predicateType` as written.
    pub predicate_type: Option<String>,
    /// `payloadType` of its envelope; null where it is in none.
    pub payload_type: Option<String>,
    /// Digest of the statement's bytes, which are what is signed.
    pub statement_sha256: Option<String>,
    /// Subjects in all.
    pub n_subjects: i64,
    /// The build that it tells of.
    pub build: Build,
    /// How it was signed.
    pub signature: Signature,
}

/// An artifact that an attestation is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// Position in its statement, from 0.
    pub position: i32,
    /// Name as written: a file, an image, a package URL.
    pub name: Option<String>,
    /// SHA-256, 64 hexadecimal digits in lower case.
    pub sha256: Option<String>,
    /// SHA-512, 128 hexadecimal digits in lower case.
    pub sha512: Option<String>,
    /// Digests of every algorithm: `algorithm:value`, with commas between, by algorithm.
    pub digests: Option<String>,
}

/// An attestation about one artifact: a row of `attestations`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttestedSubject {
    /// What is said.
    pub attestation: Arc<Attestation>,
    /// Of what; a subject of which everything is null where an attestation names none.
    pub subject: Subject,
}

//! What a certificate of Fulcio claims of its holder.

use domain::attestation::{CertificateClaims, SourceRevision};
use sigstore_verify::crypto::{CertificateInfo, parse_certificate_info, verify_signature};
use sigstore_verify::types::{DerCertificate, SignatureBytes, pae};
use x509_cert::der::Decode;
use x509_cert::name::Name;

use super::revision::of_uri;
use super::text::{commit, shown};

/// A certificate that can be read.
#[derive(Debug)]
pub(crate) struct Certificate {
    der: DerCertificate,
    info: CertificateInfo,
}

impl Certificate {
    pub(crate) fn of_der(der: &DerCertificate) -> Option<Self> {
        let info = parse_certificate_info(der).ok()?;
        Some(Self { der: der.clone(), info })
    }

    pub(crate) fn of_pem(pem: &str) -> Option<Self> {
        Self::of_der(&DerCertificate::from_pem(pem).ok()?)
    }

    /// Who issued it; whether he did, the signature on it tells.
    pub(crate) fn issuer(&self) -> Option<Name> {
        issuer(self.der.as_bytes())
    }

    /// Whether its key made a signature over a payload, as DSSE signs.
    pub(crate) fn has_signed(&self, payload_type: &str, payload: &[u8], signature: &[u8]) -> bool {
        let scheme = self.info.key_algorithm.default_signing_scheme();
        let signature = SignatureBytes::from_bytes(signature);
        verify_signature(&self.info.public_key, &pae(payload_type, payload), &signature, scheme).is_ok()
    }

    /// What it says of its holder. Certificates of before 2023 have GitHub's own names for it only.
    pub(crate) fn claims(&self) -> CertificateClaims {
        let claims = &self.info.ci_claims;
        let old = &claims.deprecated_github;
        let text = |found: &Option<String>| found.as_deref().and_then(shown);
        let old_uri = old
            .workflow_repository
            .as_ref()
            .map(|name| format!("https://github.com/{name}"));
        let uri = claims.source_repository_uri.as_ref().or(old_uri.as_ref());
        let place = uri.map(|uri| of_uri(uri)).unwrap_or_default();
        let sha = claims.source_repository_digest.as_ref().or(old.workflow_sha.as_ref());
        CertificateClaims {
            issuer: text(&self.info.issuer),
            identity: self
                .info
                .identity
                .as_ref()
                .and_then(|identity| shown(identity.as_str())),
            source: SourceRevision {
                reference: text(&claims.source_repository_ref).or_else(|| text(&old.workflow_ref)),
                commit: sha.and_then(|sha| commit(sha)),
                ..place
            },
            build_signer: text(&claims.build_signer_uri),
            trigger: text(&claims.build_trigger).or_else(|| text(&old.workflow_trigger)),
            run_uri: text(&claims.run_invocation_uri),
            runner_environment: text(&claims.runner_environment),
        }
    }
}

/// The issuer that a certificate names.
fn issuer(der: &[u8]) -> Option<Name> {
    let certificate = x509_cert::Certificate::from_der(der).ok()?;
    Some(certificate.tbs_certificate.issuer)
}

/// Whom a certificate is about.
pub(super) fn subject(der: &[u8]) -> Option<Name> {
    let certificate = x509_cert::Certificate::from_der(der).ok()?;
    Some(certificate.tbs_certificate.subject)
}

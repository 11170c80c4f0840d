//! Whether a Sigstore bundle holds: its signature, its certificate, when it was signed, and its entry in a log.
//!
//! Nothing is asked of a network, and no clock is read for what a bundle proves: a certificate is judged at the time that
//! log or timestamp authority signed. Who may sign what is policy, and is decided in `sql/`.

use std::sync::LazyLock;

use chrono::DateTime;
use domain::attestation::{LogEvidence, Signature, TrustRoot, Verification};
use sigstore_verify::trust_root::SigstoreInstance;
use sigstore_verify::types::bundle::{MediaType, VerificationMaterialContent};
use sigstore_verify::types::{
    Artifact, ArtifactDigest, Bundle, DigestBytes, HashAlgorithm, KindVersion, SignatureContent,
};
use sigstore_verify::{Error, TransparencyLogError, VerificationPolicy, VerificationResult, Verifier};
use x509_cert::name::Name;

use super::certificate::{self, Certificate};
use super::slice;
use super::text::{quoted, shown};

/// Largest statement that is verified: the verifier holds it as a tree, which takes a multiple.
const MAX_VERIFIED_BYTES: usize = 16 << 20;
/// The same in values, of which there are about as many as commas.
const MAX_VERIFIED_VALUES: usize = 1_000_000;
/// What is quoted of the verifier's own words.
const MAX_REASON_CHARS: usize = 240;

/// The digest of an artifact that a signature is held to: of the first subject that has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Bound {
    Sha256(String),
    Sha512(String),
}

impl Bound {
    fn artifact(&self) -> Option<Artifact<'static>> {
        let (algorithm, digits) = match self {
            Self::Sha256(digits) => (HashAlgorithm::Sha2256, digits),
            Self::Sha512(digits) => (HashAlgorithm::Sha2512, digits),
        };
        let digest = ArtifactDigest::new(algorithm, DigestBytes::from_hex(digits).ok()?).ok()?;
        Some(Artifact::from_digest(digest))
    }
}

/// A trust root with its keys at hand.
struct Root {
    name: TrustRoot,
    verifier: Verifier,
    /// Whom its authorities' certificates are about.
    authorities: Vec<Name>,
}

static ROOTS: LazyLock<Vec<Root>> = LazyLock::new(|| {
    let instances = [
        (TrustRoot::Sigstore, SigstoreInstance::PublicGood),
        (TrustRoot::GitHub, SigstoreInstance::GitHub),
    ];
    instances
        .into_iter()
        .filter_map(|(name, instance)| root(name, instance))
        .collect()
});

fn root(name: TrustRoot, instance: SigstoreInstance) -> Option<Root> {
    let root = instance.embedded_trusted_root().ok()?;
    let authorities = root.fulcio_certs();
    Some(Root {
        name,
        verifier: Verifier::new(&root).ok()?,
        authorities: authorities
            .iter()
            .filter_map(|found| certificate::subject(found.as_bytes()))
            .collect(),
    })
}

/// Holds a bundle against the trust roots at hand. `bound` and `statement` are what its payload says, if it has one.
pub(crate) fn of_bundle(bundle: &[u8], bound: Option<Bound>, statement: Option<&[u8]>) -> Signature {
    let Ok(text) = std::str::from_utf8(bundle) else {
        return Signature::failed("malformed: not UTF-8".to_owned());
    };
    let members = slice::members(bundle);
    if members.has("dsseEnvelope") && members.has("messageSignature") {
        return Signature::failed("malformed: signs two things".to_owned());
    }
    let bundle = match Bundle::from_json(text) {
        Ok(bundle) => bundle,
        Err(error) => return malformed(text, &error.to_string()),
    };
    let material = &bundle.verification_material.content;
    let Some(der) = bundle.signing_certificate() else {
        let VerificationMaterialContent::PublicKey(key) = material else {
            return Signature::failed("malformed: neither a certificate nor a key".to_owned());
        };
        return Signature {
            key_id: shown(&key.hint),
            ..Signature::unproven("key_unknown: signed with a key that is not at hand".to_owned())
        };
    };
    let Some(certificate) = Certificate::of_der(der) else {
        return Signature::failed("certificate: cannot be read".to_owned());
    };
    Signature {
        certificate: certificate.claims(),
        ..of_certificate(&bundle, &certificate, bound, statement)
    }
}

fn of_certificate(
    bundle: &Bundle,
    certificate: &Certificate,
    bound: Option<Bound>,
    statement: Option<&[u8]>,
) -> Signature {
    if statement.is_some_and(is_too_large) {
        return Signature::unproven(format!(
            "too_large: no statement of more than {MAX_VERIFIED_BYTES} bytes or {MAX_VERIFIED_VALUES} values is verified"
        ));
    }
    // Of a bundle with an envelope and a signature over a file beside it, only one is what was read.
    let signed = match &bundle.content {
        SignatureContent::DsseEnvelope(envelope) => Some(envelope.payload.as_bytes()),
        _ => None,
    };
    if signed != statement {
        return Signature::failed("malformed: what it signs is not what it shows".to_owned());
    }
    if let SignatureContent::DsseEnvelope(envelope) = &bundle.content {
        let signature = envelope.signature.sig.as_bytes();
        if !certificate.has_signed(&envelope.payload_type, envelope.payload.as_bytes(), signature) {
            let reason = "signature: not made over this payload by the key of its certificate";
            return Signature::failed(reason.to_owned());
        }
    }
    let issuer = certificate.issuer();
    let known = |root: &&Root| issuer.as_ref().is_some_and(|issuer| root.authorities.contains(issuer));
    let Some(root) = ROOTS.iter().find(known) else {
        return Signature::unproven("trust_root_unknown: its certificate is of an authority not at hand".to_owned());
    };
    let artifact = match &bundle.content {
        SignatureContent::MessageSignature(message) => message
            .message_digest
            .as_ref()
            .and_then(|digest| ArtifactDigest::new(digest.algorithm, digest.digest.clone()).ok())
            .map(Artifact::from_digest),
        _ => bound.as_ref().and_then(Bound::artifact),
    };
    let Some(artifact) = artifact else {
        let reason = "digest_missing: names no artifact by SHA-256 or SHA-512";
        return Signature::unproven(reason.to_owned());
    };
    let policy = match policy(root.name, bundle) {
        Ok(policy) => policy,
        Err(reason) => return Signature::unproven(reason),
    };
    match root.verifier.verify(artifact, bundle, &policy) {
        Ok(result) => verified(root.name, bundle, &policy, &result),
        Err(error) => refuted(&error),
    }
}

fn is_too_large(statement: &[u8]) -> bool {
    let n_values = || statement.split(|byte| *byte == b',').count();
    statement.len() > MAX_VERIFIED_BYTES || n_values() > MAX_VERIFIED_VALUES
}

/// What must hold: with the public-good root all of it. Bundles 0.1 came without a proof of inclusion, with the log's
/// promise alone, which the verifier checks as the source of the time of signing. GitHub's root has no log.
fn policy(root: TrustRoot, bundle: &Bundle) -> Result<VerificationPolicy, String> {
    let policy = VerificationPolicy::any_identity();
    if root == TrustRoot::GitHub {
        return Ok(policy.skip_tlog_unsafe().skip_sct());
    }
    let entries = &bundle.verification_material.tlog_entries;
    if entries.is_empty() {
        return Err("log_entry_absent: no entry of a transparency log goes with it".to_owned());
    }
    let is_promised = entries.iter().all(|entry| {
        entry.inclusion_proof.is_none()
            && entry.inclusion_promise.is_some()
            && entry.integrated_time.is_some()
            && entry.kind_version != KindVersion::HashedRekordV002
    });
    let is_promise_enough = is_promised && bundle.media_type() == MediaType::Bundle0_1;
    Ok(if is_promise_enough {
        policy.skip_tlog_unsafe()
    } else {
        policy
    })
}

fn verified(root: TrustRoot, bundle: &Bundle, policy: &VerificationPolicy, result: &VerificationResult) -> Signature {
    let is_logged = !bundle.verification_material.tlog_entries.is_empty();
    let log_evidence = match root {
        TrustRoot::Sigstore if result.tlog_verified() => LogEvidence::InclusionProof,
        TrustRoot::Sigstore if is_logged && !policy.verifies_tlog() => LogEvidence::InclusionPromise,
        _ => LogEvidence::None,
    };
    let times = result.verified_timestamps().iter();
    let signed_at = times
        .min()
        .and_then(|time| DateTime::from_timestamp_micros(time.as_microsecond()));
    if !result.certificate_verified() || signed_at.is_none() {
        return Signature::failed("certificate: not held against a trust root at a proven time".to_owned());
    }
    Signature {
        verification: Verification::Verified,
        reason: None,
        trust_root: Some(root),
        signed_at,
        log_evidence,
        ..Signature::unsigned(None)
    }
}

/// Why it does not hold. What this program's verifier or roots do not know is not proved wrong.
fn refuted(error: &Error) -> Signature {
    let slug = match error {
        Error::SignatureInvalid(_) | Error::Crypto(_) => "signature",
        Error::ArtifactMismatch(_) => "artifact",
        Error::Certificate(_) => "certificate",
        Error::TransparencyLog(_) => "transparency_log",
        Error::Timestamp(_) => "timestamp",
        Error::UnsupportedBundle(_) | Error::UnsupportedArtifact(_) => "unsupported",
        Error::InvalidTrustRoot(_) | Error::TrustRoot(_) | Error::TrustedCertificate(_) => "trust_root_unreadable",
        _ => "malformed",
    };
    let reason = format!("{slug}: {}", words(&error.to_string()));
    let is_unproven = match error {
        Error::UnsupportedBundle(_) | Error::UnsupportedArtifact(_) => true,
        Error::InvalidTrustRoot(_) | Error::TrustRoot(_) | Error::TrustedCertificate(_) => true,
        Error::TransparencyLog(TransparencyLogError::UnknownLog { .. }) => true,
        // The verifier asks the machine's clock whether a log's time has come; a clock that is slow proves nothing.
        Error::TransparencyLog(TransparencyLogError::IntegratedTime(why)) => why.contains("in the future"),
        _ => false,
    };
    if is_unproven {
        Signature::unproven(reason)
    } else {
        Signature::failed(reason)
    }
}

/// Of a bundle that cannot be read: of a version to come it is not proved wrong.
fn malformed(text: &str, error: &str) -> Signature {
    let media_type = slice::members(text.as_bytes()).text("mediaType").unwrap_or_default();
    if media_type.parse::<MediaType>().is_err() {
        let known = "application/vnd.dev.sigstore.bundle";
        let reason = format!("media_type_unknown: {}", quoted(&media_type));
        return if media_type.starts_with(known) {
            Signature::unproven(reason)
        } else {
            Signature::failed(reason)
        };
    }
    Signature::failed(format!("malformed: {}", words(error)))
}

fn words(error: &str) -> String {
    let words = shown(error).unwrap_or_default();
    words.chars().take(MAX_REASON_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::forgery::{Forger, IDENTITY, ISSUER};
    use super::super::trials::statement;
    use super::*;

    fn payload() -> Vec<u8> {
        statement("a1").to_string().into_bytes()
    }

    fn authority(name: TrustRoot) -> Name {
        let root = ROOTS.iter().find(|root| root.name == name).unwrap();
        root.authorities[0].clone()
    }

    /// The word, and the slug of the reason.
    fn judged(bundle: &Value, payload: &[u8]) -> (Verification, String) {
        let bound = Bound::Sha256("a1".repeat(32));
        let signature = of_bundle(bundle.to_string().as_bytes(), Some(bound), Some(payload));
        assert_eq!(signature.trust_root, None, "{bundle}");
        assert_eq!((signature.signed_at, signature.log_evidence), (None, LogEvidence::None));
        let reason = signature.reason.unwrap();
        (signature.verification, reason.split(':').next().unwrap().to_owned())
    }

    #[test]
    fn a_right_signature_under_a_certificate_of_nobody_known_is_unproven_and_its_claims_are_shown() {
        let forger = Forger::new();
        let bundle = forger.bundle(&payload(), &"CN=Fulcio of Acme".parse().unwrap());
        let found = judged(&bundle, &payload());
        assert_eq!(found, (Verification::Unproven, "trust_root_unknown".to_owned()));
        let signature = of_bundle(bundle.to_string().as_bytes(), None, Some(&payload()));
        let claims = signature.certificate;
        assert_eq!(
            (claims.issuer.as_deref(), claims.identity.as_deref()),
            (Some(ISSUER), Some(IDENTITY))
        );
        assert_eq!(claims.source.repository.as_deref(), Some("acme/api"));
    }

    #[test]
    fn whoever_writes_a_name_of_an_authority_into_his_certificate_is_never_verified() {
        let forger = Forger::new();
        let mut github = forger.bundle(&payload(), &authority(TrustRoot::GitHub));
        assert_eq!(judged(&github, &payload()).0, Verification::Failed);
        github["verificationMaterial"]["timestampVerificationData"] =
            json!({"rfc3161Timestamps": [{"signedTimestamp": "MAA="}]});
        assert_eq!(
            judged(&github, &payload()),
            (Verification::Failed, "timestamp".to_owned())
        );

        let mut sigstore = forger.bundle(&payload(), &authority(TrustRoot::Sigstore));
        assert_eq!(
            judged(&sigstore, &payload()),
            (Verification::Unproven, "log_entry_absent".to_owned())
        );
        let root = SigstoreInstance::PublicGood.embedded_trusted_root().unwrap();
        let known = root.tlogs[0].log_id.key_id.to_string();
        for log in [known.as_str(), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="] {
            sigstore["mediaType"] = json!(MediaType::Bundle0_1.as_str());
            sigstore["verificationMaterial"]["tlogEntries"] = json!([{
                "logIndex": "7", "logId": {"keyId": log}, "kindVersion": {"kind": "dsse", "version": "0.0.1"},
                "integratedTime": "1700000300", "inclusionPromise": {"signedEntryTimestamp": "MEUCIQ=="},
                "canonicalizedBody": "e30=",
            }]);
            let (verification, slug) = judged(&sigstore, &payload());
            assert_ne!(verification, Verification::Verified);
            assert!(["malformed", "transparency_log"].contains(&slug.as_str()), "{slug}");
        }
    }

    #[test]
    fn a_signature_over_something_else_fails_whoever_made_it() {
        let forger = Forger::new();
        for issuer in ["CN=Fulcio of Acme".parse().unwrap(), authority(TrustRoot::Sigstore)] {
            let bundle = forger.bundle(&payload(), &issuer);
            let other = statement("b2").to_string().into_bytes();
            let mut changed = bundle.clone();
            changed["dsseEnvelope"]["payload"] = forger.envelope(&other)["payload"].clone();
            assert_eq!(judged(&changed, &other), (Verification::Failed, "signature".to_owned()));
            let mut changed = bundle.clone();
            changed["dsseEnvelope"]["signatures"] = Forger::new().envelope(&payload())["signatures"].clone();
            assert_eq!(
                judged(&changed, &payload()),
                (Verification::Failed, "signature".to_owned())
            );
            let mut changed = bundle.clone();
            changed["dsseEnvelope"]["payloadType"] = json!("application/vnd.in-toto+xml");
            assert_eq!(
                judged(&changed, &payload()),
                (Verification::Failed, "signature".to_owned())
            );
            assert_eq!(judged(&bundle, &other), (Verification::Failed, "malformed".to_owned()));
        }
    }

    #[test]
    fn a_bundle_whose_signature_is_over_a_file_vouches_for_no_statement_beside_it() {
        let mut bundle = Forger::new().bundle(&payload(), &authority(TrustRoot::Sigstore));
        bundle["messageSignature"] = json!({"signature": "MEUCIQ=="});
        assert_eq!(
            judged(&bundle, &payload()),
            (Verification::Failed, "malformed".to_owned())
        );
        bundle.as_object_mut().unwrap().remove("dsseEnvelope");
        assert_eq!(
            judged(&bundle, &payload()),
            (Verification::Failed, "malformed".to_owned())
        );
    }

    #[test]
    fn a_statement_that_is_too_large_for_the_verifier_is_unproven() {
        let mut large = statement("a1");
        large["predicate"]["filling"] = json!("x".repeat(MAX_VERIFIED_BYTES));
        let large = large.to_string().into_bytes();
        let bundle = Forger::new().bundle(&large, &authority(TrustRoot::Sigstore));
        assert_eq!(
            judged(&bundle, &large),
            (Verification::Unproven, "too_large".to_owned())
        );
    }

    #[test]
    fn both_trust_roots_are_at_hand() {
        let roots: Vec<_> = ROOTS.iter().map(|root| root.name).collect();
        assert_eq!(roots, [TrustRoot::Sigstore, TrustRoot::GitHub]);
        assert!(ROOTS.iter().all(|root| root.authorities.len() >= 3));
        for root in ROOTS.iter() {
            let others = ROOTS.iter().filter(|other| other.name != root.name);
            let mut others = others.flat_map(|other| &other.authorities);
            assert!(others.all(|authority| !root.authorities.contains(authority)));
        }
    }
}

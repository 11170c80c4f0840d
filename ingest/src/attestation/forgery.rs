//! Bundles that somebody without a key of Sigstore's or GitHub's can make, for tests to hold against the roots.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sigstore_verify::crypto::KeyPair;
use sigstore_verify::types::pae;
use x509_cert::der::asn1::{BitString, Ia5String, OctetString, UtcTime, Utf8StringRef};
use x509_cert::der::{Decode, Encode};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierOwned, ObjectIdentifier, SubjectPublicKeyInfoOwned};
use x509_cert::time::{Time, Validity};
use x509_cert::{Certificate, TbsCertificate, Version};

/// The workflow that forged certificates claim.
pub(crate) const IDENTITY: &str = "https://github.com/acme/api/.github/workflows/release.yml@refs/heads/main";
/// Their OIDC issuer.
pub(crate) const ISSUER: &str = "https://token.actions.githubusercontent.com";

const ECDSA_WITH_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
const FULCIO_ISSUER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.57264.1.8");
const FULCIO_SOURCE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.57264.1.12");

/// Somebody with a key of his own.
pub(crate) struct Forger {
    key: KeyPair,
}

impl Forger {
    pub(crate) fn new() -> Self {
        Self {
            key: KeyPair::generate_ecdsa_p256().unwrap(),
        }
    }

    /// A certificate for his key that names `issuer`, and is signed by himself.
    pub(crate) fn certificate(&self, issuer: &Name) -> Vec<u8> {
        let key = self.key.public_key_der().unwrap();
        let algorithm = AlgorithmIdentifierOwned {
            oid: ECDSA_WITH_SHA256,
            parameters: None,
        };
        let time = |seconds: u64| Time::UtcTime(UtcTime::from_unix_duration(Duration::from_secs(seconds)).unwrap());
        let identity = GeneralName::UniformResourceIdentifier(Ia5String::new(IDENTITY).unwrap());
        let extension = |id, value: Vec<u8>| Extension {
            extn_id: id,
            critical: false,
            extn_value: OctetString::new(value).unwrap(),
        };
        let text = |text: &str| Utf8StringRef::new(text).unwrap().to_der().unwrap();
        let tbs_certificate = TbsCertificate {
            version: Version::V3,
            serial_number: SerialNumber::new(&[7]).unwrap(),
            signature: algorithm.clone(),
            issuer: issuer.clone(),
            validity: Validity {
                not_before: time(1_700_000_000),
                not_after: time(1_700_000_600),
            },
            subject: Name::default(),
            subject_public_key_info: SubjectPublicKeyInfoOwned::from_der(key.as_bytes()).unwrap(),
            issuer_unique_id: None,
            subject_unique_id: None,
            extensions: Some(vec![
                extension(SUBJECT_ALT_NAME, SubjectAltName(vec![identity]).to_der().unwrap()),
                extension(FULCIO_ISSUER, text(ISSUER)),
                extension(FULCIO_SOURCE, text("https://github.com/acme/api")),
            ]),
        };
        let signature = self.key.sign(&tbs_certificate.to_der().unwrap()).unwrap();
        let certificate = Certificate {
            tbs_certificate,
            signature_algorithm: algorithm,
            signature: BitString::from_bytes(signature.as_bytes()).unwrap(),
        };
        certificate.to_der().unwrap()
    }

    /// An envelope that he signed.
    pub(crate) fn envelope(&self, payload: &[u8]) -> Value {
        let signature = self.key.sign(&pae("application/vnd.in-toto+json", payload)).unwrap();
        super::trials::envelope(payload, signature.as_bytes())
    }

    /// A bundle of which nothing is wrong but who vouches for him.
    pub(crate) fn bundle(&self, payload: &[u8], issuer: &Name) -> Value {
        let certificate = STANDARD.encode(self.certificate(issuer));
        json!({
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {"certificate": {"rawBytes": certificate}, "tlogEntries": []},
            "dsseEnvelope": self.envelope(payload),
        })
    }
}

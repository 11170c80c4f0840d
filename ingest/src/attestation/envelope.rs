//! DSSE envelopes: a payload in Base64 with signatures over its type and bytes.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use domain::attestation::Signature;
use serde_json::Value;

use super::certificate::Certificate;
use super::slice::{self, Parts};
use super::text::{quoted, shown};

/// Both alphabets, with padding or without: DSSE leaves the choice to the writer.
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Bytes in Base64 of either alphabet.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()
}

/// An envelope.
#[derive(Debug)]
pub(crate) struct Envelope {
    pub(crate) payload_type: Option<String>,
    /// What is signed; none where it is no Base64.
    pub(crate) payload: Option<Vec<u8>>,
    signatures: Vec<EnvelopeSignature>,
}

#[derive(Debug)]
struct EnvelopeSignature {
    bytes: Vec<u8>,
    key_id: Option<String>,
    certificate: Option<Certificate>,
}

/// Whether an object is an envelope, by its members.
pub(crate) fn is_envelope(members: &Parts<'_, String>) -> bool {
    members.has("payload") && (members.has("payloadType") || members.has("signatures"))
}

impl Envelope {
    pub(crate) fn of(members: &Parts<'_, String>) -> Self {
        let signatures = members.get("signatures").and_then(slice::value);
        let signatures = signatures.as_ref().and_then(Value::as_array);
        Self {
            payload_type: members.text("payloadType"),
            payload: members.text("payload").and_then(|payload| decode(&payload)),
            signatures: signatures.into_iter().flatten().map(signature).collect(),
        }
    }

    /// What an envelope shows of its signature that no bundle goes with: without log or timestamp it is never verified,
    /// but it may show that it is wrong.
    pub(crate) fn signature(&self) -> Signature {
        let signed = || self.signatures.iter().filter(|signature| !signature.bytes.is_empty());
        if signed().next().is_none() {
            let reason = self
                .signatures
                .first()
                .map(|_| "signature_empty: a signature of no bytes".to_owned());
            return Signature::unsigned(reason);
        }
        let key_id = signed().find_map(|signature| signature.key_id.clone());
        let Some((signature, certificate)) = signed().find_map(|found| Some((found, found.certificate.as_ref()?)))
        else {
            return Signature {
                key_id,
                ..Signature::unproven("key_unknown: signed with a key that is not at hand".to_owned())
            };
        };
        let payload_type = self.payload_type.as_deref().unwrap_or_default();
        let payload = self.payload.as_deref().unwrap_or_default();
        let verdict = if certificate.has_signed(payload_type, payload, &signature.bytes) {
            Signature::unproven("log_entry_absent: no proof of when it was signed goes with it".to_owned())
        } else {
            Signature::failed("signature: not made over this payload by the key of its certificate".to_owned())
        };
        Signature {
            key_id,
            certificate: certificate.claims(),
            ..verdict
        }
    }
}

fn signature(written: &Value) -> EnvelopeSignature {
    let text = |name: &str| written.get(name).and_then(Value::as_str);
    let bytes = text("sig").map(|sig| decode(sig).unwrap_or_else(|| sig.as_bytes().to_vec()));
    // slsa-github-generator writes `cert`; witness writes `certificate`, the same once more in Base64.
    let certificate = text("cert").and_then(Certificate::of_pem);
    let certificate = certificate.or_else(|| {
        let pem = String::from_utf8(decode(text("certificate")?)?).ok()?;
        Certificate::of_pem(&pem)
    });
    EnvelopeSignature {
        bytes: bytes.unwrap_or_default(),
        key_id: text("keyid").and_then(shown),
        certificate,
    }
}

/// Whether a payload of this type holds a statement.
pub(crate) fn holds_statement(payload_type: &str) -> bool {
    payload_type.starts_with("application/vnd.in-toto") && payload_type.ends_with("json")
}

/// A payload type as a row may show it.
pub(crate) fn shown_type(payload_type: &str) -> Option<String> {
    let text = quoted(payload_type);
    (!text.is_empty()).then_some(text)
}

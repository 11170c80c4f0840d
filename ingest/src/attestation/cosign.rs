//! What `cosign sign-blob --bundle` and `cosign attest-blob --bundle` wrote before version 3, as a Sigstore bundle 0.1.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sigstore_verify::types::DerCertificate;

use super::envelope::decode;
use super::slice::{self, Parts};

/// Whether an object is such a bundle, by its members.
pub(crate) fn is_cosign(members: &Parts<'_, String>) -> bool {
    members.has("base64Signature") && (members.has("cert") || members.has("rekorBundle"))
}

/// The same as a bundle 0.1, of which nothing is left out; none where something is missing or is no such thing.
pub(crate) fn as_bundle(members: &Parts<'_, String>) -> Option<Vec<u8>> {
    let signature = members.text("base64Signature")?;
    let rekor = members.get("rekorBundle").and_then(slice::value);
    let body = rekor
        .as_ref()
        .and_then(|rekor| rekor.pointer("/Payload/body")?.as_str());
    let body_text = body.and_then(decode);
    let body_read: Value = body_text
        .and_then(|body| serde_json::from_slice(&body).ok())
        .unwrap_or_default();
    let mut bundle = json!({
        "mediaType": "application/vnd.dev.sigstore.bundle+json;version=0.1",
        "verificationMaterial": material(members),
    });
    bundle["verificationMaterial"]["tlogEntries"] = Value::Array(
        rekor
            .as_ref()
            .and_then(|rekor| entry(rekor, &body_read))
            .into_iter()
            .collect(),
    );
    let envelope = decode(&signature).and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    if let Some(envelope) = envelope.filter(|envelope| envelope.get("payload").is_some()) {
        bundle["dsseEnvelope"] = envelope;
    } else {
        bundle["messageSignature"] = json!({"signature": signature});
        let digest = body_read.pointer("/spec/data/hash/value").and_then(Value::as_str);
        let digest = digest.filter(|_| body_read.pointer("/spec/data/hash/algorithm") == Some(&json!("sha256")));
        if let Some(digest) = digest.and_then(base64_of_hex) {
            bundle["messageSignature"]["messageDigest"] = json!({"algorithm": "SHA2_256", "digest": digest});
        }
    }
    serde_json::to_vec(&bundle).ok()
}

/// The certificate, in PEM or the same once more in Base64; a mere key is named and not at hand.
fn material(members: &Parts<'_, String>) -> Value {
    let certificate = members.text("cert").and_then(|written| {
        let decoded = || String::from_utf8(decode(&written)?).ok();
        let pem = if written.starts_with("-----") {
            Some(written.clone())
        } else {
            decoded()
        };
        DerCertificate::from_pem(&pem?).ok()
    });
    match certificate {
        Some(der) => json!({"x509CertificateChain": {"certificates": [{"rawBytes": der.to_base64()}]}}),
        None => json!({"publicKey": {"hint": ""}}),
    }
}

fn entry(rekor: &Value, body: &Value) -> Option<Value> {
    let payload = rekor.get("Payload")?;
    Some(json!({
        "logIndex": payload.get("logIndex")?.as_i64()?.to_string(),
        "logId": {"keyId": base64_of_hex(payload.get("logID")?.as_str()?)?},
        "kindVersion": {"kind": body.get("kind")?, "version": body.get("apiVersion")?},
        "integratedTime": payload.get("integratedTime")?.as_i64()?.to_string(),
        "inclusionPromise": {"signedEntryTimestamp": rekor.get("SignedEntryTimestamp")?},
        "canonicalizedBody": payload.get("body")?,
    }))
}

fn base64_of_hex(digits: &str) -> Option<String> {
    let pairs = digits.as_bytes().chunks(2);
    let bytes: Option<Vec<_>> = pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    bytes
        .filter(|bytes| !bytes.is_empty())
        .map(|bytes| STANDARD.encode(bytes))
}

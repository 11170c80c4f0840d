//! What is read of a file of attestations as text, for the snapshots of fixtures.

use std::fmt::Write as _;

use domain::attestation::{AttestedSubject, Signature, SourceRevision};
use domain::clock::format_timestamp;

use crate::document::{Outline, Read};

/// Reads bytes to what became of them and their rows.
pub(crate) fn rows_of(read: Read, bytes: &[u8]) -> (Outline, Vec<AttestedSubject>) {
    let mut rows = Vec::new();
    let outline = read(&mut &*bytes, &mut |row| {
        rows.extend(row.attestation());
        Ok(())
    });
    let outline = outline.unwrap();
    assert_eq!(outline.n_rows, i64::try_from(rows.len()).unwrap());
    (outline, rows)
}

/// Writes what is read of a file, as the snapshots hold it.
pub(crate) fn render(read: Read, bytes: &[u8]) -> String {
    let (outline, rows) = rows_of(read, bytes);
    let mut text = format!(
        "{}, dialect {}, {} rows\n",
        outline.status.as_str(),
        outline.dialect.as_deref().unwrap_or("unknown"),
        outline.n_rows
    );
    if let Some(reason) = &outline.reason {
        let _ = writeln!(text, "reason: {reason}");
    }
    for (code, warning) in outline.warnings.iter() {
        let _ = writeln!(text, "warning: {code} x {}, first at {}", warning.n, warning.first);
    }
    let mut position = None;
    for row in &rows {
        if position.replace(row.attestation.position) != Some(row.attestation.position) {
            text.push_str(&statement_lines(row));
        }
        let subject = &row.subject;
        let _ = writeln!(
            text,
            "  {} {:?} sha256 {:?} sha512 {:?} of {:?}",
            subject.position, subject.name, subject.sha256, subject.sha512, subject.digests
        );
    }
    text
}

fn statement_lines(row: &AttestedSubject) -> String {
    let attestation = &row.attestation;
    let mut text = format!(
        "statement {}, {} subjects",
        attestation.position, attestation.n_subjects
    );
    let build = &attestation.build;
    for (label, value) in [
        ("type", &attestation.statement_type),
        ("predicate", &attestation.predicate_type),
        ("in", &attestation.payload_type),
        ("sha256", &attestation.statement_sha256),
        ("by", &build.builder_id),
        ("as", &build.build_type),
        ("invocation", &build.invocation_id),
    ] {
        if let Some(value) = value {
            let _ = write!(text, "\n  {label} {value}");
        }
    }
    text.push_str(&revision("source", &build.source));
    for (label, time) in [("from", build.started_at), ("to", build.finished_at)] {
        if let Some(time) = time {
            let _ = write!(text, "\n  {label} {}", format_timestamp(time));
        }
    }
    text.push_str(&signature_lines(&attestation.signature));
    text.push('\n');
    text
}

fn signature_lines(signature: &Signature) -> String {
    let mut text = format!("\n  {}", signature.verification.as_str());
    if let Some(reason) = &signature.reason {
        let _ = write!(text, ", {reason}");
    }
    if let Some(root) = signature.trust_root {
        let _ = write!(
            text,
            ", root {}, log {}",
            root.as_str(),
            signature.log_evidence.as_str()
        );
    }
    if let Some(time) = signature.signed_at {
        let _ = write!(text, ", at {}", format_timestamp(time));
    }
    let claims = &signature.certificate;
    for (label, value) in [
        ("key", &signature.key_id),
        ("issuer", &claims.issuer),
        ("identity", &claims.identity),
        ("signer", &claims.build_signer),
        ("trigger", &claims.trigger),
        ("run", &claims.run_uri),
        ("runner", &claims.runner_environment),
    ] {
        if let Some(value) = value {
            let _ = write!(text, "\n  {label} {value}");
        }
    }
    text.push_str(&revision("certified", &claims.source));
    text
}

fn revision(label: &str, source: &SourceRevision) -> String {
    let parts = [&source.uri, &source.repository, &source.reference, &source.commit];
    if parts.iter().all(|part| part.is_none()) {
        return String::new();
    }
    let parts = parts.map(|part| part.as_deref().unwrap_or("-"));
    format!("\n  {label} {}", parts.join(" "))
}

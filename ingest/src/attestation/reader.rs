//! Reads one file: bundles, envelopes and statements, one or many, bare or as an API or a tool hands them out.
//!
//! Never fails on what the bytes hold. A break ends the reading; what stands before it stays, and the file is partial.

use std::fmt::Write as _;
use std::io::{self, BufRead, ErrorKind, Read};
use std::sync::Arc;

use domain::attestation::{Attestation, AttestedSubject, Build, Signature, Subject};
use domain::identity::Sha256Digest;
use domain::source::{SourceStatus, Warnings};
use serde_json::Value;

use super::envelope::{self, Envelope, holds_statement, shown_type};
use super::slice::{self, Flaw, Parts};
use super::statement::{self, Statement, is_statement, subject_of_image};
use super::text::shown;
use super::verification::{self, Bound};
use super::{cosign, guac, predicate};
use crate::document::{Outline, Row};
use crate::json::utf8::Utf8;

/// Largest file that is read: it is held as a whole, since a signature is over bytes.
const MAX_FILE_BYTES: u64 = 32 << 20;
/// How deep what is signed may be wrapped: in answers, lists, images by platform.
const MAX_LEVEL: usize = 8;

/// Reads one file and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub(crate) fn read(
    name: &str,
    input: &mut dyn BufRead,
    emit: &mut dyn FnMut(Row) -> io::Result<()>,
) -> io::Result<Outline> {
    let mut bytes = Vec::new();
    let damage = match Utf8::new(input).take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes) {
        Ok(_) => None,
        Err(error) => match error.kind() {
            ErrorKind::InvalidData | ErrorKind::UnexpectedEof | ErrorKind::InvalidInput => {
                Some(format!("damaged: {error}, behind byte {}", bytes.len()))
            }
            _ => return Err(error),
        },
    };
    let mut reading = Reading {
        emit,
        dialect: None,
        refusal: None,
        warnings: Warnings::default(),
        n_statements: 0,
        n_rows: 0,
    };
    if bytes.len() as u64 > MAX_FILE_BYTES {
        let reason = format!("too large: more than {MAX_FILE_BYTES} bytes");
        return Ok(reading.outline(SourceStatus::Refused, Some(reason)));
    }
    let mut rest = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(&bytes);
    if rest.trim_ascii().is_empty() && damage.is_none() {
        let what = if bytes.is_empty() {
            "no bytes"
        } else {
            "only white space"
        };
        return Ok(reading.outline(SourceStatus::Refused, Some(format!("empty: {what}"))));
    }
    let mut broken = None;
    let mut n_documents = 0;
    while broken.is_none() && !rest.trim_ascii().is_empty() {
        n_documents += 1;
        let (document, behind, reason) = slice::first_value(rest);
        reading.walk(document, 0)?;
        broken = reason.map(|reason| match n_documents {
            1 => reason,
            n => format!("{reason}, of document {n}"),
        });
        rest = behind;
    }
    let broken = damage.or(broken);
    if reading.n_statements == 0 {
        let nothing = || format!("not {name}: no statement and no signature");
        let reason = reading.refusal.take().or(broken).unwrap_or_else(nothing);
        return Ok(reading.outline(SourceStatus::Refused, Some(reason)));
    }
    let reason = broken.or_else(|| reading.refusal.take());
    let status = if reason.is_some() {
        SourceStatus::Partial
    } else {
        SourceStatus::Complete
    };
    Ok(reading.outline(status, reason))
}

/// A file while it is read.
struct Reading<'e> {
    emit: &'e mut dyn FnMut(Row) -> io::Result<()>,
    dialect: Option<String>,
    /// Why the first statement that is none was not read.
    refusal: Option<String>,
    warnings: Warnings,
    n_statements: i32,
    n_rows: i64,
}

impl Reading<'_> {
    fn outline(self, status: SourceStatus, reason: Option<String>) -> Outline {
        Outline {
            dialect: self.dialect,
            status,
            reason,
            n_rows: self.n_rows,
            warnings: self.warnings,
        }
    }

    /// Looks for what is signed or said in a value, which may wrap it; each level is a part of the one above.
    fn walk(&mut self, bytes: &[u8], level: usize) -> io::Result<()> {
        if level > MAX_LEVEL {
            self.warnings
                .add("wrapped_too_deep", || format!("more than {MAX_LEVEL} levels"));
            return Ok(());
        }
        let bytes = bytes.trim_ascii();
        match bytes.first() {
            Some(b'[') => {
                for ((), element) in slice::elements(bytes).list {
                    self.walk(element, level + 1)?;
                }
                Ok(())
            }
            Some(b'{') => self.object(bytes, &slice::members(bytes), level),
            _ => {
                self.warnings
                    .add("misplaced_value", || "where an object belongs".to_owned());
                Ok(())
            }
        }
    }

    fn object(&mut self, bytes: &[u8], members: &Parts<'_, String>, level: usize) -> io::Result<()> {
        if members.has("verificationMaterial") || members.has("dsseEnvelope") || members.has("messageSignature") {
            self.speak(|| dialect_of_bundle(members));
            return self.whole(bytes, members, Self::bundle);
        }
        if cosign::is_cosign(members) {
            self.speak(|| "cosign".to_owned());
            return self.whole(bytes, members, Self::cosign);
        }
        if envelope::is_envelope(members) {
            self.speak(|| "dsse".to_owned());
            return self.whole(bytes, members, Self::envelope);
        }
        if is_statement(members) {
            self.speak(|| "statement".to_owned());
            if self.is_ambiguous(bytes) {
                return Ok(());
            }
            return self.statement(bytes, members, None, Signature::unsigned(None));
        }
        if members.has("buildDefinition") && members.has("runDetails") || members.has("builder") && is_older(members) {
            self.speak(|| "predicate".to_owned());
            return self.whole(bytes, members, |reading, bytes, _| reading.predicate(bytes, None, &[]));
        }
        self.wrapped(members, level)
    }

    /// What answers of APIs and files of tools hold.
    fn wrapped(&mut self, members: &Parts<'_, String>, level: usize) -> io::Result<()> {
        // A list of GitHub's or npm's, whose elements hold a bundle each beside what the registry says of it.
        if let Some(list) = members.get("attestations") {
            let is_npm = || {
                slice::elements(list)
                    .list
                    .iter()
                    .any(|((), element)| slice::members(element).has("predicateType"))
            };
            self.speak(|| if is_npm() { "npm" } else { "github" }.to_owned());
            return self.walk(list, level + 1);
        }
        if let Some(bundle) = members.get("bundle") {
            if bundle == b"null" {
                self.warnings
                    .add("bundle_absent", || "an attestation without its bundle".to_owned());
                return Ok(());
            }
            return self.walk(bundle, level + 1);
        }
        // Google Cloud Build: the copy beside the envelope is what nobody signed, and is read where it is alone.
        if let Some(summary) = members.get("provenance_summary") {
            self.speak(|| "gcb".to_owned());
            return self.walk(summary, level + 1);
        }
        if let Some(list) = members.get("provenance") {
            return self.walk(list, level + 1);
        }
        if let Some(build) = members.get("build") {
            if let Some(envelope) = members.get("envelope") {
                return self.walk(envelope, level + 1);
            }
            let copies = slice::members(build);
            let copy = ["inTotoSlsaProvenanceV1", "intotoStatement"]
                .iter()
                .find_map(|name| copies.get(name));
            return copy.map_or(Ok(()), |copy| self.walk(copy, level + 1));
        }
        if let Some(provenance) = members.get("buildx.build.provenance") {
            self.speak(|| "buildkit".to_owned());
            let name = members.text("image.name");
            let subject = members
                .text("containerimage.digest")
                .and_then(|digest| subject_of_image(name, &digest));
            return self.predicate(provenance, None, subject.as_slice());
        }
        if let Some(provenance) = members.get("SLSA") {
            self.speak(|| "buildkit".to_owned());
            return self.walk(provenance, level + 1);
        }
        if let Some(list) = members.get("hasSlsa") {
            self.speak(|| "guac".to_owned());
            for ((), element) in slice::elements(list).list {
                self.guac(element)?;
            }
            return Ok(());
        }
        // An image of several platforms, as `docker buildx imagetools inspect` prints it.
        for (platform, value) in &members.list {
            if platform.contains('/') && slice::members(value).has("SLSA") {
                self.walk(value, level + 1)?;
            }
        }
        Ok(())
    }

    fn speak(&mut self, dialect: impl FnOnce() -> String) {
        self.dialect.get_or_insert_with(dialect);
    }

    /// Goes on with an object that has its end, and whose keys stand once.
    fn whole<'b>(
        &mut self,
        bytes: &'b [u8],
        members: &Parts<'b, String>,
        next: impl FnOnce(&mut Self, &'b [u8], &Parts<'b, String>) -> io::Result<()>,
    ) -> io::Result<()> {
        if members.broken.is_some() || self.is_ambiguous(bytes) {
            return Ok(());
        }
        next(self, bytes, members)
    }

    /// Whether a key stands twice in an object, so that what is signed is not what another reader sees.
    fn is_ambiguous(&mut self, bytes: &[u8]) -> bool {
        let Some(flaw) = slice::flaw(bytes) else {
            return false;
        };
        if let Flaw::Duplicate(key) = &flaw {
            self.warnings.add("duplicate_key", || key.clone());
        }
        self.refusal.get_or_insert_with(|| flaw.reason());
        true
    }

    fn bundle(&mut self, bytes: &[u8], members: &Parts<'_, String>) -> io::Result<()> {
        if let Some(envelope) = members.get("dsseEnvelope") {
            let envelope = Envelope::of(&slice::members(envelope));
            let payload = envelope.payload.clone();
            let verify = |bound| verification::of_bundle(bytes, bound, payload.as_deref());
            return self.enveloped(&envelope, verify);
        }
        let signature = verification::of_bundle(bytes, None, None);
        let message = members
            .get("messageSignature")
            .and_then(slice::value)
            .unwrap_or_default();
        let attestation = Attestation {
            position: self.n_statements,
            statement_type: None,
            predicate_type: None,
            payload_type: None,
            statement_sha256: None,
            n_subjects: 1,
            build: Build::default(),
            signature,
        };
        self.push(attestation, std::iter::once(Ok(message_subject(&message))))
    }

    fn cosign(&mut self, _: &[u8], members: &Parts<'_, String>) -> io::Result<()> {
        let Some(bundle) = cosign::as_bundle(members) else {
            self.warnings.add("bundle_unreadable", || "of Cosign".to_owned());
            return Ok(());
        };
        self.bundle(&bundle, &slice::members(&bundle))
    }

    fn envelope(&mut self, _: &[u8], members: &Parts<'_, String>) -> io::Result<()> {
        let envelope = Envelope::of(members);
        self.enveloped(&envelope, |_| envelope.signature())
    }

    /// What an envelope holds, whatever it is, with its signature, which is held to the digest of a subject.
    fn enveloped(&mut self, envelope: &Envelope, verify: impl FnOnce(Option<Bound>) -> Signature) -> io::Result<()> {
        let payload_type = envelope.payload_type.as_deref().unwrap_or_default();
        let nothing = || "envelope".to_owned();
        let Some(payload) = &envelope.payload else {
            self.warnings.add("payload_unreadable", nothing);
            let signature = Signature::failed("payload: not Base64".to_owned());
            return self.said_nothing(payload_type, None, signature);
        };
        let members = slice::members(payload);
        let is_statement = holds_statement(payload_type) && members.broken.is_none() && is_statement(&members);
        if !is_statement {
            self.warnings
                .add("payload_unknown", || shown_type(payload_type).unwrap_or_else(nothing));
            return self.said_nothing(payload_type, Some(payload), verify(None));
        }
        if self.is_ambiguous(payload) {
            return Ok(());
        }
        let statement = Statement::of(payload, &members);
        let bound = bound(&statement);
        self.statement(payload, &members, shown_type(payload_type), verify(bound))
    }

    /// An envelope that holds no statement that can be read.
    fn said_nothing(&mut self, payload_type: &str, payload: Option<&[u8]>, signature: Signature) -> io::Result<()> {
        let attestation = Attestation {
            position: self.n_statements,
            statement_type: None,
            predicate_type: None,
            payload_type: shown_type(payload_type),
            statement_sha256: payload.map(|payload| Sha256Digest::of(payload).to_string()),
            n_subjects: 0,
            build: Build::default(),
            signature,
        };
        self.push(attestation, std::iter::empty())
    }

    fn statement(
        &mut self,
        bytes: &[u8],
        members: &Parts<'_, String>,
        payload_type: Option<String>,
        signature: Signature,
    ) -> io::Result<()> {
        let statement = Statement::of(bytes, members);
        let predicate_type = statement.predicate_type.as_deref();
        let build = match statement.predicate {
            Some(found) if predicate_type.is_some_and(predicate::is_provenance) => self.build(found),
            _ => Build::default(),
        };
        let attestation = Attestation {
            position: self.n_statements,
            statement_type: statement.kind.as_deref().and_then(shown),
            predicate_type: predicate_type.and_then(shown),
            payload_type,
            statement_sha256: members.broken.is_none().then_some(statement.sha256),
            n_subjects: i64::try_from(statement.subjects.len()).unwrap_or(i64::MAX),
            build,
            signature,
        };
        if statement.n_misplaced > 0 {
            let n = statement.n_misplaced;
            self.warnings.add("misplaced_value", || format!("{n} among subjects"));
        }
        let mut warnings = Warnings::default();
        let subjects = statement.subjects.iter().enumerate();
        let subjects = subjects.map(|(position, bytes)| Ok(statement::subject(bytes, position, &mut warnings)));
        self.push(attestation, subjects)?;
        self.count(&warnings);
        Ok(())
    }

    /// A predicate that stands alone, as a tool hands it to another one that signs it.
    fn predicate(&mut self, bytes: &[u8], read: Option<&Value>, subjects: &[Subject]) -> io::Result<()> {
        let build = match read {
            Some(read) => predicate::build(read, &mut self.warnings),
            None => self.build(bytes),
        };
        let attestation = Attestation {
            position: self.n_statements,
            statement_type: None,
            predicate_type: None,
            payload_type: None,
            statement_sha256: None,
            n_subjects: i64::try_from(subjects.len()).unwrap_or_default(),
            build,
            signature: Signature::unsigned(None),
        };
        self.push(attestation, subjects.iter().cloned().map(Ok))
    }

    fn guac(&mut self, element: &[u8]) -> io::Result<()> {
        let Some((predicate, subject)) = slice::value(element).as_ref().and_then(guac::provenance) else {
            return Ok(());
        };
        self.predicate(&[], Some(&predicate), subject.as_slice())
    }

    fn build(&mut self, predicate: &[u8]) -> Build {
        let Some(predicate) = predicate::read(predicate, &mut self.warnings) else {
            let warnings = &mut self.warnings;
            warnings.add("predicate_unreadable", || "SLSA provenance".to_owned());
            return Build::default();
        };
        predicate::build(&predicate, &mut self.warnings)
    }

    fn count(&mut self, warnings: &Warnings) {
        for (code, warning) in warnings.iter() {
            (0..warning.n).for_each(|_| self.warnings.add(code, || warning.first.clone()));
        }
    }

    /// Gives out an attestation, once for each subject; one without subjects once.
    fn push(
        &mut self,
        attestation: Attestation,
        subjects: impl Iterator<Item = io::Result<Subject>>,
    ) -> io::Result<()> {
        let attestation = Arc::new(attestation);
        let mut n = 0;
        for subject in subjects {
            n += 1;
            self.give(&attestation, subject?)?;
        }
        if n == 0 {
            self.give(&attestation, Subject::default())?;
        }
        self.n_statements = self.n_statements.saturating_add(1);
        Ok(())
    }

    fn give(&mut self, attestation: &Arc<Attestation>, subject: Subject) -> io::Result<()> {
        self.n_rows += 1;
        (self.emit)(Row::Attestation(Box::new(AttestedSubject {
            attestation: Arc::clone(attestation),
            subject,
        })))
    }
}

/// Members of provenance of before version 1 beside `builder`.
fn is_older(members: &Parts<'_, String>) -> bool {
    ["buildType", "recipe", "invocation", "materials"]
        .iter()
        .any(|name| members.has(name))
}

fn dialect_of_bundle(members: &Parts<'_, String>) -> String {
    let media_type = members.text("mediaType").unwrap_or_default();
    for version in ["0.1", "0.2", "0.3"] {
        if media_type.contains(version) {
            return format!("bundle-{version}");
        }
    }
    "bundle".to_owned()
}

/// The digest of the first subject that has one that can be bound to.
fn bound(statement: &Statement<'_>) -> Option<Bound> {
    let mut ignored = Warnings::default();
    statement.subjects.iter().enumerate().find_map(|(position, bytes)| {
        let subject = statement::subject(bytes, position, &mut ignored);
        subject.sha256.map(Bound::Sha256).or(subject.sha512.map(Bound::Sha512))
    })
}

/// The artifact that a signature over a file names: by its digest, without a name.
fn message_subject(message: &Value) -> Subject {
    let text = |pointer: &str| message.pointer(pointer).and_then(Value::as_str);
    let bytes = text("/messageDigest/digest")
        .and_then(envelope::decode)
        .unwrap_or_default();
    let mut digits = String::new();
    for byte in bytes {
        let _ = write!(digits, "{byte:02x}");
    }
    let algorithm = match text("/messageDigest/algorithm") {
        Some("SHA2_256") => "sha256",
        Some("SHA2_512") => "sha512",
        _ => return Subject::default(),
    };
    subject_of_image(None, &format!("{algorithm}:{digits}")).unwrap_or_default()
}

//! `attestations`: what in-toto statements and signatures say of artifacts, one row for each subject.

use domain::attestation::{AttestedSubject, TrustRoot};

use super::report::{self, Reported};
use super::rows::{self, Column, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Reported<AttestedSubject>>] = &[
    report::repository(),
    report::run_id(),
    report::run_attempt(),
    report::workflow(),
    report::job(),
    report::artifact(),
    report::report(),
    required(
        "statement",
        ColumnType::Integer,
        "position of the statement in its file, from 0",
        |row, _| row.row.attestation.position.into(),
    ),
    required(
        "subject",
        ColumnType::Integer,
        "position of the subject in its statement, from 0",
        |row, _| row.row.subject.position.into(),
    ),
    required(
        "n_subjects",
        ColumnType::Long,
        "subjects of the statement; 0 where it names none, and this row stands for it",
        |row, _| row.row.attestation.n_subjects.into(),
    ),
    optional(
        "statement_type",
        ColumnType::Word,
        "`_type` of the in-toto statement; null for a signature over a file",
        |row, _| row.row.attestation.statement_type.as_ref().into(),
    ),
    optional(
        "predicate_type",
        ColumnType::Word,
        "`predicateType` as written",
        |row, _| row.row.attestation.predicate_type.as_ref().into(),
    ),
    optional(
        "payload_type",
        ColumnType::Word,
        "`payloadType` of the DSSE envelope; null where it is in none",
        |row, _| row.row.attestation.payload_type.as_ref().into(),
    ),
    optional(
        "statement_sha256",
        ColumnType::Word,
        "digest of the statement's bytes: the same statement over files",
        |row, _| row.row.attestation.statement_sha256.as_ref().into(),
    ),
    optional(
        "subject_name",
        ColumnType::Text,
        "name of the artifact as written",
        |row, _| row.row.subject.name.as_ref().into(),
    ),
    optional(
        "subject_sha256",
        ColumnType::Text,
        "SHA-256 of the artifact in lower case; null where none is stated that is one",
        |row, _| row.row.subject.sha256.as_ref().into(),
    ),
    optional("subject_sha512", ColumnType::Text, "the same of SHA-512", |row, _| {
        row.row.subject.sha512.as_ref().into()
    }),
    optional(
        "subject_digests",
        ColumnType::Text,
        "`algorithm:value` of every digest, with commas between",
        |row, _| row.row.subject.digests.as_ref().into(),
    ),
    optional(
        "builder_id",
        ColumnType::Word,
        "who built it, as SLSA provenance says",
        |row, _| row.row.attestation.build.builder_id.as_ref().into(),
    ),
    optional(
        "build_type",
        ColumnType::Word,
        "how the parameters are to be read",
        |row, _| row.row.attestation.build.build_type.as_ref().into(),
    ),
    optional(
        "source_uri",
        ColumnType::Word,
        "source code that was built: `https://host/path`",
        |row, _| row.row.attestation.build.source.uri.as_ref().into(),
    ),
    optional(
        "source_repository",
        ColumnType::Word,
        "`owner/name` of it, on whatever host",
        |row, _| row.row.attestation.build.source.repository.as_ref().into(),
    ),
    optional(
        "source_ref",
        ColumnType::Word,
        "its ref, as `refs/heads/main`",
        |row, _| row.row.attestation.build.source.reference.as_ref().into(),
    ),
    optional("source_commit", ColumnType::Word, "its commit", |row, _| {
        row.row.attestation.build.source.commit.as_ref().into()
    }),
    optional(
        "invocation_id",
        ColumnType::Word,
        "the builder's name for the build",
        |row, _| row.row.attestation.build.invocation_id.as_ref().into(),
    ),
    optional(
        "started_at",
        ColumnType::Time,
        "when the build began, by the builder's clock",
        |row, _| row.row.attestation.build.started_at.into(),
    ),
    optional("finished_at", ColumnType::Time, "when it ended", |row, _| {
        row.row.attestation.build.finished_at.into()
    }),
    required(
        "verification",
        ColumnType::Word,
        "`verified`, `failed`, `unsigned` or `unproven`: no key, trust root or log entry at hand",
        |row, _| row.row.attestation.signature.verification.as_str().into(),
    ),
    optional(
        "verification_reason",
        ColumnType::Word,
        "why it is not verified",
        |row, _| row.row.attestation.signature.reason.as_ref().into(),
    ),
    optional(
        "trust_root",
        ColumnType::Word,
        "what it was verified against: `sigstore` (public good) or `github`",
        |row, _| row.row.attestation.signature.trust_root.map(TrustRoot::as_str).into(),
    ),
    required(
        "log_evidence",
        ColumnType::Word,
        "`inclusion_proof`, `inclusion_promise` or `none`: what was verified of a log",
        |row, _| row.row.attestation.signature.log_evidence.as_str().into(),
    ),
    optional(
        "signed_at",
        ColumnType::Time,
        "earliest time that a log or timestamp authority proves; null unless verified",
        |row, _| row.row.attestation.signature.signed_at.into(),
    ),
    optional(
        "key_id",
        ColumnType::Word,
        "name of the key that signed without a certificate",
        |row, _| row.row.attestation.signature.key_id.as_ref().into(),
    ),
    optional(
        "certificate_issuer",
        ColumnType::Word,
        "OIDC issuer; a mere claim, like what follows, unless `verification` is `verified`",
        |row, _| row.row.attestation.signature.certificate.issuer.as_ref().into(),
    ),
    optional(
        "certificate_identity",
        ColumnType::Word,
        "subject alternative name: a workflow at a ref, or an address",
        |row, _| row.row.attestation.signature.certificate.identity.as_ref().into(),
    ),
    optional(
        "certificate_source_uri",
        ColumnType::Word,
        "repository of the run: `https://host/path`",
        |row, _| row.row.attestation.signature.certificate.source.uri.as_ref().into(),
    ),
    optional(
        "certificate_source_repository",
        ColumnType::Word,
        "`owner/name` of it",
        |row, _| {
            row.row
                .attestation
                .signature
                .certificate
                .source
                .repository
                .as_ref()
                .into()
        },
    ),
    optional(
        "certificate_source_ref",
        ColumnType::Word,
        "ref of the run",
        |row, _| {
            row.row
                .attestation
                .signature
                .certificate
                .source
                .reference
                .as_ref()
                .into()
        },
    ),
    optional(
        "certificate_source_commit",
        ColumnType::Word,
        "commit of the run",
        |row, _| row.row.attestation.signature.certificate.source.commit.as_ref().into(),
    ),
    optional(
        "certificate_build_signer",
        ColumnType::Word,
        "workflow that signed, at a ref: a reusable one is another than the caller's",
        |row, _| row.row.attestation.signature.certificate.build_signer.as_ref().into(),
    ),
    optional(
        "certificate_trigger",
        ColumnType::Word,
        "what triggered the run, as `push`",
        |row, _| row.row.attestation.signature.certificate.trigger.as_ref().into(),
    ),
    optional(
        "certificate_run_uri",
        ColumnType::Word,
        "address of the run",
        |row, _| row.row.attestation.signature.certificate.run_uri.as_ref().into(),
    ),
    optional(
        "certificate_runner_environment",
        ColumnType::Word,
        "`github-hosted` or `self-hosted`",
        |row, _| {
            row.row
                .attestation
                .signature
                .certificate
                .runner_environment
                .as_ref()
                .into()
        },
    ),
    report::completed_at(),
    rows::known_at(),
    report::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Reported<AttestedSubject>> = RowTable::new(
    TableSpec {
        name: "attestations",
        doc: "what an attestation says of one artifact",
        columns: &SPECS,
        key: &[
            "repository",
            "run_id",
            "run_attempt",
            "workflow",
            "job",
            "artifact",
            "source_sha256",
            "statement",
            "subject",
        ],
        event_time: "completed_at",
        sort: &[
            "repository",
            "completed_at",
            "run_id",
            "run_attempt",
            "workflow",
            "job",
            "artifact",
            "source_sha256",
            "statement",
            "subject",
        ],
        statistics: &["repository", "run_id", "completed_at", "known_at"],
        target_rows: 500_000,
    },
    COLUMNS,
);

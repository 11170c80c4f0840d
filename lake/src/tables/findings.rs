//! `findings`: what scans found, once for each scan that saw it.

use domain::finding::{Finding, Suppression};

use super::report::{self, Reported};
use super::rows::{self, Column, RowTable, optional, required};
use super::spec::{ColumnSpec, ColumnType, TableSpec};

const COLUMNS: &[Column<Reported<Finding>>] = &[
    report::repository(),
    report::run_id(),
    report::run_attempt(),
    report::workflow(),
    report::job(),
    report::artifact(),
    report::report(),
    required(
        "scan",
        ColumnType::Integer,
        "position of its scan in the report, from 0",
        |row, _| row.row.scan.into(),
    ),
    required(
        "result",
        ColumnType::Integer,
        "position in its scan, from 0",
        |row, _| row.row.result.into(),
    ),
    required(
        "finding_uid",
        ColumnType::Word,
        "names the finding over all scans of its repository",
        |row, _| {
            row.row
                .identity
                .uid(row.report.context.repository.as_str())
                .to_string()
                .into()
        },
    ),
    required(
        "identity_basis",
        ColumnType::Word,
        "what it was recognised by: `package`, `fingerprint`, `resource`, `commit`, `snippet`, `order`",
        |row, _| row.row.identity.basis.as_str().into(),
    ),
    required(
        "occurrence",
        ColumnType::Integer,
        "counts the results of one scan that name the same finding, from 0",
        |row, _| row.row.occurrence.into(),
    ),
    required(
        "class",
        ColumnType::Word,
        "`sca`, `image`, `sast`, `secret`, `iac`, `license`, `contract`, `lint`, `types`, `other`",
        |row, _| row.row.identity.class.as_str().into(),
    ),
    required(
        "tool_family",
        ColumnType::Word,
        "the tool without version or edition",
        |row, _| (&row.row.tool_family).into(),
    ),
    required(
        "rule_id",
        ColumnType::Word,
        "rule as this scan writes it; empty where absent",
        |row, _| (&row.row.rule_id).into(),
    ),
    optional(
        "rule_name",
        ColumnType::Word,
        "short description, else name, of the rule",
        |row, _| row.row.rule_name.as_ref().into(),
    ),
    optional(
        "message",
        ColumnType::Text,
        "the message; null for a secret",
        |row, _| row.row.message.as_ref().into(),
    ),
    required(
        "severity",
        ColumnType::Word,
        "`critical`, `high`, `medium`, `low`, `unknown`, `none`",
        |row, _| row.row.assessment.severity.as_str().into(),
    ),
    required(
        "severity_basis",
        ColumnType::Word,
        "`class` (secrets are critical), `score`, `word`, `level`",
        |row, _| row.row.assessment.basis.as_str().into(),
    ),
    required(
        "is_severity_disputed",
        ColumnType::Boolean,
        "score and word differ; the higher one counts",
        |row, _| row.row.assessment.is_disputed.into(),
    ),
    required(
        "level",
        ColumnType::Word,
        "`error`, `warning`, `note`, `none`, with SARIF's defaults",
        |row, _| (&row.row.level).into(),
    ),
    optional(
        "security_severity",
        ColumnType::Word,
        "`security-severity` as written",
        |row, _| row.row.security_severity.as_ref().into(),
    ),
    optional(
        "tool_severity",
        ColumnType::Word,
        "the tool's own word, as written",
        |row, _| row.row.tool_severity.as_ref().into(),
    ),
    optional(
        "path",
        ColumnType::Word,
        "file of the first location, below the repository where it can be told",
        |row, _| row.row.path.as_ref().into(),
    ),
    optional("start_line", ColumnType::Long, "its first line, from 1", |row, _| {
        row.row.start_line.into()
    }),
    optional("end_line", ColumnType::Long, "its last line", |row, _| {
        row.row.end_line.into()
    }),
    optional(
        "logical_location",
        ColumnType::Word,
        "resource address, function or package of the first location",
        |row, _| row.row.logical_location.as_ref().into(),
    ),
    optional("package", ColumnType::Word, "package without version", |row, _| {
        row.row.package.as_ref().into()
    }),
    optional("purl", ColumnType::Word, "package URL as written", |row, _| {
        row.row.purl.as_ref().into()
    }),
    optional(
        "installed_version",
        ColumnType::Word,
        "version of the package",
        |row, _| row.row.installed_version.as_ref().into(),
    ),
    optional(
        "vulnerability_id",
        ColumnType::Word,
        "CVE, else GHSA, else the tool's own id",
        |row, _| row.row.vulnerability_id.as_ref().into(),
    ),
    optional(
        "vulnerability_ids",
        ColumnType::Word,
        "every CVE and GHSA that the rule names, by commas",
        |row, _| row.row.vulnerability_ids.as_ref().into(),
    ),
    optional(
        "commit_sha",
        ColumnType::Word,
        "commit that a secret was found in",
        |row, _| row.row.commit_sha.as_ref().into(),
    ),
    optional(
        "fingerprints",
        ColumnType::Text,
        "JSON of the tool's fingerprints, with the versions of their keys",
        |row, _| row.row.fingerprints.as_ref().into(),
    ),
    optional(
        "baseline_state",
        ColumnType::Word,
        "`new`, `unchanged`, `updated`, as written",
        |row, _| row.row.baseline_state.as_ref().into(),
    ),
    optional(
        "suppression",
        ColumnType::Word,
        "`suppressed`, `not_accepted`, `none`; null where the report does not tell",
        |row, _| row.row.suppression.map(Suppression::as_str).into(),
    ),
    optional(
        "suppression_kind",
        ColumnType::Word,
        "`inSource`, `external`, of the first suppression",
        |row, _| row.row.suppression_kind.as_ref().into(),
    ),
    optional(
        "suppression_justification",
        ColumnType::Text,
        "its justification",
        |row, _| row.row.suppression_justification.as_ref().into(),
    ),
    report::completed_at(),
    rows::known_at(),
    report::source_sha256(),
    rows::batch(),
];
static SPECS: [ColumnSpec; COLUMNS.len()] = rows::specs(COLUMNS);

/// The table.
pub static TABLE: RowTable<Reported<Finding>> = RowTable::new(
    TableSpec {
        name: "findings",
        doc: "one result of one scan that is a finding",
        columns: &SPECS,
        key: &[
            "repository",
            "run_id",
            "run_attempt",
            "workflow",
            "job",
            "artifact",
            "source_sha256",
            "scan",
            "result",
        ],
        event_time: "completed_at",
        sort: &[
            "repository",
            "finding_uid",
            "completed_at",
            "run_id",
            "run_attempt",
            "workflow",
            "job",
            "artifact",
            "source_sha256",
            "scan",
            "result",
        ],
        statistics: &["repository", "run_id", "finding_uid", "completed_at", "known_at"],
        target_rows: 500_000,
    },
    COLUMNS,
);

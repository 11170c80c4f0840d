//! The rows of a case: what its CSV says, and what holds where it says nothing.

use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use arrow::array::{Array as _, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::csv::ReaderBuilder;
use arrow::datatypes::{DataType, Field, Schema};
use domain::identity::Sha256Digest;
use lake::tables::spec::TableSpec;

/// Reads a body in CSV as rows of a table; what the header does not name has its default.
pub(crate) fn read_rows(spec: &TableSpec, body: &str) -> Result<RecordBatch> {
    let mut lines = body.lines().filter(|line| !line.trim().is_empty());
    let header: Vec<_> = lines.next().context("the section is empty")?.split(',').collect();
    for name in &header {
        ensure!(spec.index(name).is_some(), "there is no column `{name}`");
    }
    let mut csv = String::new();
    lines.flat_map(repeated).for_each(|line| {
        let _ = writeln!(csv, "{line}");
    });
    let n = csv.lines().count();
    let texts = Arc::new(Schema::new(
        header
            .iter()
            .map(|name| Field::new(*name, DataType::Utf8, true))
            .collect::<Vec<_>>(),
    ));
    let mut reader = ReaderBuilder::new(texts)
        .with_batch_size(n.max(1))
        .build(csv.as_bytes())?;
    let given = reader.next().transpose()?;
    let given: Vec<Vec<Option<&str>>> = given.as_ref().map_or_else(Vec::new, |batch| {
        let columns: Vec<&StringArray> = batch.columns().iter().map(AsArray::as_string::<i32>).collect();
        (0..batch.num_rows())
            .map(|row| {
                columns
                    .iter()
                    .map(|column| column.is_valid(row).then(|| column.value(row)))
                    .collect()
            })
            .collect()
    });
    let schema = spec.schema();
    let mut columns: Vec<ArrayRef> = Vec::new();
    for field in schema.fields() {
        let mut values: Vec<Option<String>> = Vec::with_capacity(given.len());
        for cells in &given {
            let value = |name: &str| {
                header
                    .iter()
                    .position(|other| *other == name)
                    .and_then(|index| cells[index])
            };
            let text = value(field.name()).map(str::to_owned).or_else(|| {
                // An attempt that is left empty is not told; one that is left out is the first.
                let is_left_out = !header.contains(&"run_attempt");
                let is_plain = (spec.name == "runs" && PLAIN_RUN.contains(&field.name().as_str()))
                    || (field.name() == "run_attempt" && is_left_out && value("run_id").is_some());
                let is_null = field.is_nullable() && !is_plain;
                if is_null {
                    None
                } else {
                    default(spec, field.name(), &value, cells)
                }
            });
            ensure!(
                text.is_some() || field.is_nullable(),
                "the column `{}` is missing or empty",
                field.name()
            );
            values.push(text);
        }
        let options = CastOptions {
            safe: false,
            ..CastOptions::default()
        };
        let column = cast_with_options(&StringArray::from(values), field.data_type(), &options);
        columns.push(column.with_context(|| format!("column `{}`", field.name()))?);
    }
    Ok(RecordBatch::try_new(schema, columns)?)
}

/// A line with `{a..b}` stands for as many lines as there are numbers from `a` to `b`.
pub(crate) fn repeated(line: &str) -> Vec<String> {
    let range = line
        .split_once('{')
        .and_then(|(_, rest)| rest.split_once('}'))
        .map(|(range, _)| range);
    let bounds = range
        .and_then(|range| range.split_once(".."))
        .and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    let (Some(range), Some((first, last))) = (range, bounds) else {
        return vec![line.to_owned()];
    };
    let mark = format!("{{{range}}}");
    (first..=last)
        .map(|number: u32| line.replace(&mark, &number.to_string()))
        .collect()
}

/// Columns that may be null in a lake, and are those of a plain run where a case leaves them out.
const PLAIN_RUN: &[&str] = &["head_branch", "default_branch", "head_repository"];

/// What a required column holds where a case leaves it out; listed in `tests/README.md`.
fn default<'a>(
    spec: &TableSpec,
    column: &str,
    value: &dyn Fn(&str) -> Option<&'a str>,
    cells: &[Option<&str>],
) -> Option<String> {
    let or = |name: &str, otherwise: &str| value(name).unwrap_or(otherwise).to_owned();
    let repository = or("repository", "acme/api");
    Some(match (spec.name, column) {
        (_, "repository") | ("runs", "head_repository") => repository,
        (_, "run_attempt" | "batch") => "1".to_owned(),
        (_, "known_at") => {
            let event_time = value(spec.event_time).or_else(|| value("merged_at"));
            let stated = event_time.or_else(|| value("started_at"));
            stated.or_else(|| value("completed_at"))?.to_owned()
        }
        ("runs", "event") => "push".to_owned(),
        ("runs", "head_branch") | (_, "default_branch" | "base_branch") => "main".to_owned(),
        ("runs" | "jobs", "head_sha") => format!("c{}", value("run_id")?),
        ("runs" | "jobs" | "steps", "status") => "completed".to_owned(),
        ("jobs", "created_at") => or("started_at", value("completed_at")?),
        ("repositories", "repository_id") => "1".to_owned(),
        ("repositories", "is_archived") | ("pull_requests", "is_draft") => "false".to_owned(),
        ("required_checks", "branch") => "~DEFAULT_BRANCH".to_owned(),
        ("required_checks", "origin") => "ruleset".to_owned(),
        ("required_checks", "enforcement") => "active".to_owned(),
        ("cache_listings", "n_caches") => "1".to_owned(),
        ("cache_listings" | "caches", "size_bytes") => "0".to_owned(),
        ("caches", "reference") => "refs/heads/main".to_owned(),
        ("caches", "key") => format!("poetry-{}", value("cache_id")?),
        ("caches", "last_accessed_at") => value("created_at")?.to_owned(),
        ("deployments", "reference") => "main".to_owned(),
        ("deployments", "task") => "deploy".to_owned(),
        ("deployments", "environment") => "production".to_owned(),
        ("deployments", "updated_at") => value("created_at")?.to_owned(),
        ("pull_requests", "pull_request_id") => value("number")?.to_owned(),
        ("codeowners", "owners") => String::new(),
        ("pull_request_files" | "pull_request_reviews", "position") => "0".to_owned(),
        ("pull_request_files", "is_whole") => "true".to_owned(),
        ("pull_requests", "state") => "closed".to_owned(),
        ("pull_requests", "title") => format!("Change {}", value("number")?),
        ("pull_requests", "head_branch") => "topic".to_owned(),
        ("pull_requests", "base_sha") => "c0".to_owned(),
        ("pull_requests", "created_at" | "updated_at") => value("merged_at")?.to_owned(),
        (
            "sources" | "test_results" | "scans" | "findings" | "coverage" | "coverage_files" | "sboms" | "packages"
            | "attestations",
            "source_sha256" | "landed_sha256",
        ) => {
            let path = match spec.name {
                "scans" | "findings" => value("report").or(Some("trivy.sarif")),
                "coverage" | "coverage_files" => value("report").or(Some("coverage.xml")),
                "sboms" | "packages" => value("report").or(Some("sbom.spdx.json")),
                "attestations" => value("report").or(Some("provenance.sigstore.json")),
                _ => value("path").or_else(|| value("report")),
            };
            let path = path.unwrap_or("junit.xml");
            let names = [value("job"), value("artifact"), Some(path)]
                .map(Option::unwrap_or_default)
                .join(" ");
            let text = format!("{repository} {} {} {names}", or("run_id", ""), or("run_attempt", "1"));
            value("source_sha256").map_or_else(|| Sha256Digest::of(text.as_bytes()).to_string(), str::to_owned)
        }
        // Entries of one list are one payload.
        ("pull_request_files" | "pull_request_reviews", "source_sha256") => {
            Sha256Digest::of(format!("{repository} {} {}", spec.name, value("number")?).as_bytes()).to_string()
        }
        // Two observations of one thing are two payloads.
        (_, "source_sha256") => Sha256Digest::of(format!("{cells:?}").as_bytes()).to_string(),
        ("sources", "path") | ("test_results", "report") => "junit.xml".to_owned(),
        ("sources", "format") => "junit".to_owned(),
        ("sources", "parser") => "junit/1".to_owned(),
        ("sources", "status") => "complete".to_owned(),
        ("sources", "size_bytes" | "n_rows" | "n_warnings") | ("test_results", "execution") => "0".to_owned(),
        ("test_results", "name") => value("test_id")?.to_owned(),
        ("test_results", "suite" | "class_name") => String::new(),
        ("test_results", "outcome") => "passed".to_owned(),
        ("test_results", "is_quarantined") => "false".to_owned(),
        ("scans" | "findings", "report") => "trivy.sarif".to_owned(),
        ("scans" | "findings", "scan") | ("findings", "result" | "occurrence") => "0".to_owned(),
        ("scans", "tool") => or("tool_family", "trivy"),
        ("scans" | "findings", "tool_family") => "trivy".to_owned(),
        ("scans", "completeness") => "complete".to_owned(),
        ("scans", "is_truncated") | ("findings", "is_severity_disputed") => "false".to_owned(),
        ("scans", "n_findings") => "0".to_owned(),
        ("coverage" | "coverage_files", "report") => "coverage.xml".to_owned(),
        ("coverage", "lines_basis" | "branches_basis") => "stated".to_owned(),
        ("coverage", "is_complete") => "true".to_owned(),
        ("coverage_files", "package") => String::new(),
        ("coverage", "n_files") => "0".to_owned(),
        ("coverage", counted) if counted.ends_with("_counted") => or(counted.trim_end_matches("_counted"), "0"),
        ("coverage_files", "lines_valid" | "lines_covered" | "branches_valid" | "branches_covered") => "0".to_owned(),
        ("sboms" | "packages", "report") => "sbom.spdx.json".to_owned(),
        ("sboms", "format") => "spdx".to_owned(),
        ("sboms", "is_complete") => "true".to_owned(),
        ("sboms", "n_subjects") => "1".to_owned(),
        ("sboms", "n_packages") => "0".to_owned(),
        ("packages", "is_root") => "false".to_owned(),
        ("packages", "license_status") => value("license").map_or("absent", |_| "valid").to_owned(),
        ("makefile_commands", "prerequisites") => String::new(),
        ("makefile_commands", "ignores_errors") => "false".to_owned(),
        ("attestations", "report") => "provenance.sigstore.json".to_owned(),
        ("attestations", "statement" | "subject") => "0".to_owned(),
        ("attestations", "n_subjects") => "1".to_owned(),
        ("attestations", "verification") => "verified".to_owned(),
        ("attestations", "log_evidence") => "inclusion_proof".to_owned(),
        ("findings", "identity_basis") => "package".to_owned(),
        ("findings", "class") => "sca".to_owned(),
        ("findings", "rule_id") => or("vulnerability_id", value("finding_uid")?),
        ("findings", "severity") => "high".to_owned(),
        ("findings", "severity_basis") => "score".to_owned(),
        ("findings", "level") => "error".to_owned(),
        _ => return None,
    })
}

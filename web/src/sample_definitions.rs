//! Definitions made up for tests, in the shape of those in `sql/`. Compiled for tests only.

use std::sync::Arc;

use query::definition::{Definition, Kind, Materialize};

/// A definition with what all of them share.
pub(crate) fn definition(kind: Kind, folder: &str, id: &str, title: &str, prose: &str, body: &str) -> Definition {
    let prose_lines: String = prose.lines().map(|line| ["-- ", line, "\n"].concat()).collect();
    Definition {
        id: id.to_owned(),
        kind,
        path: format!("{folder}/{id}.sql"),
        title: title.to_owned(),
        spec: "CI/CL-001 §21".to_owned(),
        owner: "qa".to_owned(),
        grain: "repository".to_owned(),
        unit: String::new(),
        target: None,
        n_min: None,
        since: 1,
        window: Some("flaky_window".to_owned()),
        list: None,
        severity: None,
        control: None,
        materialize: Materialize::No,
        arguments: vec![],
        columns: vec![],
        prose: prose.to_owned(),
        sql: format!(
            "-- {title}\n--\n-- kind: {folder}\n-- spec: CI/CL-001 §21\n-- owner: qa\n--\n{prose_lines}{body}\n"
        ),
    }
}

/// The KPI of the first slice.
pub(crate) fn flaky_test_rate() -> Arc<Definition> {
    Arc::new(Definition {
        unit: "percent".to_owned(),
        target: Some(("<".to_owned(), "flaky_rate_max".to_owned())),
        list: Some("flaky_tests".to_owned()),
        ..definition(
            Kind::Kpi,
            "kpi",
            "flaky_test_rate",
            "Flaky test rate",
            "Tests with at least one flaky verdict in the window, over tests executed in it.\nA verdict is flaky when a \
             test both failed and passed on one source.\nlimits: suites that are never retried cannot show flakiness \
             this way.",
            "with\nverdicts as (\n  select * from mart.test_verdicts where verdict_at >= $from and verdict_at < $to\n),\n\
             per_repository as (\n  select repository, count(distinct test_id) as n from verdicts group by repository\n)\n\
             select repository, period_start, period_end, value, n, low, high, excluded from per_repository",
        )
    })
}

/// Columns with their meaning.
pub(crate) fn columns(names: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(name, doc): &(&str, &str)| ((*name).to_owned(), (*doc).to_owned());
    names.iter().map(own).collect()
}

/// The list behind the KPI.
pub(crate) fn flaky_tests() -> Arc<Definition> {
    Arc::new(Definition {
        columns: columns(&[
            ("repository", "Where the test lives."),
            ("test_id", "Names the test while its suite, class and name stay."),
            ("suite", "Names of the suites, outermost first."),
            ("class_name", "Class of the case."),
            ("name", "Name of the case."),
            ("grade", "Best evidence: A same run, B equal tree, C same head commit."),
            ("n_flaky", "Codes under test on which it both failed and passed."),
            ("n_failed", "Failed executions on such codes."),
            ("n_passed", "Passed executions on such codes."),
            ("last_flaky_at", "When the last flaky verdict fell."),
            ("is_quarantined", "Carries the quarantine tag."),
        ]),
        ..definition(
            Kind::List,
            "list",
            "flaky_tests",
            "Flaky tests",
            "Every test with a flaky verdict in the window.",
            "select 1",
        )
    })
}

/// The list of a test's page.
pub(crate) fn test_executions() -> Arc<Definition> {
    Arc::new(Definition {
        arguments: vec!["test_id".to_owned()],
        columns: columns(&[
            ("repository", "Where the test lives."),
            ("suite", "Names of the suites."),
            ("class_name", "Class of the case."),
            ("name", "Name of the case."),
            ("completed_at", "When the execution completed."),
            ("run_id", "GitHub's id of the run."),
            ("run_attempt", "Attempt of the run."),
            ("workflow", "Workflow of the run."),
            ("job", "Job of the run."),
            ("event", "What started the run."),
            ("head_branch", "Branch."),
            ("head_sha", "Commit."),
            ("execution", "Counts executions in the report, from 0."),
            ("outcome", "passed, failed, error, skipped."),
            ("retry_evidence", "How the report shows a retry."),
            ("duration_ms", "Duration."),
            ("failure_type", "Type of the failure."),
            ("message", "Message of the failure."),
            ("is_quarantined", "Carries the quarantine tag."),
            ("ticket", "URL of its ticket."),
            ("source_sha256", "Digest of the report."),
        ]),
        ..definition(
            Kind::List,
            "list",
            "test_executions",
            "Executions of a test",
            "Newest first.",
            "select 1",
        )
    })
}

/// The list of what was ingested.
pub(crate) fn sources() -> Arc<Definition> {
    Arc::new(Definition {
        columns: columns(&[
            ("completed_at", "When the run attempt completed."),
            ("repository", "Where it ran."),
            ("run_id", "GitHub's id of the run."),
            ("run_attempt", "Attempt of the run."),
            ("path", "Path inside the artifact."),
            ("format", "Format of the file."),
            ("dialect", "Producer."),
            ("status", "complete, partial or refused."),
            ("reason", "Why it is not complete."),
            ("n_rows", "Rows parsed."),
            ("n_warnings", "Warnings."),
            ("warnings", "Their texts."),
            ("source_sha256", "Digest as written."),
        ]),
        ..definition(
            Kind::List,
            "list",
            "sources",
            "Sources",
            "What was ingested.",
            "select 1",
        )
    })
}

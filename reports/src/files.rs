//! The files of a report: pages, tables, texts, and their digests.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use askama::Template as _;
use domain::clock::format_timestamp;
use domain::identity::Sha256Digest;
use query::answer::Cell;
use query::csv::{Csv, optional, text};
use query::render::table_csv;
use query::render_controls::{control_csv, controls_csv};

use crate::error::Result;
use crate::matrix::Matrix;
use crate::pages::{ControlPage, ReadmePage, ReportPage};
use crate::report::{File, Report};

/// Every file by path, then the one with their digests.
pub(crate) fn of(report: &Report) -> Result<Vec<File>> {
    let matrix = Matrix::of(&report.answer.controls);
    let mut files = BTreeMap::new();
    let mut add = |path: &str, content: String| files.insert(path.to_owned(), content);
    add("report.html", ReportPage::new(report, &matrix).render()?);
    add("README.txt", ReadmePage::new(report).render()?);
    add("csv/controls.csv", controls_csv(&report.answer.controls));
    add("csv/matrix.csv", matrix_csv(&matrix));
    add("csv/freshness.csv", table_csv(&report.freshness));
    add("csv/gaps.csv", table_csv(&report.gaps));
    add("csv/sources.csv", table_csv(&report.sources));
    add("csv/policy.csv", policy_csv(report));
    add("csv/parameters.csv", parameters_csv(report));
    add("lake.sha256", lake_sums(report));
    for line in &matrix.lines {
        let id = &line.answer.control.id;
        add(&format!("csv/subjects/{id}.csv"), control_csv(line.answer));
        if let Some((_, chain)) = report.chains.iter().find(|(of, _)| of == id) {
            add(
                &format!("controls/{id}.html"),
                ControlPage::new(report, line, chain).render()?,
            );
            for definition in &chain.definitions {
                add(&format!("sql/{}", definition.path), definition.sql.clone());
            }
        }
    }
    let mut files: Vec<File> = files
        .into_iter()
        .map(|(path, content)| File { path, content })
        .collect();
    let sums = File {
        path: "SHA256SUMS".to_owned(),
        content: sums(files.iter().map(|file| {
            let digest = Sha256Digest::of(file.content.as_bytes());
            (digest.to_string(), file.path.clone())
        })),
    };
    files.push(sums);
    Ok(files)
}

/// Lines as `sha256sum -c` takes them.
fn sums(digests: impl IntoIterator<Item = (String, String)>) -> String {
    let mut text = String::new();
    for (digest, path) in digests {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{digest}  {path}");
    }
    text
}

/// The files and manifests of the lake that were read, by path.
fn lake_sums(report: &Report) -> String {
    let chains = || report.chains.iter().map(|(_, chain)| chain);
    let files = chains().flat_map(|chain| &chain.files);
    let mut read: BTreeSet<_> = files.map(|file| (file.path.clone(), file.sha256.clone())).collect();
    for (_, sha256) in chains().flat_map(|chain| &chain.manifests) {
        read.insert((format!("manifests/{sha256}.json"), sha256.clone()));
    }
    sums(read.into_iter().map(|(path, digest)| (digest, path)))
}

fn matrix_csv(matrix: &Matrix<'_>) -> String {
    let mut csv = Csv::new(["control", "repository", "status", "subjects"]);
    for line in &matrix.lines {
        for (repository, count) in matrix.repositories.iter().zip(&line.cells) {
            csv.line([
                text(&line.answer.control.id),
                text(repository),
                optional(count.as_ref().map(|count| count.status.as_str())),
                text(&count.as_ref().map_or_else(String::new, |count| {
                    let told = count.n.iter().map(|(status, n)| format!("{status}={n}"));
                    told.collect::<Vec<_>>().join(";")
                })),
            ]);
        }
    }
    csv.into_text()
}

fn policy_csv(report: &Report) -> String {
    let mut csv = Csv::new(["name", "value", "unit", "basis", "clause", "valid_from", "valid_to"]);
    for rule in &report.policy {
        csv.line([
            text(&rule.name),
            Cell::Float(rule.value),
            text(&rule.unit),
            text(rule.basis.as_str()),
            text(&rule.clause),
            rule.valid_from.map_or(Cell::Null, Cell::Time),
            rule.valid_to.map_or(Cell::Null, Cell::Time),
        ]);
    }
    csv.into_text()
}

fn parameters_csv(report: &Report) -> String {
    let asked = report.asked();
    let mut parameters = vec![
        ("publication".to_owned(), asked.publication.to_string()),
        ("publication_sha256".to_owned(), asked.publication_sha256.clone()),
        (
            "published_at".to_owned(),
            asked.published_at.map(format_timestamp).unwrap_or_default(),
        ),
        ("repositories".to_owned(), asked.repositories.join(" ")),
        ("version".to_owned(), report.version.clone()),
    ];
    if let Some((_, chain)) = report.chains.first() {
        parameters.extend(
            chain
                .parameters
                .iter()
                .map(|(name, value)| (format!("${name}"), value.clone())),
        );
    }
    let mut csv = Csv::new(["name", "value"]);
    for (name, value) in parameters {
        csv.line([text(&name), text(&value)]);
    }
    csv.into_text()
}

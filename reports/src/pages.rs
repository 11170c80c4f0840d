//! What the pages of a report say; the templates of the same names lay it out.

use askama::Template;
use domain::clock::format_timestamp;
use domain::control::ControlStatus;
use query::answer::{Cell, Chain, ControlAnswer, ControlCount, ControlRow, Table};
use query::prose::{Prose, prose};

use crate::matrix::{Line, Matrix};
use crate::report::{Report, command};
use crate::words;

/// Part of every page, so that a file needs no other.
const STYLE: &str = include_str!("../assets/style.css");
/// Subjects of a control that do not pass, on the page of the report; the control's page shows more.
const SHOWN_IN_REPORT: usize = 8;
/// Subjects of a repository on a control's page; the CSV holds all.
const SHOWN_OF_REPOSITORY: usize = 100;
/// Rows of a table of evidence; the CSV holds all.
const SHOWN_OF_TABLE: usize = 200;

/// What every page says of itself.
#[derive(Debug)]
pub(crate) struct Scope {
    from: String,
    to: String,
    as_of: String,
    known_at: String,
    repositories: String,
    publication: String,
    publication_sha256: String,
    published_at: String,
    version: String,
}

impl Scope {
    fn new(report: &Report) -> Self {
        let asked = report.asked();
        Self {
            from: format_timestamp(asked.window.from),
            to: format_timestamp(asked.window.to),
            as_of: format_timestamp(asked.as_of),
            known_at: asked
                .known_at
                .map_or_else(|| "everything in the publication".to_owned(), format_timestamp),
            repositories: match asked.repositories.as_slice() {
                [] => "all repositories in the lake".to_owned(),
                named => named.join(", "),
            },
            publication: asked.publication.to_string(),
            publication_sha256: asked.publication_sha256.clone(),
            published_at: asked.published_at.map(format_timestamp).unwrap_or_default(),
            version: report.version.clone(),
        }
    }
}

/// A status with its word, and how many subjects have it.
#[derive(Debug)]
struct StatusView {
    /// Class of the stylesheet.
    class: &'static str,
    word: &'static str,
    share: String,
    counts: String,
}

impl StatusView {
    fn new(count: &ControlCount) -> Self {
        Self {
            class: count.status.as_str(),
            word: words::status(count.status),
            share: words::share(count),
            counts: words::counts(count),
        }
    }
}

/// A subject of a control.
#[derive(Debug)]
struct SubjectView {
    class: &'static str,
    word: &'static str,
    subject: String,
    reason: String,
    observed_at: String,
    evidence: String,
}

impl SubjectView {
    fn new(row: &ControlRow) -> Self {
        Self {
            class: row.status.as_str(),
            word: words::status(row.status),
            subject: row.subject.clone(),
            reason: row.reason.clone(),
            observed_at: row.observed_at.map(format_timestamp).unwrap_or_default(),
            evidence: row.evidence.clone(),
        }
    }
}

/// Rows for people: the columns that matter, as text.
#[derive(Debug)]
struct Grid {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    n_rows: usize,
}

impl Grid {
    fn new(table: &Table, columns: &[&str]) -> Self {
        let indices: Vec<usize> = columns
            .iter()
            .filter_map(|name| table.columns.iter().position(|column| column.name == *name))
            .collect();
        let row = |cells: &Vec<Cell>| indices.iter().map(|index| cell(&cells[*index])).collect();
        Self {
            columns: columns.iter().map(|name| name.replace('_', " ")).collect(),
            rows: table.rows.iter().take(SHOWN_OF_TABLE).map(row).collect(),
            n_rows: table.rows.len(),
        }
    }

    fn is_cut(&self) -> bool {
        self.rows.len() < self.n_rows
    }
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Null => "–".to_owned(),
        Cell::Text(text) => text.clone(),
        Cell::Integer(number) => number.to_string(),
        Cell::Float(number) => number.to_string(),
        Cell::Boolean(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Cell::Time(instant) => format_timestamp(*instant),
    }
}

/// What a control is, wherever it is shown.
#[derive(Debug)]
struct ControlView {
    id: String,
    clause: String,
    section: String,
    unit: String,
    severity: String,
    remediation: String,
    status: StatusView,
}

impl ControlView {
    fn new(answer: &ControlAnswer, count: &ControlCount) -> Self {
        let definition = answer.control.definition();
        let header = definition.and_then(|definition| definition.control.as_ref());
        let severity = definition.and_then(|definition| definition.severity.clone());
        Self {
            id: answer.control.id.clone(),
            clause: answer.control.clause.clone(),
            section: answer.control.section(),
            unit: answer.control.unit.clone(),
            severity: severity.unwrap_or_default(),
            remediation: header.map(|header| header.remediation.clone()).unwrap_or_default(),
            status: StatusView {
                counts: words::summary(answer),
                ..StatusView::new(count)
            },
        }
    }
}

/// A line of the matrix.
#[derive(Debug)]
struct LineView {
    control: ControlView,
    cells: Vec<Option<StatusView>>,
}

/// A control that does not pass.
#[derive(Debug)]
struct Finding {
    control: ControlView,
    subjects: Vec<SubjectView>,
    n_subjects: usize,
}

/// A number of the policy.
#[derive(Debug)]
struct RuleView {
    name: String,
    value: String,
    unit: String,
    basis: &'static str,
    clause: String,
    valid_from: String,
    valid_to: String,
}

/// The report.
#[derive(Debug, Template)]
#[template(path = "report.html")]
pub(crate) struct ReportPage {
    style: &'static str,
    scope: Scope,
    title: String,
    reading: String,
    status: StatusView,
    n_controls: usize,
    n_computed: usize,
    columns: Vec<String>,
    owner: String,
    lines: Vec<LineView>,
    findings: Vec<Finding>,
    uncollected: Vec<(ControlView, String)>,
    freshness: Grid,
    gaps: Grid,
    n_gaps: usize,
    n_sources: String,
    policy: Vec<RuleView>,
    definitions: Vec<(String, String, String)>,
    manifests: Vec<(String, String)>,
    n_files: usize,
    n_rows: String,
    command: String,
}

impl ReportPage {
    pub(crate) fn new(report: &Report, matrix: &Matrix<'_>) -> Self {
        let answer = &report.answer;
        let finding = |line: &Line<'_>| finding(line.answer, &line.all);
        let chains = || report.chains.iter().map(|(_, chain)| chain);
        let mut definitions: Vec<_> = chains().flat_map(|chain| &chain.definitions).collect();
        definitions.sort_by(|a, b| a.path.cmp(&b.path));
        definitions.dedup_by(|a, b| a.path == b.path);
        let mut manifests: Vec<_> = chains().flat_map(|chain| chain.manifests.clone()).collect();
        manifests.sort();
        manifests.dedup();
        let mut files: Vec<_> = chains().flat_map(|chain| &chain.files).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup_by(|a, b| a.path == b.path);
        Self {
            style: STYLE,
            scope: Scope::new(report),
            title: answer.decision.title.clone(),
            reading: answer.decision.reading.clone(),
            status: StatusView::new(&answer.count()),
            n_controls: answer.controls.len(),
            n_computed: matrix.lines.len(),
            columns: matrix.repositories.iter().map(|name| (*name).to_owned()).collect(),
            owner: matrix.owner.to_owned(),
            lines: matrix
                .lines
                .iter()
                .map(|line| LineView {
                    control: ControlView::new(line.answer, &line.all),
                    cells: line
                        .cells
                        .iter()
                        .map(|count| count.as_ref().map(StatusView::new))
                        .collect(),
                })
                .collect(),
            findings: matrix.lines.iter().filter_map(finding).collect(),
            uncollected: matrix
                .uncollected
                .iter()
                .map(|answer| (ControlView::new(answer, &answer.count()), answer.reason.clone()))
                .collect(),
            freshness: Grid::new(
                &report.freshness,
                &[
                    "repository",
                    "format",
                    "n",
                    "n_rows",
                    "n_partial",
                    "n_refused",
                    "newest_at",
                ],
            ),
            gaps: Grid::new(
                &report.gap_counts,
                &["repository", "resource", "reason", "n", "from_at", "to_at"],
            ),
            n_gaps: report.gaps.rows.len(),
            n_sources: words::number(report.sources.rows.len() as u64),
            policy: report
                .policy
                .iter()
                .map(|rule| RuleView {
                    name: rule.name.clone(),
                    value: rule.value.to_string(),
                    unit: rule.unit.clone(),
                    basis: rule.basis.as_str(),
                    clause: rule.clause.clone(),
                    valid_from: rule.valid_from.map(format_timestamp).unwrap_or_default(),
                    valid_to: rule.valid_to.map(format_timestamp).unwrap_or_default(),
                })
                .collect(),
            definitions: definitions
                .iter()
                .map(|definition| {
                    let digest = domain::identity::Sha256Digest::of(definition.sql.as_bytes());
                    (
                        format!("sql/{}", definition.path),
                        definition.title.clone(),
                        digest.to_string(),
                    )
                })
                .collect(),
            manifests,
            n_files: files.len(),
            n_rows: words::number(files.iter().map(|file| file.rows).sum()),
            command: command(&report.answer.decision.id, report.asked(), "DIR"),
        }
    }

    /// A repository's name as a column's head: without the owner that all share.
    fn head<'a>(&self, repository: &'a str) -> &'a str {
        repository.strip_prefix(self.owner.as_str()).unwrap_or(repository)
    }
}

/// What a control that does not pass shows; null where it passes or has no object.
fn finding(answer: &ControlAnswer, count: &ControlCount) -> Option<Finding> {
    if matches!(count.status, ControlStatus::Pass | ControlStatus::NotApplicable) {
        return None;
    }
    let speaks = |row: &&ControlRow| !matches!(row.status, ControlStatus::Pass | ControlStatus::NotApplicable);
    let rows: Vec<&ControlRow> = answer.rows.iter().filter(speaks).collect();
    Some(Finding {
        control: ControlView::new(answer, count),
        subjects: rows
            .iter()
            .take(SHOWN_IN_REPORT)
            .map(|row| SubjectView::new(row))
            .collect(),
        n_subjects: rows.len(),
    })
}

/// Subjects of one repository on a control's page.
#[derive(Debug)]
struct Group {
    /// Empty: subjects that are the whole selection.
    repository: String,
    status: StatusView,
    subjects: Vec<SubjectView>,
    n_subjects: usize,
}

/// A relation with its text.
#[derive(Debug)]
struct DefinitionView {
    path: String,
    title: String,
    sql: String,
    sha256: String,
}

/// A control of the report.
#[derive(Debug, Template)]
#[template(path = "control.html")]
pub(crate) struct ControlPage {
    style: &'static str,
    scope: Scope,
    title: String,
    control: ControlView,
    prose: Prose,
    groups: Vec<Group>,
    command: String,
    parameters: Vec<(String, String)>,
    definitions: Vec<DefinitionView>,
    manifests: Vec<(String, String)>,
    files: Vec<(String, String, String)>,
}

impl ControlPage {
    pub(crate) fn new(report: &Report, line: &Line<'_>, chain: &Chain) -> Self {
        let definition = line.answer.control.definition();
        let group = |(repository, count): (Option<&str>, ControlCount)| {
            let rows: Vec<&ControlRow> = line
                .answer
                .rows
                .iter()
                .filter(|row| row.repository() == repository)
                .collect();
            Group {
                repository: repository.unwrap_or_default().to_owned(),
                status: StatusView::new(&count),
                subjects: rows
                    .iter()
                    .take(SHOWN_OF_REPOSITORY)
                    .map(|row| SubjectView::new(row))
                    .collect(),
                n_subjects: rows.len(),
            }
        };
        Self {
            style: STYLE,
            scope: Scope::new(report),
            title: report.answer.decision.title.clone(),
            control: ControlView::new(line.answer, &line.all),
            prose: definition.map(|definition| prose(definition)).unwrap_or_default(),
            groups: line.answer.by_repository().into_iter().map(group).collect(),
            command: format!("{} --format csv", chain.command),
            parameters: chain.parameters.clone(),
            definitions: chain
                .definitions
                .iter()
                .rev()
                .map(|definition| DefinitionView {
                    path: format!("sql/{}", definition.path),
                    title: definition.title.clone(),
                    sql: definition.sql.clone(),
                    sha256: domain::identity::Sha256Digest::of(definition.sql.as_bytes()).to_string(),
                })
                .collect(),
            manifests: chain.manifests.clone(),
            files: chain
                .files
                .iter()
                .map(|file| (file.path.clone(), words::number(file.rows), file.sha256.clone()))
                .collect(),
        }
    }
}

/// How to check the report.
#[derive(Debug, Template)]
#[template(path = "README.txt")]
pub(crate) struct ReadmePage {
    title: String,
    scope: Scope,
    command: String,
    controls: Vec<(String, String)>,
}

impl ReadmePage {
    pub(crate) fn new(report: &Report) -> Self {
        Self {
            title: report.answer.decision.title.clone(),
            scope: Scope::new(report),
            command: command(&report.answer.decision.id, report.asked(), "DIR"),
            controls: report
                .chains
                .iter()
                .map(|(id, chain)| (id.clone(), chain.command.clone()))
                .collect(),
        }
    }
}

//! Answers as JSON and CSV: the one place that decides how a value is written, for the command line and for the web.
//!
//! JSON functions return values to serialize, not text: their fields keep the order in which they stand here.

use std::collections::BTreeMap;

use domain::clock::format_timestamp;
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

use crate::answer::{Cell, Column, Excluded, Explanation, FileRef, KpiAnswer, KpiRow, PublicationRef, Subject, Table};
use crate::csv::{Csv, optional, text};
use crate::render_controls::{ControlJson, control_json};

/// One row of a KPI as JSON; the order of the fields is part of the format.
#[derive(Debug, Serialize)]
pub struct KpiJson<'a> {
    id: &'a str,
    definition_version: u32,
    repository: Option<&'a str>,
    from: String,
    to: String,
    as_of: String,
    known_at: Option<String>,
    publication: u64,
    value: Option<f64>,
    unit: &'a str,
    n: i64,
    low: Option<f64>,
    high: Option<f64>,
    separable: Option<bool>,
    target: Option<TargetJson<'a>>,
    verdict: &'static str,
    excluded: Vec<ExcludedJson<'a>>,
    companions: &'a BTreeMap<String, Option<f64>>,
}

/// The limit of a KPI.
#[derive(Debug, Serialize)]
struct TargetJson<'a> {
    comparison: &'static str,
    limit: f64,
    basis: Option<&'a str>,
}

/// What was left out for one reason.
#[derive(Debug, Serialize)]
struct ExcludedJson<'a> {
    reason: &'a str,
    n: i64,
}

/// Rows as JSON: the parameters, the columns with their meaning, one object for each row.
#[derive(Debug, Serialize)]
pub struct TableJson<'a> {
    id: Option<&'a str>,
    definition_version: Option<u32>,
    from: String,
    to: String,
    as_of: String,
    known_at: Option<String>,
    publication: u64,
    repositories: &'a [String],
    arguments: &'a BTreeMap<String, String>,
    columns: Vec<ColumnJson<'a>>,
    n_rows: usize,
    rows: Vec<RowJson<'a>>,
}

/// A column with its meaning.
#[derive(Debug, Serialize)]
struct ColumnJson<'a> {
    name: &'a str,
    doc: &'a str,
}

/// A row as an object in the order of the columns.
#[derive(Debug)]
struct RowJson<'a> {
    table: &'a Table,
    cells: &'a [Cell],
}

/// The chain of a number as JSON.
#[derive(Debug, Serialize)]
pub struct ExplanationJson<'a> {
    id: Option<&'a str>,
    kind: &'static str,
    publication: u64,
    publication_sha256: &'a str,
    published_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kpi: Option<Vec<KpiJson<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    control: Option<ControlJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n_rows: Option<usize>,
    definitions: Vec<DefinitionJson<'a>>,
    parameters: Vec<ParameterJson<'a>>,
    files: Vec<FileJson<'a>>,
    manifests: Vec<ManifestJson<'a>>,
    sources: TableJson<'a>,
    command: &'a str,
}

/// A relation with its text.
#[derive(Debug, Serialize)]
struct DefinitionJson<'a> {
    id: &'a str,
    path: &'a str,
    version: u32,
    title: &'a str,
    spec: &'a str,
    owner: &'a str,
    sql: &'a str,
}

/// A named parameter as the SQL sees it.
#[derive(Debug, Serialize)]
struct ParameterJson<'a> {
    name: &'a str,
    value: &'a str,
}

/// A file that was read.
#[derive(Debug, Serialize)]
struct FileJson<'a> {
    table: &'a str,
    path: &'a str,
    sha256: &'a str,
    rows: u64,
    bytes: u64,
}

/// The list of a table's files.
#[derive(Debug, Serialize)]
struct ManifestJson<'a> {
    table: &'a str,
    sha256: &'a str,
}

/// A publication as JSON.
#[derive(Debug, Serialize)]
pub struct PublicationJson<'a> {
    number: u64,
    sha256: &'a str,
    previous_sha256: Option<&'a str>,
    published_at: String,
    cause: &'a str,
    batches: &'a [String],
    tables: Vec<PublishedTableJson<'a>>,
}

/// What a publication holds of one table.
#[derive(Debug, Serialize)]
struct PublishedTableJson<'a> {
    table: &'a str,
    files: u64,
    rows: u64,
    bytes: u64,
}

/// A KPI as an array with one object for each row, everything in the selection first.
pub fn kpi_json(answer: &KpiAnswer) -> Vec<KpiJson<'_>> {
    answer.rows.iter().map(|row| kpi_row_json(answer, row)).collect()
}

fn kpi_row_json<'a>(answer: &'a KpiAnswer, row: &'a KpiRow) -> KpiJson<'a> {
    let target = row.target.map(|target| TargetJson {
        comparison: match target.comparison {
            domain::kpi::Comparison::Less => "<",
            domain::kpi::Comparison::LessOrEqual => "<=",
            domain::kpi::Comparison::GreaterOrEqual => ">=",
        },
        limit: target.limit,
        basis: row.basis.as_deref(),
    });
    let excluded = |excluded: &'a Excluded| ExcludedJson {
        reason: &excluded.reason,
        n: excluded.n,
    };
    KpiJson {
        id: &answer.definition.id,
        definition_version: answer.definition.since,
        repository: row.repository.as_deref(),
        from: format_timestamp(row.window.from),
        to: format_timestamp(row.window.to),
        as_of: format_timestamp(answer.asked.as_of),
        known_at: answer.asked.known_at.map(format_timestamp),
        publication: answer.asked.publication,
        value: row.value,
        unit: &answer.definition.unit,
        n: row.n,
        low: row.low,
        high: row.high,
        separable: row.separable,
        target,
        verdict: row.verdict.as_str(),
        excluded: row.excluded.iter().map(excluded).collect(),
        companions: &row.companions,
    }
}

/// Rows with their parameters and columns.
pub fn table_json(table: &Table) -> TableJson<'_> {
    TableJson {
        id: table.definition.as_ref().map(|definition| definition.id.as_str()),
        definition_version: table.definition.as_ref().map(|definition| definition.since),
        from: format_timestamp(table.asked.window.from),
        to: format_timestamp(table.asked.window.to),
        as_of: format_timestamp(table.asked.as_of),
        known_at: table.asked.known_at.map(format_timestamp),
        publication: table.asked.publication,
        repositories: &table.asked.repositories,
        arguments: &table.asked.arguments,
        columns: table.columns.iter().map(column_json).collect(),
        n_rows: table.rows.len(),
        rows: table.rows.iter().map(|cells| RowJson { table, cells }).collect(),
    }
}

fn column_json(Column { name, doc }: &Column) -> ColumnJson<'_> {
    ColumnJson { name, doc }
}

/// The chain from a number back to bytes.
pub fn explanation_json(explanation: &Explanation) -> ExplanationJson<'_> {
    let (definition, kind, asked) = match &explanation.subject {
        Subject::Kpi(answer) => (Some(&answer.definition), "kpi", &answer.asked),
        Subject::Control(answer) => (answer.control.definition(), "control", &answer.asked),
        Subject::List(table) => (table.definition.as_ref(), "list", &table.asked),
    };
    let (kpi, control, n_rows) = match &explanation.subject {
        Subject::Kpi(answer) => (Some(kpi_json(answer)), None, None),
        Subject::Control(answer) => (None, Some(control_json(answer)), None),
        Subject::List(table) => (None, None, Some(table.rows.len())),
    };
    ExplanationJson {
        id: definition.map(|definition| definition.id.as_str()),
        kind,
        publication: asked.publication,
        publication_sha256: &asked.publication_sha256,
        published_at: asked.published_at.map(format_timestamp),
        kpi,
        control,
        n_rows,
        definitions: explanation
            .chain
            .definitions
            .iter()
            .map(|definition| DefinitionJson {
                id: &definition.id,
                path: &definition.path,
                version: definition.since,
                title: &definition.title,
                spec: &definition.spec,
                owner: &definition.owner,
                sql: &definition.sql,
            })
            .collect(),
        parameters: explanation
            .chain
            .parameters
            .iter()
            .map(|(name, value)| ParameterJson { name, value })
            .collect(),
        files: explanation.chain.files.iter().map(file_json).collect(),
        manifests: explanation
            .chain
            .manifests
            .iter()
            .map(|(table, sha256)| ManifestJson { table, sha256 })
            .collect(),
        sources: table_json(&explanation.sources),
        command: &explanation.chain.command,
    }
}

fn file_json(file: &FileRef) -> FileJson<'_> {
    let FileRef {
        table,
        path,
        sha256,
        rows,
        bytes,
    } = file;
    FileJson {
        table,
        path,
        sha256,
        rows: *rows,
        bytes: *bytes,
    }
}

/// Publications in the order given.
pub fn publications_json(publications: &[PublicationRef]) -> Vec<PublicationJson<'_>> {
    publications
        .iter()
        .map(|publication| PublicationJson {
            number: publication.number,
            sha256: &publication.sha256,
            previous_sha256: publication.previous_sha256.as_deref(),
            published_at: format_timestamp(publication.published_at),
            cause: &publication.cause,
            batches: &publication.batches,
            tables: publication
                .tables
                .iter()
                .map(|(table, files, rows, bytes)| PublishedTableJson {
                    table,
                    files: *files,
                    rows: *rows,
                    bytes: *bytes,
                })
                .collect(),
        })
        .collect()
}

impl Serialize for RowJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.cells.len()))?;
        for (column, cell) in self.table.columns.iter().zip(self.cells) {
            match cell {
                Cell::Null => map.serialize_entry(&column.name, &())?,
                Cell::Text(text) => map.serialize_entry(&column.name, text)?,
                Cell::Integer(number) => map.serialize_entry(&column.name, number)?,
                Cell::Float(number) => map.serialize_entry(&column.name, number)?,
                Cell::Boolean(flag) => map.serialize_entry(&column.name, flag)?,
                Cell::Time(instant) => map.serialize_entry(&column.name, &format_timestamp(*instant))?,
            }
        }
        map.end()
    }
}

/// The head of a KPI's CSV; exclusions are `reason=n` joined by `;`, companions likewise.
const KPI_HEAD: &str = "id,definition_version,repository,from,to,as_of,known_at,publication,value,unit,n,low,high,\
                        separable,target_comparison,target_limit,target_basis,verdict,excluded,companions\r\n";

/// The head of the publications' CSV.
const PUBLICATIONS_HEAD: &str = "number,sha256,previous_sha256,published_at,cause,table,files,rows,bytes\r\n";

/// A KPI with one line for each row; the same fields as [`kpi_json`].
pub fn kpi_csv(answer: &KpiAnswer) -> String {
    kpis_csv(std::slice::from_ref(answer))
}

/// Several KPIs under one header, one line for each row of each.
pub fn kpis_csv(answers: &[KpiAnswer]) -> String {
    let mut csv = Csv(KPI_HEAD.to_owned());
    for row in answers.iter().flat_map(kpi_json) {
        let (comparison, limit, basis) = row
            .target
            .as_ref()
            .map_or((Cell::Null, Cell::Null, Cell::Null), |target| {
                (
                    Cell::Text(target.comparison.to_owned()),
                    Cell::Float(target.limit),
                    optional(target.basis),
                )
            });
        let excluded = row
            .excluded
            .iter()
            .map(|excluded| format!("{}={}", excluded.reason, excluded.n));
        let companions = row.companions.iter().map(|(name, value)| match value {
            Some(value) => format!("{name}={value}"),
            None => format!("{name}="),
        });
        csv.line([
            text(row.id),
            Cell::Integer(i64::from(row.definition_version)),
            optional(row.repository),
            text(&row.from),
            text(&row.to),
            text(&row.as_of),
            optional(row.known_at.as_deref()),
            text(&row.publication.to_string()),
            row.value.map_or(Cell::Null, Cell::Float),
            text(row.unit),
            Cell::Integer(row.n),
            row.low.map_or(Cell::Null, Cell::Float),
            row.high.map_or(Cell::Null, Cell::Float),
            row.separable.map_or(Cell::Null, Cell::Boolean),
            comparison,
            limit,
            basis,
            text(row.verdict),
            text(&excluded.collect::<Vec<_>>().join(";")),
            text(&companions.collect::<Vec<_>>().join(";")),
        ]);
    }
    csv.0
}

/// A header with the columns' names, then one line for each row.
pub fn table_csv(table: &Table) -> String {
    let mut csv = Csv::default();
    csv.line(table.columns.iter().map(|column| text(&column.name)));
    for row in &table.rows {
        csv.line(row.iter().cloned());
    }
    csv.0
}

/// Publications with one line for each table of each.
pub fn publications_csv(publications: &[PublicationRef]) -> String {
    let mut csv = Csv(PUBLICATIONS_HEAD.to_owned());
    for publication in publications {
        for (table, files, rows, bytes) in &publication.tables {
            csv.line([
                text(&publication.number.to_string()),
                text(&publication.sha256),
                optional(publication.previous_sha256.as_deref()),
                Cell::Time(publication.published_at),
                text(&publication.cause),
                text(table),
                text(&files.to_string()),
                text(&rows.to_string()),
                text(&bytes.to_string()),
            ]);
        }
    }
    csv.0
}

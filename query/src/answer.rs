//! What the engine answers: plain values with everything that is needed to judge and to recompute them.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::clock::{Timestamp, Window};
use domain::control::ControlStatus;
use domain::kpi::{KpiVerdict, Target};

use crate::controls::{Control, Decision};
use crate::definition::Definition;

/// What a reader asks: which instant, which knowledge, which span, whose rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Question {
    /// Valid time: what had happened by then.
    pub as_of: Timestamp,
    /// Transaction time: what had been seen by then; null: everything in the publication.
    pub known_at: Option<Timestamp>,
    /// Number of the publication; null: the newest.
    pub publication: Option<u64>,
    /// The span of valid time; null: the definition's own before `as_of`.
    pub window: Option<Window>,
    /// Rows of these repositories only; empty: all.
    pub repositories: Vec<String>,
    /// Further named parameters of the definition, as `test_id`.
    pub arguments: BTreeMap<String, String>,
}

/// What was asked in the end, after every default was filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Valid time.
    pub as_of: Timestamp,
    /// Transaction time; null: everything in the publication.
    pub known_at: Option<Timestamp>,
    /// Number of the publication that was read; 0 while nothing is published.
    pub publication: u64,
    /// SHA-256 of that publication's bytes; empty while nothing is published.
    pub publication_sha256: String,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// The span of valid time.
    pub window: Window,
    /// Rows of these repositories only; empty: all.
    pub repositories: Vec<String>,
    /// Further named parameters.
    pub arguments: BTreeMap<String, String>,
}

/// A KPI's values: one for each repository and one for all of them.
#[derive(Debug, Clone)]
pub struct KpiAnswer {
    /// What was computed.
    pub definition: Arc<Definition>,
    /// With which parameters.
    pub asked: Asked,
    /// All repositories first, then each by name.
    pub rows: Vec<KpiRow>,
}

/// A KPI's value with its verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct KpiRow {
    /// Null: everything in the selection.
    pub repository: Option<String>,
    /// The span that the value covers.
    pub window: Window,
    /// The value in the definition's unit; null: nothing to compute from.
    pub value: Option<f64>,
    /// Size of the population.
    pub n: i64,
    /// Lower end of the 95 % interval, where the KPI is a proportion.
    pub low: Option<f64>,
    /// Upper end of the interval.
    pub high: Option<f64>,
    /// Whether the interval lies on one side of the target; null without an interval.
    pub separable: Option<bool>,
    /// The limit that held at the end of the window.
    pub target: Option<Target>,
    /// Who set the limit: `spec` or `house`, with its clause.
    pub basis: Option<String>,
    /// What the value means.
    pub verdict: KpiVerdict,
    /// What was left out and why.
    pub excluded: Vec<Excluded>,
    /// Numbers that stand beside the value, by name, in the definition's unit.
    pub companions: BTreeMap<String, Option<f64>>,
}

/// How much was left out of a number for one reason of the closed list in `domain::kpi`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excluded {
    /// The reason.
    pub reason: String,
    /// How many; what is counted stands with the reason.
    pub n: i64,
}

/// A control with its subjects.
#[derive(Debug, Clone)]
pub struct ControlAnswer {
    /// Which control.
    pub control: Arc<Control>,
    /// With which parameters.
    pub asked: Asked,
    /// Over all of its subjects, by the domain's rules.
    pub status: ControlStatus,
    /// What the status rests on: subjects by status, or what the control needs.
    pub reason: String,
    /// What fails first, then by subject; none where the control is not computed.
    pub rows: Vec<ControlRow>,
}

/// An architecture decision with the controls that belong to it.
#[derive(Debug, Clone)]
pub struct DecisionAnswer {
    /// Which decision.
    pub decision: Arc<Decision>,
    /// With which parameters.
    pub asked: Asked,
    /// Over all of its controls, by the domain's rules.
    pub status: ControlStatus,
    /// By id.
    pub controls: Vec<ControlAnswer>,
}

/// One subject of a control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlRow {
    /// `owner/name`, then what within it: `acme/api run 7 attempt 2`; of a roll-up the id of a control.
    pub subject: String,
    /// What the evidence says.
    pub status: ControlStatus,
    /// Why, in words.
    pub reason: String,
    /// When what decides it happened, or was observed; null where nothing was.
    pub observed_at: Option<Timestamp>,
    /// Where to look: `run=7 attempt=2 commit=…`; empty where there is nothing to look at.
    pub evidence: String,
}

impl ControlRow {
    /// The repository that the subject lies in; null where it is the whole selection, or a control.
    pub fn repository(&self) -> Option<&str> {
        self.subject.split(' ').next().filter(|word| word.contains('/'))
    }
}

/// Subjects of a control, or controls of a decision, with what they roll up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlCount {
    /// Over all of them, by the domain's rules.
    pub status: ControlStatus,
    /// How many there are of each status that occurs.
    pub n: BTreeMap<ControlStatus, usize>,
}

/// A value in a list.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Unknown or not applicable.
    Null,
    /// Text.
    Text(String),
    /// A count, an id, a duration.
    Integer(i64),
    /// A measured or computed number.
    Float(f64),
    /// Yes or no.
    Boolean(bool),
    /// An instant.
    Time(Timestamp),
}

/// Rows in a total order, with documented columns.
#[derive(Debug, Clone)]
pub struct Table {
    /// What was listed; null for free SQL.
    pub definition: Option<Arc<Definition>>,
    /// With which parameters.
    pub asked: Asked,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
}

/// A column of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it means; empty for free SQL.
    pub doc: String,
}

/// A number with the chain back to bytes, and with the payloads that the chain ends at.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The number, or the rows, being explained.
    pub subject: Subject,
    /// What it is made of.
    pub chain: Chain,
    /// The payloads that the files' rows were parsed from, in the window.
    pub sources: Table,
}

/// The chain from a number back to the lake's files.
#[derive(Debug, Clone)]
pub struct Chain {
    /// Every relation that it is computed from, in the order of computation, itself last.
    pub definitions: Vec<Arc<Definition>>,
    /// Named parameters as the SQL sees them.
    pub parameters: Vec<(String, String)>,
    /// The Parquet files of the tables that are read.
    pub files: Vec<FileRef>,
    /// The file manifests that name them, by table.
    pub manifests: Vec<(String, String)>,
    /// A command that computes it again.
    pub command: String,
}

/// What an explanation is about.
#[derive(Debug, Clone)]
pub enum Subject {
    /// A KPI.
    Kpi(KpiAnswer),
    /// A control, with the status of each subject.
    Control(ControlAnswer),
    /// A list, with the number of its rows.
    List(Table),
}

/// A Parquet file of the lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRef {
    /// Its table.
    pub table: String,
    /// Its path in the lake.
    pub path: String,
    /// Digest of its bytes.
    pub sha256: String,
    /// Rows in it.
    pub rows: u64,
    /// Size in bytes.
    pub bytes: u64,
}

/// One publication, as the lake holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicationRef {
    /// Its number, from 1.
    pub number: u64,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// SHA-256 of the publication before.
    pub previous_sha256: Option<String>,
    /// When it was published.
    pub published_at: Timestamp,
    /// What made it: `ingest` or `upkeep`.
    pub cause: String,
    /// Batches that it adds.
    pub batches: Vec<String>,
    /// By table: files, rows, bytes.
    pub tables: Vec<(String, u64, u64, u64)>,
}

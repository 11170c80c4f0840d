//! A random small lake: few names and few instants, so that what is rare elsewhere happens all the time.
//!
//! Rows keep to what the ingest guarantees: a key is written once, an event time does not change between observations,
//! attempts follow each other, and what a report says carries the report's time and digest.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Write as _};

use demo::chance::Chance;
use domain::clock::{Timestamp, format_timestamp, parse_timestamp};

pub(crate) const SECOND: i64 = 1000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// Instants are milliseconds before and after this one, the end of most windows.
const END: &str = "2026-11-24T00:00:00Z";

/// Where a column has a default for cases and is null all the same.
pub(crate) const NULL: &str = "~";

/// An instant so many milliseconds after [`END`].
pub(crate) fn instant(milliseconds: i64) -> Timestamp {
    parse_timestamp(END).unwrap() + chrono::Duration::milliseconds(milliseconds)
}

/// A row by its columns; those left out are null.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row(BTreeMap<&'static str, String>);

impl Row {
    pub(crate) fn of(repository: &str) -> Self {
        Self::default().with("repository", repository)
    }

    pub(crate) fn with(mut self, column: &'static str, value: impl Display) -> Self {
        self.0.insert(column, value.to_string());
        self
    }

    pub(crate) fn maybe(self, column: &'static str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.with(column, value),
            None => self,
        }
    }

    pub(crate) fn at(self, column: &'static str, milliseconds: i64) -> Self {
        self.with(column, format_timestamp(instant(milliseconds)))
    }

    pub(crate) fn maybe_at(self, column: &'static str, milliseconds: Option<i64>) -> Self {
        match milliseconds {
            Some(milliseconds) => self.at(column, milliseconds),
            None => self,
        }
    }
}

/// A run attempt, for what hangs from it.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    pub(crate) repository: String,
    pub(crate) run_id: i64,
    pub(crate) number: i64,
    pub(crate) workflow: Option<&'static str>,
    pub(crate) head_sha: String,
    pub(crate) created_at: i64,
    /// Names of its jobs with the instants at which they ended.
    pub(crate) jobs: Vec<(&'static str, i64)>,
}

/// The rows of a lake and what draws them.
#[derive(Debug)]
pub(crate) struct RandomLake {
    rows: BTreeMap<&'static str, Vec<Row>>,
    chance: Chance,
    /// How many days its events lie apart at most.
    days: i64,
    /// How often a check succeeds.
    pub(crate) success_percent: u32,
    next_id: i64,
    pub(crate) repositories: Vec<String>,
    pub(crate) attempts: Vec<Attempt>,
    /// Ids of artifacts that were drawn.
    pub(crate) artifacts: Vec<i64>,
    /// The last number of a run, by repository and workflow.
    pub(crate) run_numbers: BTreeMap<(String, i64), i64>,
}

impl RandomLake {
    /// Draws the lake of this number. Its repositories carry the number, so that many lakes fit into one database.
    pub(crate) fn draw(number: u64) -> Self {
        let mut chance = Chance::of(number, &[&"second opinion"]);
        let days = [6, 15, 15, 40, 75][chance.index(5)];
        let n_repositories = 1 + chance.index(3);
        let mut lake = Self {
            rows: BTreeMap::new(),
            days,
            success_percent: [45, 70, 90][chance.index(3)],
            next_id: 1,
            repositories: ["api", "web", "job"][..n_repositories]
                .iter()
                .map(|name| format!("lake{number}/{name}"))
                .collect(),
            attempts: Vec::new(),
            artifacts: Vec::new(),
            run_numbers: BTreeMap::new(),
            chance,
        };
        for repository in lake.repositories.clone() {
            lake.draw_changes(&repository);
            lake.draw_reports(&repository);
            lake.draw_quarantine(&repository);
            lake.draw_security(&repository);
        }
        lake.draw_bucket(&format!("lake{number}"));
        lake
    }

    pub(crate) fn happens(&mut self, percent: u32) -> bool {
        self.chance.happens(f64::from(percent) / 100.0)
    }

    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.chance.between(low, high)
    }

    pub(crate) fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.chance.index(items.len())].clone()
    }

    /// One of the items, or none.
    pub(crate) fn perhaps<T: Clone>(&mut self, percent: u32, items: &[T]) -> Option<T> {
        self.happens(percent).then(|| self.pick(items))
    }

    pub(crate) fn id(&mut self) -> i64 {
        self.next_id += 1;
        self.next_id
    }

    /// An instant of the lake: mostly a half of a day, so that instants meet and lie whole days apart, sometimes just
    /// beside one; often near the end, seldom after it.
    pub(crate) fn moment(&mut self) -> i64 {
        let halves = if self.happens(25) { 4 } else { 2 * self.days };
        let half = self.between(-halves, 2);
        let beside = self.pick(&[
            0,
            0,
            0,
            0,
            0,
            -1,
            1,
            10 * MINUTE,
            -10 * MINUTE,
            -2 * HOUR,
            3 * HOUR,
            HOUR,
            5 * HOUR,
        ]);
        half * 12 * HOUR + beside
    }

    /// How long something took: the limits of the policy, a millisecond beside them, and plain spans.
    pub(crate) fn span(&mut self) -> i64 {
        let span = self.pick(&[
            0,
            5 * MINUTE,
            10 * MINUTE,
            10 * MINUTE,
            10 * MINUTE,
            10 * MINUTE,
            10 * MINUTE,
            10 * MINUTE,
            12 * MINUTE,
            30 * MINUTE,
            HOUR,
            2 * HOUR,
            12 * HOUR,
            24 * HOUR,
        ]);
        (span + self.pick(&[0, 0, 0, 0, 1, -1])).max(0)
    }

    pub(crate) fn digest(&mut self) -> String {
        let mut digest = String::new();
        for _ in 0..4 {
            let _ = write!(digest, "{:016x}", self.chance.bits());
        }
        digest
    }

    /// Adds a row that was learned when it happened, or later, seldom after everybody asked.
    pub(crate) fn add(&mut self, table: &'static str, happened_at: i64, row: Row) {
        let digest = self.digest();
        self.add_of(table, happened_at, &digest, row);
    }

    /// Adds a row of a payload.
    pub(crate) fn add_of(&mut self, table: &'static str, happened_at: i64, digest: &str, row: Row) {
        let row = row.with("source_sha256", digest);
        let row = if row.0.contains_key("known_at") {
            row
        } else {
            let known_at = self.known_after(happened_at);
            row.at("known_at", known_at)
        };
        self.rows.entry(table).or_default().push(row);
    }

    /// When something was learned that happened then.
    pub(crate) fn known_after(&mut self, happened_at: i64) -> i64 {
        happened_at + self.pick(&[0, 0, 0, 0, 0, 0, 0, 0, MINUTE, HOUR, HOUR, 3 * DAY])
    }

    /// The rows of a table as CSV with every column that one of them names; none where there are no rows.
    pub(crate) fn csv(&self, table: &str) -> Option<String> {
        let rows = self.rows.get(table)?;
        let columns: BTreeSet<_> = rows.iter().flat_map(|row| row.0.keys().copied()).collect();
        let columns: Vec<_> = columns.into_iter().collect();
        let mut text = columns.join(",");
        for row in rows {
            let cells = columns.iter().map(|column| {
                let cell = row.0.get(column).map_or("", String::as_str);
                if cell.contains(['"', ',']) {
                    format!("\"{}\"", cell.replace('"', "\"\""))
                } else {
                    cell.to_owned()
                }
            });
            let _ = write!(text, "\n{}", cells.collect::<Vec<_>>().join(","));
        }
        Some(text)
    }
}

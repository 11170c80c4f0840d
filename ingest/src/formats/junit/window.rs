//! Holds the cases of the suites being read until it is known which of them are executions of one test.
//!
//! Everything lies in three vectors and one text, so that a plain case costs no allocation. Document order is kept.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::io;

use crate::xml::remarks::Remarks;
use domain::clock::Timestamp;
use domain::test_result::{Outcome, RetryEvidence, TestResult};

/// Cases held at once; repetitions farther apart in one suite are taken for separate tests.
const MAX_CASES: usize = 100_000;

/// Text held at once, for suites with long names and messages.
const MAX_TEXT_BYTES: usize = 32 * 1024 * 1024;

/// No earlier case.
const NONE: u32 = u32::MAX;

/// Receives the rows.
pub(super) type Emit<'e> = dyn FnMut(&TestResult<'_>) -> io::Result<()> + 'e;

/// A piece of the window's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// Not there, which is not the same as empty.
    pub(super) const ABSENT: Self = Self { start: NONE, end: NONE };

    /// What stands in `text` behind `start`.
    pub(super) fn since(start: usize, text: &str) -> Self {
        // The text is flushed long before 4 GiB.
        let at = |offset| u32::try_from(offset).unwrap_or(NONE);
        Self {
            start: at(start),
            end: at(text.len()),
        }
    }

    /// Reads it; none where absent.
    pub(super) fn get(self, text: &str) -> Option<&str> {
        text.get(self.start as usize..self.end as usize)
    }

    fn shift(&mut self, by: u32) {
        if *self != Self::ABSENT {
            self.start -= by;
            self.end -= by;
        }
    }
}

/// One execution.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) failure_type: Span,
    pub(super) message: Span,
    pub(super) duration_ms: Option<i64>,
    pub(super) reported_at: Option<Timestamp>,
    pub(super) outcome: Outcome,
    pub(super) evidence: RetryEvidence,
    pub(super) execution: i32,
}

/// What the executions of one case share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Identity {
    pub(super) class_name: Span,
    pub(super) name: Span,
    pub(super) file: Span,
    pub(super) ticket: Span,
    pub(super) is_quarantined: bool,
    /// Nothing in it tells how it ended: it passed, or pytest-rerunfailures wrote it.
    pub(super) is_bare: bool,
}

/// What a repeated case means in a suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeats {
    InOrder,
    /// gotestsum groups by outcome.
    Unordered,
    /// Bare repetitions but the last are failed reruns.
    Pytest,
}

#[derive(Debug)]
struct Case {
    identity: Identity,
    hash: u64,
    first_row: u32,
    n_rows: u32,
    suite: u32,
    previous: u32,
    has_next: bool,
    /// Repeated, even where the other one has left the window.
    is_repeat: bool,
    /// Its group has a failed rerun that was written bare.
    is_mended: bool,
}

#[derive(Debug)]
struct Suite {
    path: String,
    /// Tells suites apart for as long as the report is read.
    serial: u64,
    repeats: Repeats,
    n_cases: i64,
    n_repeats: i64,
    n_bare_repeats: i64,
    is_open: bool,
    /// Some of its cases left the window before it ended.
    is_cut: bool,
}

/// The cases of the suites being read.
#[derive(Debug, Default)]
pub(super) struct Window {
    /// Holds what the spans point to; a case being read appends to it.
    pub(super) text: String,
    rows: Vec<Row>,
    cases: Vec<Case>,
    suites: Vec<Suite>,
    open: Vec<u32>,
    latest: HashMap<u64, u32, BuildHasherDefault<Prehashed>>,
    hasher: RandomState,
    n_suites: u64,
    n_rows: i64,
}

impl Window {
    /// Rows given out so far.
    pub(super) fn n_rows(&self) -> i64 {
        self.n_rows
    }

    /// Begins a suite inside the present one.
    pub(super) fn open_suite(&mut self, path: String, repeats: Repeats) {
        self.open.push(index(self.suites.len()));
        self.n_suites += 1;
        self.suites.push(Suite {
            path,
            serial: self.n_suites,
            repeats,
            n_cases: 0,
            n_repeats: 0,
            n_bare_repeats: 0,
            is_open: true,
            is_cut: false,
        });
    }

    /// Tells what repetitions mean in the present suite, where that shows behind its first tag.
    pub(super) fn set_repeats(&mut self, repeats: Repeats) {
        if let Some(suite) = self.open.last() {
            self.suites[*suite as usize].repeats = repeats;
        }
    }

    /// Appends a row of the case that [`Self::push_case`] will complete.
    pub(super) fn push_row(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Completes a case of the present suite, whose `n_rows` rows were pushed before.
    pub(super) fn push_case(&mut self, identity: Identity, n_rows: usize) {
        let Some(&suite) = self.open.last() else { return };
        let owner = &mut self.suites[suite as usize];
        owner.n_cases += 1;
        let parts = [identity.class_name, identity.name, identity.file].map(|span| span.get(&self.text));
        let hash = self.hasher.hash_one((owner.serial, parts));
        let this = index(self.cases.len());
        let mut previous = self.latest.insert(hash, this).unwrap_or(NONE);
        if let Some(earlier) = self.cases.get(previous as usize) {
            let other = earlier.identity;
            if parts != [other.class_name, other.name, other.file].map(|span| span.get(&self.text)) {
                previous = NONE;
            }
        }
        if let Some(earlier) = self.cases.get_mut(previous as usize) {
            owner.n_repeats += 1;
            owner.n_bare_repeats += i64::from(earlier.identity.is_bare);
            earlier.has_next = true;
            earlier.is_repeat = true;
            let (rows, first_row) = (earlier.rows(), self.rows.len() - n_rows);
            let next = self.rows[rows].last().map_or(0, |row| row.execution + 1);
            for row in &mut self.rows[first_row..] {
                row.execution += next;
            }
        }
        self.cases.push(Case {
            identity,
            hash,
            first_row: index(self.rows.len() - n_rows),
            n_rows: index(n_rows),
            suite,
            previous,
            has_next: false,
            is_repeat: previous != NONE,
            is_mended: false,
        });
    }

    /// Ends the present suite. Returns the failed reruns that pytest-rerunfailures wrote bare, if `tests` agrees.
    pub(super) fn close_suite(&mut self, tests: Option<i64>, is_complete: bool, remarks: &mut Remarks) -> Option<i64> {
        let suite = self.open.pop()?;
        let closed = &mut self.suites[suite as usize];
        closed.is_open = false;
        let n_bare_repeats = closed.n_bare_repeats;
        let is_confirmed =
            is_complete && !closed.is_cut && tests.is_some_and(|tests| closed.n_cases - tests == n_bare_repeats);
        if closed.n_repeats > 0 {
            self.settle(suite, is_confirmed, remarks);
        }
        is_confirmed.then_some(n_bare_repeats)
    }

    /// Gives out what is settled: everything once no suite with cases is open, half of it when there is too much.
    pub(super) fn flush(&mut self, emit: &mut Emit<'_>, remarks: &mut Remarks) -> io::Result<()> {
        let is_settled = self.open.iter().all(|suite| self.suites[*suite as usize].n_cases == 0);
        if is_settled || self.open.is_empty() {
            return self.emit_first(self.cases.len(), emit);
        }
        self.flush_if_full(emit, remarks)
    }

    /// Gives out the older half where the window is full.
    pub(super) fn flush_if_full(&mut self, emit: &mut Emit<'_>, remarks: &mut Remarks) -> io::Result<()> {
        if self.cases.len() < MAX_CASES && self.text.len() < MAX_TEXT_BYTES {
            return Ok(());
        }
        let n = self.cases.len().div_ceil(2);
        for suite in self.open.clone() {
            let is_touched = self.cases[..n].iter().any(|case| case.suite == suite);
            if !is_touched {
                continue;
            }
            let cut = &mut self.suites[suite as usize];
            if !cut.is_cut {
                cut.is_cut = true;
                remarks.add("suite_exceeds_duplicate_window", || {
                    format!("repetitions more than {} cases apart are not joined", MAX_CASES / 2)
                });
            }
            self.settle(suite, false, remarks);
        }
        self.emit_first(n, emit)
    }

    /// Marks the executions of one test in a suite, and what pytest-rerunfailures wrote as if it had passed.
    fn settle(&mut self, suite: u32, is_confirmed: bool, remarks: &mut Remarks) {
        let repeats = self.suites[suite as usize].repeats;
        if repeats == Repeats::Pytest {
            self.mark_mended(suite);
        }
        for case in self.cases.iter().filter(|case| case.suite == suite && case.is_repeat) {
            let evidence = match (repeats, case.is_mended, is_confirmed) {
                (_, true, true) => RetryEvidence::RepairConfirmed,
                (_, true, false) => RetryEvidence::RepairUnconfirmed,
                (Repeats::Unordered, ..) => RetryEvidence::DuplicateUnordered,
                _ => RetryEvidence::Duplicate,
            };
            for row in &mut self.rows[case.rows()] {
                if repeats == Repeats::Pytest && case.is_bare_rerun() && row.outcome == Outcome::Passed {
                    row.outcome = Outcome::Failed;
                    remarks.add("rerun_repaired", || {
                        "a bare repetition of a case in a suite of pytest".to_owned()
                    });
                }
                if row.evidence != RetryEvidence::RerunElement {
                    row.evidence = evidence;
                }
            }
        }
    }

    /// Marks all cases of the groups that hold a bare rerun: first towards the last case of a group, then back.
    fn mark_mended(&mut self, suite: u32) {
        for at in 0..self.cases.len() {
            let case = &self.cases[at];
            let is_after = self
                .cases
                .get(case.previous as usize)
                .is_some_and(|previous| previous.is_mended);
            self.cases[at].is_mended |= case.suite == suite && (is_after || case.is_bare_rerun());
        }
        for at in (0..self.cases.len()).rev() {
            let (previous, is_mended) = (self.cases[at].previous, self.cases[at].is_mended);
            if let Some(previous) = self.cases.get_mut(previous as usize) {
                previous.is_mended |= is_mended;
            }
        }
    }

    /// Gives out the first `n` cases and forgets them.
    fn emit_first(&mut self, n: usize, emit: &mut Emit<'_>) -> io::Result<()> {
        for case in &self.cases[..n] {
            let identity = &case.identity;
            let suite = &self.suites[case.suite as usize].path;
            for row in &self.rows[case.rows()] {
                emit(&TestResult {
                    suite,
                    class_name: identity.class_name.get(&self.text).unwrap_or_default(),
                    name: identity.name.get(&self.text).unwrap_or_default(),
                    file: identity.file.get(&self.text),
                    execution: row.execution,
                    outcome: row.outcome,
                    retry_evidence: row.evidence,
                    duration_ms: row.duration_ms,
                    failure_type: row.failure_type.get(&self.text),
                    message: row.message.get(&self.text),
                    reported_at: row.reported_at,
                    is_quarantined: identity.is_quarantined,
                    ticket: identity.ticket.get(&self.text),
                })?;
                self.n_rows += 1;
            }
        }
        self.forget_first(n);
        Ok(())
    }

    /// Moves what stays to the front, so that offsets stay small.
    fn forget_first(&mut self, n: usize) {
        let (first_row, text_start) = match self.cases.get(n) {
            Some(case) => (case.first_row, case.identity.name.start),
            None => (index(self.rows.len()), index(self.text.len())),
        };
        self.rows.drain(..first_row as usize);
        self.text.drain(..text_start as usize);
        self.cases.drain(..n);
        self.latest.clear();

        // Of the suites only those stay that are open or still have cases here.
        let mut is_needed: Vec<bool> = self.suites.iter().map(|suite| suite.is_open).collect();
        for case in &self.cases {
            is_needed[case.suite as usize] = true;
        }
        let mut n_needed = 0;
        let moved_to: Vec<u32> = is_needed
            .iter()
            .map(|is_needed| {
                let to = n_needed;
                n_needed += u32::from(*is_needed);
                to
            })
            .collect();
        let mut needed = is_needed.iter();
        self.suites.retain(|_| needed.next().copied().unwrap_or_default());
        for suite in &mut self.open {
            *suite = moved_to[*suite as usize];
        }

        let n_forgotten = index(n);
        for (at, case) in self.cases.iter_mut().enumerate() {
            case.suite = moved_to[case.suite as usize];
            case.first_row -= first_row;
            case.previous = match case.previous {
                NONE => NONE,
                previous => previous.checked_sub(n_forgotten).unwrap_or(NONE),
            };
            let identity = &mut case.identity;
            for span in [
                &mut identity.name,
                &mut identity.class_name,
                &mut identity.file,
                &mut identity.ticket,
            ] {
                span.shift(text_start);
            }
            if self.suites[case.suite as usize].is_open {
                self.latest.insert(case.hash, index(at));
            }
        }
        for row in &mut self.rows {
            row.failure_type.shift(text_start);
            row.message.shift(text_start);
        }
    }
}

impl Case {
    /// True in a suite of pytest only: elsewhere a bare case passed.
    fn is_bare_rerun(&self) -> bool {
        self.has_next && self.identity.is_bare
    }

    fn rows(&self) -> std::ops::Range<usize> {
        self.first_row as usize..(self.first_row + self.n_rows) as usize
    }
}

/// Indexes stay below the limits of the window by orders of magnitude.
fn index(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(NONE)
}

/// Takes a hash for its own hash.
#[derive(Debug, Default)]
struct Prehashed(u64);

impl Hasher for Prehashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

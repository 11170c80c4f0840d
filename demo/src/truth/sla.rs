//! Clocks of findings (reading of CI/CL-001 §21): episodes, as scans of the default branch end.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use domain::clock::Timestamp;
use serde::Serialize;

use crate::truth::{as_text, as_text_or_null};
use crate::world::finding::{Severity, Tool};

/// One stay of a finding, or of all findings of one CVE in one package.
#[derive(Debug, Clone, Serialize)]
pub struct Episode {
    /// What it is: `tool rule path:line`, `tool rule resource path` or `CVE package`.
    pub item: String,
    /// The severity that it is counted under: whose deadline comes first.
    pub severity: &'static str,
    /// End of the first scan of the default branch that saw it.
    #[serde(serialize_with = "as_text")]
    pub started_at: Timestamp,
    /// Last instant at which a fix is in time.
    #[serde(serialize_with = "as_text")]
    pub due_at: Timestamp,
    /// End of the first later complete scan without it; of a secret its revocation. Null: open.
    #[serde(serialize_with = "as_text_or_null")]
    pub fixed_at: Option<Timestamp>,
    /// It was fixed and came back within a week: its clock ran on.
    pub is_continued: bool,
    /// `met`, `late`, `breached` (open past its due date), `open`.
    pub state: &'static str,
    #[serde(skip)]
    of: usize,
    #[serde(skip)]
    reached: Vec<(Timestamp, Severity)>,
    #[serde(skip)]
    members: BTreeMap<Tool, Member>,
}

/// What one tool says of it.
#[derive(Debug, Clone, Copy)]
struct Member {
    is_open: bool,
    /// The newest commit that it was seen on.
    position: usize,
}

/// A span without a complete scan by a tool that the repository has.
#[derive(Debug, Clone, Serialize)]
pub struct ScanGap {
    /// The tool's category.
    pub category: &'static str,
    /// End of the last complete scan before.
    #[serde(serialize_with = "as_text")]
    pub from: Timestamp,
    /// End of the next one; null: none until the end.
    #[serde(serialize_with = "as_text_or_null")]
    pub to: Option<Timestamp>,
}

/// What a finding is to the clock.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// The first finding of the same identity.
    pub(crate) of: usize,
    pub(crate) item: String,
    pub(crate) severity: Severity,
}

/// A scan of the default branch that ended.
#[derive(Debug)]
pub(crate) struct EndedScan {
    pub(crate) at: Timestamp,
    pub(crate) tool: Tool,
    /// The commit's place in the order of the pushes.
    pub(crate) position: usize,
    pub(crate) is_complete: bool,
    pub(crate) seen: Vec<Seen>,
}

/// Follows the findings of a repository.
#[derive(Debug, Default)]
pub(crate) struct SlaLog {
    scans: Vec<EndedScan>,
    revoked: Vec<(usize, Timestamp)>,
}

/// What the scans come to, in the order in which they ended.
#[derive(Debug, Default)]
pub(crate) struct SlaClocks {
    pub(crate) episodes: Vec<Episode>,
    pub(crate) gaps: Vec<ScanGap>,
    last_complete: BTreeMap<Tool, Timestamp>,
    newest_complete: BTreeMap<Tool, usize>,
    sighted: BTreeSet<(usize, Tool)>,
}

/// Hours that each severity has; others have no clock.
pub(crate) fn hours(severity: Severity) -> Option<i64> {
    match severity {
        Severity::Critical => Some(24),
        Severity::High => Some(72),
        Severity::Medium | Severity::Low => None,
    }
}

impl SlaLog {
    /// A scan of the default branch ended.
    pub(crate) fn scan_ended(&mut self, scan: EndedScan) {
        self.scans.push(scan);
    }

    /// A secret was revoked.
    pub(crate) fn revoked(&mut self, of: usize, at: Timestamp) {
        self.revoked.push((of, at));
    }

    /// Settles every episode, once time has ended.
    pub(crate) fn settle(mut self, end: Timestamp, gap_max: TimeDelta) -> SlaClocks {
        // Jobs that overlap end in another order than their scans do.
        self.scans.sort_by_key(|scan| (scan.at, scan.tool, scan.position));
        let mut clocks = SlaClocks::default();
        for scan in &self.scans {
            clocks.scan_ended(scan, gap_max);
        }
        for (of, at) in self.revoked.into_iter().filter(|(_, at)| *at <= end) {
            clocks.revoked(of, at);
        }
        clocks.settle(end, gap_max);
        clocks
    }
}

impl SlaClocks {
    fn scan_ended(&mut self, scan: &EndedScan, gap_max: TimeDelta) {
        let EndedScan { at, tool, position, .. } = *scan;
        // A newer commit was scanned before: what this one holds, or lacks, is history.
        let is_outdated = self.newest_complete.get(&tool).is_some_and(|newest| position < *newest);
        for seen in &scan.seen {
            let is_first = self.sighted.insert((seen.of, tool));
            self.observe(seen, scan, is_first || !is_outdated);
        }
        if !scan.is_complete {
            return;
        }
        let last = self.last_complete.insert(tool, at);
        if let Some(last) = last
            && at - last > gap_max
        {
            self.gaps.push(ScanGap {
                category: tool.category(),
                from: last,
                to: Some(at),
            });
        }
        if is_outdated {
            return;
        }
        self.newest_complete.insert(tool, position);
        if tool == Tool::Gitleaks {
            return;
        }
        for episode in self.episodes.iter_mut().filter(|episode| episode.fixed_at.is_none()) {
            if let Some(member) = episode.members.get_mut(&tool)
                && member.position <= position
                && scan.seen.iter().all(|seen| seen.of != episode.of)
            {
                member.is_open = false;
            }
            if episode.members.values().all(|member| !member.is_open) {
                episode.fixed_at = Some(at);
            }
        }
    }

    fn revoked(&mut self, of: usize, at: Timestamp) {
        let episodes = self.episodes.iter_mut().filter(|episode| episode.of == of);
        for episode in episodes.filter(|episode| episode.fixed_at.is_none()) {
            episode.fixed_at = Some(at);
        }
    }

    /// A sighting that `opens` nothing may still tell that something open is worse than it was.
    fn observe(&mut self, seen: &Seen, scan: &EndedScan, opens: bool) {
        let EndedScan { at, tool, position, .. } = *scan;
        let last = self.episodes.iter_mut().rev().find(|episode| episode.of == seen.of);
        let episode = match last {
            Some(episode) if episode.fixed_at.is_none() => episode,
            _ if !opens => return,
            Some(episode)
                if episode
                    .fixed_at
                    .is_some_and(|fixed_at| at - fixed_at < TimeDelta::days(7)) =>
            {
                episode.fixed_at = None;
                episode.is_continued = true;
                episode
            }
            _ => {
                self.episodes.push(Episode {
                    item: seen.item.clone(),
                    severity: seen.severity.as_str(),
                    started_at: at,
                    due_at: at,
                    fixed_at: None,
                    is_continued: false,
                    state: "open",
                    of: seen.of,
                    reached: vec![],
                    members: BTreeMap::new(),
                });
                let Some(episode) = self.episodes.last_mut() else {
                    return;
                };
                episode
            }
        };
        let member = episode.members.entry(tool).or_insert(Member {
            is_open: false,
            position,
        });
        if !opens && !member.is_open {
            return;
        }
        member.is_open = true;
        member.position = member.position.max(position);
        if episode.reached.iter().all(|(_, severity)| *severity < seen.severity) {
            episode.reached.push((at, seen.severity));
        }
    }

    fn settle(&mut self, end: Timestamp, gap_max: TimeDelta) {
        for (tool, last) in &self.last_complete {
            if end - *last > gap_max {
                self.gaps.push(ScanGap {
                    category: tool.category(),
                    from: *last,
                    to: None,
                });
            }
        }
        self.episodes
            .retain(|episode| episode.reached.iter().any(|(_, severity)| hours(*severity).is_some()));
        for episode in &mut self.episodes {
            let first = episode
                .reached
                .iter()
                .filter_map(|(at, severity)| Some((*at + TimeDelta::hours(hours(*severity)?), Reverse(*severity))))
                .min();
            if let Some((due_at, Reverse(severity))) = first {
                episode.due_at = due_at;
                episode.severity = severity.as_str();
            }
            episode.state = match episode.fixed_at {
                Some(fixed_at) if fixed_at <= episode.due_at => "met",
                Some(_) => "late",
                None if end > episode.due_at => "breached",
                None => "open",
            };
        }
    }
}

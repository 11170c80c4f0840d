//! Clocks of findings (reading of CI/CL-001 §21): episodes, as scans of the default branch end.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::clock::Timestamp;
use serde::Serialize;

use crate::truth::{as_text, as_text_or_null};
use crate::world::finding::{Severity, Tool};

/// One stay of a finding, or of all findings of one CVE in one package.
#[derive(Debug, Clone, Serialize)]
pub struct Episode {
    /// What it is: `tool rule path` or `CVE package`.
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
    reached: Vec<(Timestamp, Severity)>,
    #[serde(skip)]
    members: BTreeMap<usize, bool>,
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
    pub(crate) finding: usize,
    pub(crate) item: String,
    pub(crate) severity: Severity,
}

/// Follows the findings of a repository.
#[derive(Debug, Default)]
pub(crate) struct SlaLog {
    pub(crate) episodes: Vec<Episode>,
    pub(crate) gaps: Vec<ScanGap>,
    last_complete: BTreeMap<Tool, Timestamp>,
    tools: BTreeMap<usize, Tool>,
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
    pub(crate) fn scan_ended(
        &mut self,
        tool: Tool,
        is_complete: bool,
        seen: &[Seen],
        at: Timestamp,
        gap_max: TimeDelta,
    ) {
        for seen in seen {
            self.tools.insert(seen.finding, tool);
            self.observe(seen, at);
        }
        if !is_complete {
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
        if tool == Tool::Gitleaks {
            return;
        }
        for episode in self.episodes.iter_mut().filter(|episode| episode.fixed_at.is_none()) {
            for (finding, is_open) in &mut episode.members {
                if self.tools.get(finding) == Some(&tool) && !seen.iter().any(|seen| seen.finding == *finding) {
                    *is_open = false;
                }
            }
            if episode.members.values().all(|is_open| !is_open) {
                episode.fixed_at = Some(at);
            }
        }
    }

    /// A secret was revoked.
    pub(crate) fn revoked(&mut self, finding: usize, at: Timestamp) {
        for episode in &mut self.episodes {
            if episode.members.contains_key(&finding) && episode.fixed_at.is_none() {
                episode.fixed_at = Some(at);
            }
        }
    }

    fn observe(&mut self, seen: &Seen, at: Timestamp) {
        let last = self.episodes.iter_mut().rev().find(|episode| episode.item == seen.item);
        let episode = match last {
            Some(episode) if episode.fixed_at.is_none() => episode,
            // A revoked secret stays in the history and is seen for ever: that is no reopening.
            Some(_) if self.tools.get(&seen.finding) == Some(&Tool::Gitleaks) => return,
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
                    reached: vec![],
                    members: BTreeMap::new(),
                });
                let Some(episode) = self.episodes.last_mut() else {
                    return;
                };
                episode
            }
        };
        episode.members.insert(seen.finding, true);
        if episode.reached.iter().all(|(_, severity)| *severity < seen.severity) {
            episode.reached.push((at, seen.severity));
        }
    }

    /// Settles every episode, once time has ended.
    pub(crate) fn settle(&mut self, end: Timestamp, gap_max: TimeDelta) {
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
                .filter_map(|(at, severity)| Some((*at + TimeDelta::hours(hours(*severity)?), *severity)))
                .min();
            if let Some((due_at, severity)) = first {
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

//! Outages of main, as the checks end (reading of CI/CL-001 §21 and §22).

use std::collections::BTreeMap;

use domain::clock::Timestamp;
use serde::Serialize;

use crate::truth::{as_text, as_text_or_null};
use crate::world::run::Conclusion;

/// A time during which at least one required check of main was red.
#[derive(Debug, Clone, Serialize)]
pub struct Outage {
    /// First failing completion.
    #[serde(serialize_with = "as_text")]
    pub opened_at: Timestamp,
    /// When the last red check left; null: open.
    #[serde(serialize_with = "as_text_or_null")]
    pub closed_at: Option<Timestamp>,
    /// Every red check left on the one commit that it failed on.
    pub is_rerun_alone: bool,
    /// The checks, in the order in which they turned red.
    pub checks: Vec<RedCheck>,
}

/// One check in an outage.
#[derive(Debug, Clone, Serialize)]
pub struct RedCheck {
    /// Its context.
    pub check: String,
    /// When it turned red.
    #[serde(serialize_with = "as_text")]
    pub red_at: Timestamp,
    /// The last commit that it failed on.
    pub failed_on: String,
    /// When it left.
    #[serde(serialize_with = "as_text_or_null")]
    pub cleared_at: Option<Timestamp>,
    /// The commit that it succeeded on.
    pub cleared_on: Option<String>,
    /// `rerun`, `commit`, `policy`.
    pub cleared_by: Option<&'static str>,
    #[serde(skip)]
    failed_order: usize,
    #[serde(skip)]
    reddened_order: usize,
}

/// A deployment while main was red.
#[derive(Debug, Clone, Serialize)]
pub struct FrozenDeployment {
    /// GitHub's id.
    pub id: i64,
    /// When.
    #[serde(serialize_with = "as_text")]
    pub at: Timestamp,
    /// A hotfix with the same gates may pass.
    pub is_hotfix: bool,
}

/// Follows main.
#[derive(Debug, Default)]
pub(crate) struct OutageLog {
    pub(crate) outages: Vec<Outage>,
    /// The last commit that each check succeeded on, by its order on main.
    succeeded: BTreeMap<String, usize>,
    judged: BTreeMap<usize, Timestamp>,
}

impl OutageLog {
    pub(crate) fn is_red(&self) -> bool {
        self.outages.last().is_some_and(|outage| outage.closed_at.is_none())
    }

    /// Commits judged in `[from, to)`: at least one required check decided.
    pub(crate) fn n_judged(&self, from: Timestamp, to: Timestamp) -> usize {
        self.judged.values().filter(|at| (from..to).contains(at)).count()
    }

    /// A required check ended on the commit that stands at `order` on main.
    pub(crate) fn check_ended(&mut self, check: &str, order: usize, sha: &str, conclusion: Conclusion, at: Timestamp) {
        match conclusion {
            Conclusion::Success => {
                self.judged.entry(order).or_insert(at);
                let succeeded = self.succeeded.entry(check.to_owned()).or_insert(order);
                *succeeded = order.max(*succeeded);
                self.clear(at, |red| {
                    (red.check == check && order >= red.failed_order).then(|| {
                        // Where it failed on a newer commit, too, a new commit had come.
                        let is_rerun = order == red.failed_order && order == red.reddened_order;
                        let by = if is_rerun { "rerun" } else { "commit" };
                        (by, Some(sha.to_owned()))
                    })
                });
            }
            Conclusion::Failure | Conclusion::TimedOut => {
                self.judged.entry(order).or_insert(at);
                // A later commit has shown that the check holds: the late word on an older one reddens nothing.
                if self.succeeded.get(check).is_some_and(|succeeded| *succeeded > order) {
                    return;
                }
                if !self.is_red() {
                    self.outages.push(Outage {
                        opened_at: at,
                        closed_at: None,
                        is_rerun_alone: false,
                        checks: vec![],
                    });
                }
                let Some(outage) = self.outages.last_mut() else { return };
                let known = outage
                    .checks
                    .iter_mut()
                    .find(|red| red.check == check && red.cleared_at.is_none());
                match known {
                    Some(red) if order > red.failed_order => {
                        red.failed_order = order;
                        sha.clone_into(&mut red.failed_on);
                    }
                    Some(_) => {}
                    None => outage.checks.push(RedCheck {
                        check: check.to_owned(),
                        red_at: at,
                        failed_on: sha.to_owned(),
                        cleared_at: None,
                        cleared_on: None,
                        cleared_by: None,
                        failed_order: order,
                        reddened_order: order,
                    }),
                }
            }
            // Skipped clears nothing; cancelled decides nothing.
            _ => {}
        }
    }

    /// Checks that are required no more leave.
    pub(crate) fn required_changed(&mut self, required: &[String], at: Timestamp) {
        self.clear(at, |red| (!required.contains(&red.check)).then_some(("policy", None)));
    }

    fn clear(&mut self, at: Timestamp, clears: impl Fn(&RedCheck) -> Option<(&'static str, Option<String>)>) {
        let Some(outage) = self.outages.last_mut().filter(|outage| outage.closed_at.is_none()) else {
            return;
        };
        for red in outage.checks.iter_mut().filter(|red| red.cleared_at.is_none()) {
            if let Some((by, sha)) = clears(red) {
                red.cleared_at = Some(at);
                red.cleared_by = Some(by);
                red.cleared_on = sha;
            }
        }
        if outage.checks.iter().all(|red| red.cleared_at.is_some()) {
            outage.closed_at = Some(at);
            outage.is_rerun_alone = outage.checks.iter().all(|red| red.cleared_by == Some("rerun"));
        }
    }
}

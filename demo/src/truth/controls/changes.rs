//! Controls about pull requests: that CI ran for them (CI/CL-001 §5), that they are short-lived (§6), and that owners
//! review what they change of guarded folders (§10, §20).

use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::clock::Timestamp;
use domain::control::ControlStatus;

use crate::truth::controls::verdicts::{Scope, Verdicts};

/// A pull request that was closed, merged or not.
#[derive(Debug)]
pub(crate) struct ClosedPullRequest {
    pub(crate) number: i64,
    /// Its last head commit.
    pub(crate) head: String,
    /// When the earliest commit that it proposes was made.
    pub(crate) begun_at: Timestamp,
    pub(crate) closed_at: Timestamp,
    pub(crate) is_merged: bool,
    /// It changes a folder that code owners guard.
    pub(crate) is_guarded: bool,
    /// A code owner who is not its author approved its last push.
    pub(crate) is_approved_by_owner: bool,
}

/// Follows pull requests.
#[derive(Debug, Default)]
pub(crate) struct ChangeLog {
    /// Head commits for which a run of `pull_request` was created.
    pub(crate) checked: BTreeSet<String>,
    pub(crate) closed: Vec<ClosedPullRequest>,
}

impl ChangeLog {
    pub(crate) fn settle(&self, scope: &Scope<'_>, verdicts: &mut Verdicts) {
        let lifetime = scope.span("branch_lifetime_max", TimeDelta::days(1));
        let closed = self.closed.iter().filter(|of| scope.window.contains(&of.closed_at));
        for of in closed {
            let within = format!("pull request {}", of.number);
            let status = if self.checked.contains(&of.head) {
                ControlStatus::Pass
            } else {
                ControlStatus::Fail
            };
            verdicts.put("cicl-05.1", &within, status);
            if of.is_merged {
                // Whatever is merged here is merged into main.
                let status = if of.closed_at - of.begun_at <= lifetime {
                    ControlStatus::Pass
                } else {
                    ControlStatus::Fail
                };
                verdicts.put("cicl-06.1", &within, status);
            }
            if of.is_merged && of.is_guarded {
                let status = if of.is_approved_by_owner {
                    ControlStatus::Pass
                } else {
                    ControlStatus::Fail
                };
                for control in ["cicl-10.2", "cicl-20.5"] {
                    verdicts.put(control, &within, status);
                    // Whether the review is demanded is in no row that a reader has.
                    verdicts.put(control, "rule", ControlStatus::NoEvidence);
                }
            }
        }
        verdicts.put_where_none("cicl-05.1", ControlStatus::NotApplicable);
        verdicts.put_where_none("cicl-06.1", ControlStatus::NotApplicable);
        verdicts.put_where_none("cicl-10.2", ControlStatus::NotApplicable);
        verdicts.put_where_none("cicl-20.5", ControlStatus::NotApplicable);
        // The first branch of every repository is called `main`, and none is ever renamed or archived.
        verdicts.put_repository("cicl-03.1", ControlStatus::Pass);
    }
}

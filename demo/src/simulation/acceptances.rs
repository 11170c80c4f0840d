//! Acceptances: careful people put a finding away for a while, with an approver and an end.

use chrono::TimeDelta;
use domain::clock::{Timestamp, format_timestamp};

use crate::chance::Chance;
use crate::simulation::plan::{CODE_OWNER, MEMBERS, PEOPLE};
use crate::simulation::repository::{Act, RepositorySimulation};
use crate::simulation::security::Step;
use crate::truth::acceptances::Acceptance;
use crate::world::PersonIndex;
use crate::world::finding::{Alert, AlertChange, AlertKind, Severity};

/// Days for which a finding may be accepted.
fn longest_days(severity: Severity) -> i64 {
    if severity == Severity::Critical { 14 } else { 30 }
}

/// Who approves: nobody approves what they asked for.
fn approver(requester: PersonIndex) -> PersonIndex {
    if requester == CODE_OWNER {
        CODE_OWNER + 1
    } else {
        CODE_OWNER
    }
}

impl RepositorySimulation {
    /// Draws whether a finding that has just appeared will be accepted; how long its repair waits for that.
    pub(crate) fn plan_acceptance(&mut self, finding: usize, severity: Severity) -> TimeDelta {
        let mut chance = Chance::of(self.seed, &[&self.profile.name, &"acceptance", &finding, &self.now]);
        if self.profile.is_careless || !chance.happens(0.12) {
            return TimeDelta::zero();
        }
        let requester = MEMBERS.start + chance.index(MEMBERS.len());
        let asked_in = chance.seconds(3 * 3_600, 20 * 3_600);
        let days = chance.between(3, longest_days(severity) + 1);
        let act = Step::Accept {
            finding,
            requester,
            days,
        };
        self.schedule_in(asked_in, Act::Security(act));
        // Some are mended all the same before it ends.
        if chance.happens(0.5) {
            TimeDelta::days(days)
        } else {
            TimeDelta::zero()
        }
    }

    fn alert_of(&mut self, finding: usize) -> Option<&mut Alert> {
        let mut alerts = self.repository.alerts.iter_mut();
        alerts.find(|alert| alert.kind == AlertKind::CodeScanning && alert.finding == finding)
    }

    /// Puts an open alert away until its end.
    pub(crate) fn accept(&mut self, finding: usize, requester: PersonIndex, days: i64) {
        let now = self.now;
        let expires_at = now + TimeDelta::days(days);
        let approved_by = approver(requester);
        let change = AlertChange::Dismissed {
            by: requester,
            reason: "won't fix",
            comment: format!(
                "accepted until {}: not reachable from outside",
                format_timestamp(expires_at)
            ),
            approved_by: Some(approved_by),
        };
        let Some(alert) = self.alert_of(finding) else {
            return;
        };
        if !matches!(alert.changes.last(), Some((at, AlertChange::Opened)) if *at <= now) {
            return;
        }
        alert.changes.push((now, change.clone()));
        let number = alert.number;
        let login = |person: PersonIndex| PEOPLE.get(person).map_or("", |(login, ..)| *login);
        let acceptance = Acceptance {
            item: self.item(finding),
            alert: number,
            requested_by: login(requester),
            approved_by: login(approved_by),
            accepted_at: now,
            expires_at,
        };
        self.truth.acceptances.push(acceptance);
        self.record_alert(AlertKind::CodeScanning, finding, now, &change);
        self.schedule(expires_at, Act::Security(Step::Lapse { finding, since: now }));
    }

    /// An acceptance ends: the alert is open again, unless something else became of it.
    pub(crate) fn lapse(&mut self, finding: usize, since: Timestamp) {
        let now = self.now;
        if let Some(alert) = self.alert_of(finding)
            && matches!(alert.changes.last(), Some((at, AlertChange::Dismissed { .. })) if *at == since)
        {
            alert.changes.push((now, AlertChange::Opened));
            self.record_alert(AlertKind::CodeScanning, finding, now, &AlertChange::Opened);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::{Options, simulate};

    #[test]
    fn an_acceptance_has_an_approver_and_an_end_and_stops_no_clock() {
        let (world, truth) = simulate(Options::default());
        let (mut n_acceptances, mut n_breached, mut n_reopened) = (0, 0, 0);
        for (repository, truth) in world.repositories.iter().zip(&truth.repositories) {
            for acceptance in &truth.acceptances {
                assert_ne!(acceptance.requested_by, acceptance.approved_by);
                let span = acceptance.expires_at - acceptance.accepted_at;
                assert!(span >= TimeDelta::days(3) && span <= TimeDelta::days(30));
                let mut alerts = repository.alerts.iter();
                let is_it = |alert: &&Alert| alert.kind == AlertKind::CodeScanning && alert.number == acceptance.alert;
                let alert = alerts.find(is_it).unwrap();
                let (_, change) = alert.at(acceptance.accepted_at).unwrap();
                let AlertChange::Dismissed {
                    comment, approved_by, ..
                } = change
                else {
                    panic!("{change:?}");
                };
                assert!(comment.contains(&format_timestamp(acceptance.expires_at)), "{comment}");
                let approver = approved_by.map(|person| world.people[person].login.as_str());
                assert_eq!(approver, Some(acceptance.approved_by));
                let lapsed = (acceptance.expires_at, AlertChange::Opened);
                n_reopened += usize::from(alert.changes.contains(&lapsed));
                let episode = truth.episodes.iter().find(|episode| {
                    episode.item == acceptance.item
                        && episode.started_at <= acceptance.accepted_at
                        && episode.fixed_at.is_none_or(|at| at >= acceptance.accepted_at)
                });
                let Some(episode) = episode else { continue };
                // The same span as of any other finding of its severity.
                let hours = if episode.severity == "critical" { 24 } else { 72 };
                assert!(episode.due_at <= episode.started_at + TimeDelta::hours(hours));
                n_breached += usize::from(matches!(episode.state, "late" | "breached"));
                n_acceptances += 1;
            }
        }
        assert!(
            n_acceptances > 2 && n_breached > 0 && n_reopened > 0,
            "{n_acceptances} {n_breached} {n_reopened}"
        );
    }
}

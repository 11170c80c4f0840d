//! Releases: once a week a green main is tagged; the careless tag a red one too.

use chrono::{Datelike as _, NaiveTime, TimeDelta, Weekday};

use crate::chance::Chance;
use crate::simulation::plan::MEMBERS;
use crate::simulation::repository::{Act, RepositorySimulation};
use crate::world::operation::Release;
use crate::world::repository::Taxonomy;

/// Schedules the releases of what is shipped: Thursdays, some of them left out.
pub(crate) fn plan(simulation: &mut RepositorySimulation) {
    if !matches!(simulation.profile.taxonomy, Taxonomy::Service | Taxonomy::Library) {
        return;
    }
    let mut chance = Chance::of(simulation.seed, &[&simulation.profile.name, &"releases"]);
    let mut date = simulation.from.date_naive();
    while date < simulation.end.date_naive() {
        if date.weekday() == Weekday::Thu {
            let at = date.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(14) + chance.seconds(0, 3 * 3_600);
            let author = MEMBERS.start + chance.index(MEMBERS.len());
            if chance.happens(0.8) {
                simulation.schedule(at, Act::Release { author });
            }
        }
        date += TimeDelta::days(1);
    }
}

impl RepositorySimulation {
    /// Tags what main holds, unless it is red or has its tag.
    pub(crate) fn release(&mut self, author: usize) {
        let commit = self.main_head();
        let is_known = self.repository.releases.iter().any(|release| release.commit == commit);
        if is_known || (self.truth.outages.is_red() && !self.profile.is_careless) {
            return;
        }
        let id = self.id("release");
        self.repository.releases.push(Release {
            id,
            tag: format!("v1.{}.0", self.repository.releases.len()),
            commit,
            author,
            published_at: self.now,
        });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::simulation::plan::PROFILES;
    use crate::simulation::{Options, simulate};

    #[test]
    fn releases_are_of_main_and_careful_people_wait_while_it_is_red() {
        let (world, truth) = simulate(Options { seed: 2, days: 60 });
        let mut n_releases = 0;
        for ((repository, truth), profile) in world.repositories.iter().zip(&truth.repositories).zip(PROFILES) {
            let tags: BTreeSet<&str> = repository.releases.iter().map(|release| release.tag.as_str()).collect();
            assert_eq!(tags.len(), repository.releases.len());
            for release in &repository.releases {
                let head = repository.branches[0].head_at(release.published_at);
                assert_eq!(head, Some(release.commit), "{} {}", repository.name, release.tag);
                let is_red = truth.outages.iter().any(|outage| {
                    outage.opened_at < release.published_at
                        && outage.closed_at.is_none_or(|at| release.published_at < at)
                });
                assert!(!is_red || profile.is_careless, "{} {}", repository.name, release.tag);
                n_releases += 1;
            }
        }
        assert!(n_releases > 20, "{n_releases}");
    }
}

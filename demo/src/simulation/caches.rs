//! Caches of dependencies: what jobs save and restore, and what GitHub evicts (CI/CL-001 §11).
//!
//! Worked out once a repository's time has run: nothing that happens depends on it.

use std::collections::HashSet;

use chrono::TimeDelta;
use domain::clock::Timestamp;

use crate::chance::Chance;
use crate::simulation::contents;
use crate::simulation::repository::RepositorySimulation;
use crate::truth::controls::caches::{CachesKept, KeptCache};
use crate::world::change::CommitIndex;
use crate::world::operation::Cache;
use crate::world::run::{Conclusion, Event, Job, JobKind};

const MAIN: &str = "refs/heads/main";
/// GitHub keeps so much for a repository: what was touched longest ago goes first.
const LIMIT_BYTES: i64 = 10 << 30;

/// A job looks for a cache when it starts, and saves one when it succeeds without having found any.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Step {
    at: Timestamp,
    job_id: i64,
    is_save: bool,
    key: String,
    reference: String,
}

fn uses_cache(job: &Job) -> bool {
    let kinds = [
        JobKind::Lint,
        JobKind::Types,
        JobKind::UnitTests,
        JobKind::Build,
        JobKind::Compatibility,
        JobKind::WarmUp,
    ];
    job.copy_of.is_none() && kinds.contains(&job.kind)
}

/// When an entry was last touched.
fn touched_at(cache: &Cache) -> Timestamp {
    cache.accessed_at.last().copied().unwrap_or(cache.created_at)
}

fn is_there(cache: &Cache, at: Timestamp) -> bool {
    cache.created_at <= at && cache.evicted_at.is_none_or(|evicted_at| at < evicted_at)
}

impl RepositorySimulation {
    /// Fills the caches of the repository.
    pub(crate) fn settle_caches(&mut self) {
        let end = self.now;
        let mut steps: Vec<Step> = (0..self.repository.runs.len())
            .flat_map(|run| self.steps(run))
            .collect();
        steps.sort();
        let mut found = HashSet::new();
        for step in steps {
            self.evict_idle(step.at);
            if step.is_save {
                if !found.contains(&step.job_id) {
                    self.save(step);
                }
            } else if self.restore(&step) {
                found.insert(step.job_id);
            }
        }
        self.evict_idle(end);
        self.now = end;
        let caches = &self.repository.caches;
        self.truth.controls.caches = CachesKept {
            retention_days: self.repository.cache_retention_days,
            n_held: caches.iter().filter(|cache| cache.evicted_at.is_none()).count(),
            caches: caches
                .iter()
                .map(|cache| KeptCache {
                    is_main: cache.reference == MAIN,
                    created_at: cache.created_at,
                    accessed_at: cache.accessed_at.clone(),
                    evicted_at: cache.evicted_at,
                })
                .collect(),
        };
    }

    /// What the jobs of a run do: a pull request saves into a scope of its own.
    fn steps(&self, run: usize) -> Vec<Step> {
        let pull_request = self.run_states[run].pull_request;
        let run = &self.repository.runs[run];
        let key = self.cache_key(run.head_commit);
        let reference = match pull_request {
            Some(pull_request) if run.event == Event::PullRequest => {
                format!("refs/pull/{}/merge", self.repository.pull_requests[pull_request].number)
            }
            _ => format!("refs/heads/{}", run.head_branch),
        };
        let step = |at, job: &Job, is_save| Step {
            at,
            job_id: job.id,
            is_save,
            key: key.clone(),
            reference: reference.clone(),
        };
        let mut steps = Vec::new();
        for job in run.attempts.iter().flat_map(|attempt| &attempt.jobs) {
            let Some(started_at) = job.first_step_at.filter(|_| uses_cache(job)) else {
                continue;
            };
            steps.extend((started_at < self.end).then(|| step(started_at, job, false)));
            let saved_at = job
                .completed_at
                .filter(|at| *at < self.end && job.conclusion == Some(Conclusion::Success));
            steps.extend(saved_at.map(|at| step(at, job, true)));
        }
        steps
    }

    /// Names the content of the lock file, as §11 wants it; the careless name nothing that ever changes.
    fn cache_key(&self, commit: CommitIndex) -> String {
        let path = contents::lock(self.profile, 0).0;
        let family = match path.as_str() {
            "package-lock.json" => "npm",
            "pom.xml" => "maven",
            "Cargo.lock" => "cargo",
            "go.sum" => "go",
            _ => "poetry",
        };
        if self.profile.is_careless {
            return format!("{family}-Linux");
        }
        let tree = &self.repository.trees[self.repository.commits[commit].tree];
        let blob = tree.files.iter().find(|(held, _)| **held == *path);
        let sha = blob.map_or("", |(_, blob)| self.repository.blobs[*blob].sha.as_str());
        format!("{family}-Linux-{sha}")
    }

    /// Finds an entry in the scope of the run or of main.
    fn restore(&mut self, step: &Step) -> bool {
        let caches = &mut self.repository.caches;
        let of = |cache: &Cache, reference: &str| {
            cache.key == step.key && cache.reference == reference && is_there(cache, step.at)
        };
        let own = caches.iter().position(|cache| of(cache, &step.reference));
        let Some(position) = own.or_else(|| caches.iter().position(|cache| of(cache, MAIN))) else {
            return false;
        };
        caches[position].accessed_at.push(step.at);
        true
    }

    /// Saves an entry, unless another job was faster.
    fn save(&mut self, step: Step) {
        let is_known =
            |cache: &Cache| cache.key == step.key && cache.reference == step.reference && cache.evicted_at.is_none();
        if self.repository.caches.iter().any(is_known) {
            return;
        }
        self.now = step.at;
        let id = self.id("cache");
        let mut chance = Chance::of(self.seed, &[&self.profile.name, &"cache", &step.key]);
        let size_bytes = chance.between(180 << 20, 640 << 20);
        let version = Chance::of(self.seed, &[&self.profile.name, &"cache version"]).token(b"0123456789abcdef", 64);
        self.repository.caches.push(Cache {
            id,
            key: step.key,
            reference: step.reference,
            version,
            size_bytes,
            created_at: step.at,
            accessed_at: Vec::new(),
            evicted_at: None,
        });
        self.evict_beyond_limit(step.at);
    }

    /// GitHub evicts what nobody restored for as long as the repository says.
    fn evict_idle(&mut self, now: Timestamp) {
        let idle = TimeDelta::days(self.repository.cache_retention_days);
        for cache in self
            .repository
            .caches
            .iter_mut()
            .filter(|cache| cache.evicted_at.is_none())
        {
            let idle_at = touched_at(cache) + idle;
            cache.evicted_at = (idle_at <= now).then_some(idle_at);
        }
    }

    fn evict_beyond_limit(&mut self, now: Timestamp) {
        loop {
            let held = || self.repository.caches.iter().filter(|cache| cache.evicted_at.is_none());
            if held().map(|cache| cache.size_bytes).sum::<i64>() <= LIMIT_BYTES {
                return;
            }
            let oldest = held()
                .min_by_key(|cache| (touched_at(cache), cache.id))
                .map(|cache| cache.id);
            let caches = &mut self.repository.caches;
            let Some(cache) = caches.iter_mut().find(|cache| Some(cache.id) == oldest) else {
                return;
            };
            cache.evicted_at = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::{Options, simulate};

    #[test]
    fn caches_are_restored_while_touched_and_evicted_when_idle_or_too_many() {
        let (world, _) = simulate(Options { seed: 3, days: 40 });
        let (mut n_idle, mut n_pushed_out, mut n_restored, mut n_of_pulls) = (0, 0, 0, 0);
        for repository in &world.repositories {
            assert!(!repository.caches.is_empty(), "{}", repository.name);
            let idle = TimeDelta::days(repository.cache_retention_days);
            for cache in &repository.caches {
                let mut touched_at = cache.created_at;
                for at in &cache.accessed_at {
                    assert!(*at >= touched_at && *at - touched_at < idle);
                    touched_at = *at;
                }
                n_restored += cache.accessed_at.len();
                n_of_pulls += usize::from(cache.reference.starts_with("refs/pull/"));
                match cache.evicted_at {
                    Some(at) if at == touched_at + idle => n_idle += 1,
                    Some(at) => {
                        assert!(at >= touched_at, "{} {}", repository.name, cache.key);
                        n_pushed_out += 1;
                    }
                    None => assert!(world.end - touched_at < idle),
                }
                let at = cache.created_at;
                let held = repository.caches.iter().filter(|other| is_there(other, at));
                assert!(held.map(|other| other.size_bytes).sum::<i64>() <= LIMIT_BYTES);
                let same = |other: &&Cache| other.key == cache.key && other.reference == cache.reference;
                assert_eq!(
                    repository
                        .caches
                        .iter()
                        .filter(same)
                        .filter(|other| is_there(other, at))
                        .count(),
                    1
                );
            }
        }
        assert!(n_idle > 0 && n_pushed_out > 0 && n_restored > 1_000 && n_of_pulls > 0);
    }

    #[test]
    fn keys_name_the_lock_file_unless_the_repository_is_careless() {
        let (world, _) = simulate(Options { seed: 3, days: 20 });
        let of = |name: &str| world.repositories.iter().find(|of| of.name == name).unwrap();
        let careful = of("ingest-api");
        for cache in &careful.caches {
            let sha = cache.key.strip_prefix("poetry-Linux-").unwrap();
            assert!(careful.blobs.iter().any(|blob| blob.sha == sha), "{}", cache.key);
        }
        assert!(
            of("match-engine")
                .caches
                .iter()
                .all(|cache| cache.key == "poetry-Linux")
        );
    }
}

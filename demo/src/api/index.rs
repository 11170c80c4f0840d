//! Where things of a world are found by the names that requests give them.

use std::collections::{HashMap, HashSet};

use crate::world::World;
use crate::world::change::CommitIndex;
use crate::world::repository::Repository;

/// Run, attempt and the position in it.
pub(crate) type InAttempt = (usize, usize, usize);

/// Positions in one repository.
#[derive(Debug, Default)]
pub(crate) struct RepositoryIndex {
    /// Runs by id.
    pub(crate) runs: HashMap<i64, usize>,
    /// Jobs by id.
    pub(crate) jobs: HashMap<i64, InAttempt>,
    /// Artifacts by id.
    pub(crate) artifacts: HashMap<i64, InAttempt>,
    /// Commits by name.
    pub(crate) commits: HashMap<String, CommitIndex>,
    /// Runs by the commit under test, in order of creation.
    pub(crate) runs_of: HashMap<CommitIndex, Vec<usize>>,
    /// Trees by name.
    pub(crate) trees: HashMap<String, usize>,
    /// Blobs by name.
    pub(crate) blobs: HashMap<String, usize>,
    /// Commits that the default branch ever held, by first parents.
    pub(crate) main: HashSet<CommitIndex>,
    /// Pull requests by every commit that they proposed or became.
    pub(crate) pulls_of: HashMap<CommitIndex, Vec<usize>>,
}

impl RepositoryIndex {
    fn of(repository: &Repository) -> Self {
        let mut index = Self::default();
        for (_, tip) in repository.main_commits() {
            let mut next = Some(tip);
            while let Some(commit) = next.filter(|commit| index.main.insert(*commit)) {
                next = repository
                    .commits
                    .get(commit)
                    .and_then(|held| held.parents.first().copied());
            }
        }
        for (position, run) in repository.runs.iter().enumerate() {
            index.runs.insert(run.id, position);
            index.runs_of.entry(run.head_commit).or_default().push(position);
            for (number, attempt) in run.attempts.iter().enumerate() {
                for (place, job) in attempt.jobs.iter().enumerate() {
                    index.jobs.insert(job.id, (position, number, place));
                }
                for (place, artifact) in attempt.artifacts.iter().enumerate() {
                    index.artifacts.insert(artifact.id, (position, number, place));
                }
            }
        }
        for (position, commit) in repository.commits.iter().enumerate() {
            index.commits.insert(commit.sha.clone(), position);
        }
        for (position, tree) in repository.trees.iter().enumerate() {
            index.trees.insert(tree.sha.clone(), position);
        }
        for (position, blob) in repository.blobs.iter().enumerate() {
            index.blobs.insert(blob.sha.clone(), position);
        }
        for (position, pull) in repository.pull_requests.iter().enumerate() {
            let mut commits: HashSet<CommitIndex> = HashSet::new();
            for (_, head) in &pull.heads {
                commits.extend(index.proposed(repository, *head));
            }
            commits.extend(pull.merged.map(|(_, _, commit)| commit));
            for commit in commits {
                index.pulls_of.entry(commit).or_default().push(position);
            }
        }
        index
    }

    /// The commits that a head adds to the default branch, the oldest first.
    pub(crate) fn proposed(&self, repository: &Repository, head: CommitIndex) -> Vec<CommitIndex> {
        let mut found = Vec::new();
        let mut next = Some(head);
        while let Some(commit) = next.filter(|commit| !self.main.contains(commit) && !found.contains(commit)) {
            found.push(commit);
            next = repository
                .commits
                .get(commit)
                .and_then(|held| held.parents.first().copied());
        }
        found.reverse();
        found
    }
}

/// Positions in all repositories, in their order.
#[derive(Debug)]
pub(crate) struct Index {
    /// One for each repository.
    pub(crate) repositories: Vec<RepositoryIndex>,
}

impl Index {
    /// Reads a world once.
    pub(crate) fn of(world: &World) -> Self {
        Self {
            repositories: world.repositories.iter().map(RepositoryIndex::of).collect(),
        }
    }
}

//! Commits and pull requests.

use std::sync::Arc;

use crate::api::tests::sample::world::{LAST_MAIN, at};
use crate::world::change::{Commit, FileChange, PullRequest, Review};

/// A commit whose name is one letter.
pub(crate) fn commit(letter: &str, minute: i64, parents: Vec<usize>, tree: usize) -> Commit {
    Commit {
        sha: letter.repeat(40),
        tree,
        parents,
        author: 0,
        committed_at: at(minute),
        pushed_at: at(minute),
        message: format!("feat: change {letter}\n\nIt changes."),
        files: vec![FileChange {
            path: Arc::from("src/app.py"),
            previous_path: None,
            status: "modified",
            additions: 3,
            deletions: 1,
        }],
    }
}

/// One that is merged, and one of a fork that is open.
pub(crate) fn pull_requests() -> Vec<PullRequest> {
    let merged = PullRequest {
        id: 71,
        number: 1,
        title: "feat: log in".to_owned(),
        body: String::new(),
        author: 0,
        head_branch: "feature/login".to_owned(),
        fork: None,
        opened_at: at(25),
        ready_at: Some(at(27)),
        heads: vec![(at(25), 2), (at(29), 2)],
        force_pushes: vec![1],
        base: 1,
        reviews: vec![Review {
            id: 81,
            author: 1,
            state: "APPROVED",
            submitted_at: at(45),
            commit: 2,
            is_code_owner: true,
        }],
        labels: vec!["security"],
        merged: Some((at(75), 1, LAST_MAIN)),
        closed_at: Some(at(75)),
    };
    let foreign = PullRequest {
        id: 72,
        number: 3,
        title: "fix: a typo".to_owned(),
        body: "It was one.".to_owned(),
        author: 2,
        head_branch: "patch-1".to_owned(),
        fork: Some(0),
        opened_at: at(48),
        ready_at: None,
        heads: vec![(at(48), 4)],
        force_pushes: Vec::new(),
        base: 1,
        reviews: Vec::new(),
        labels: Vec::new(),
        merged: None,
        closed_at: None,
    };
    vec![merged, foreign]
}

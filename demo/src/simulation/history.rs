//! Commits and trees: what is in a repository at its start, and what a change changes.

use std::fmt::Write as _;
use std::sync::Arc;

use domain::clock::Timestamp;
use sha1::{Digest as _, Sha1};

use crate::simulation::contents;
use crate::simulation::repository::{CommitFacts, Defects, Impact, RepositorySimulation, Theme};
use crate::simulation::workflows;
use crate::world::PersonIndex;
use crate::world::change::{Blob, Commit, CommitIndex, FileChange, Tree};

/// The name of an object in git.
pub(crate) fn object_name(kind: &str, content: &[u8]) -> String {
    let mut hasher = Sha1::new();
    hasher.update(format!("{kind} {}\0", content.len()));
    hasher.update(content);
    hasher
        .finalize()
        .iter()
        .fold(String::with_capacity(40), |mut name, byte| {
            let _ = write!(name, "{byte:02x}");
            name
        })
}

/// What a commit does to a file.
#[derive(Debug, Clone)]
pub(crate) enum Edit {
    /// The file has this content from now on.
    Write(Arc<str>, Arc<str>),
    /// The file is gone.
    Remove(Arc<str>),
}

impl RepositorySimulation {
    pub(crate) fn blob(&mut self, text: &str) -> usize {
        let sha = object_name("blob", text.as_bytes());
        self.repository.blobs.push(Blob {
            sha,
            text: Arc::from(text),
        });
        self.repository.blobs.len() - 1
    }

    fn tree(&mut self, files: Vec<(Arc<str>, usize)>) -> usize {
        let mut listing = String::new();
        for (path, blob) in &files {
            let _ = writeln!(listing, "100644 {path} {}", self.repository.blobs[*blob].sha);
        }
        let sha = object_name("tree", listing.as_bytes());
        if let Some(known) = self.repository.trees.iter().rposition(|tree| tree.sha == sha) {
            return known;
        }
        self.repository.trees.push(Tree { sha, files });
        self.repository.trees.len() - 1
    }

    /// Makes the first commit, of everything that the repository holds at its start.
    pub(crate) fn found(&mut self, at: Timestamp) -> CommitIndex {
        let mut files: Vec<(Arc<str>, usize)> = contents::initial(self.profile, self.seed)
            .into_iter()
            .map(|(path, text)| {
                self.truth.controls.files.written(&path, &text);
                (Arc::from(path), self.blob(&text))
            })
            .collect();
        for workflow in workflows::initial(self.profile) {
            files.push((Arc::from(workflow.path), self.blob(&workflow.text)));
            self.truth.workflows.push(workflow.truth(at));
        }
        files.sort();
        let tree = self.tree(files);
        self.add_commit(
            tree,
            vec![],
            1,
            at,
            "chore: import history".to_owned(),
            vec![],
            Defects::default(),
        )
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a commit")]
    fn add_commit(
        &mut self,
        tree: usize,
        parents: Vec<CommitIndex>,
        author: PersonIndex,
        at: Timestamp,
        message: String,
        files: Vec<FileChange>,
        defects: Defects,
    ) -> CommitIndex {
        let content = format!(
            "tree {}\nparents {:?}\nauthor {author} {}\n\n{message}\n{}",
            self.repository.trees[tree].sha,
            parents
                .iter()
                .map(|parent| self.repository.commits[*parent].sha.as_str())
                .collect::<Vec<_>>(),
            at.timestamp_millis(),
            self.profile.name,
        );
        let impact = impact(&files);
        self.repository.commits.push(Commit {
            sha: object_name("commit", content.as_bytes()),
            tree,
            parents,
            author,
            committed_at: at,
            pushed_at: at,
            message,
            files,
        });
        self.facts.push(CommitFacts { defects, impact });
        self.repository.commits.len() - 1
    }

    /// Commits `edits` on top of `parent`.
    pub(crate) fn commit(
        &mut self,
        parent: CommitIndex,
        author: PersonIndex,
        message: String,
        edits: Vec<Edit>,
        defects: Defects,
    ) -> CommitIndex {
        let mut files = self.repository.trees[self.repository.commits[parent].tree]
            .files
            .clone();
        let mut changes = Vec::new();
        for edit in edits {
            match edit {
                Edit::Write(path, text) => {
                    let lines = i64::try_from(text.lines().count()).unwrap_or(0);
                    let blob = self.blob(&text);
                    let status = if let Some(file) = files.iter_mut().find(|(known, _)| *known == path) {
                        file.1 = blob;
                        "modified"
                    } else {
                        files.push((Arc::clone(&path), blob));
                        "added"
                    };
                    changes.push(FileChange {
                        path,
                        previous_path: None,
                        status,
                        additions: lines.clamp(1, 60),
                        deletions: if status == "added" { 0 } else { lines.clamp(1, 25) },
                    });
                }
                Edit::Remove(path) => {
                    files.retain(|(known, _)| *known != path);
                    changes.push(FileChange {
                        path,
                        previous_path: None,
                        status: "removed",
                        additions: 0,
                        deletions: 10,
                    });
                }
            }
        }
        files.sort();
        let tree = self.tree(files);
        self.add_commit(tree, vec![parent], author, self.now, message, changes, defects)
    }

    /// Squashes what `head` changed against `base` into one commit on top of main.
    pub(crate) fn squash(
        &mut self,
        base: CommitIndex,
        head: CommitIndex,
        author: PersonIndex,
        message: String,
        defects: Defects,
    ) -> CommitIndex {
        let main = self.main_head();
        let old: Vec<_> = self.repository.trees[self.repository.commits[base].tree].files.clone();
        let new: Vec<_> = self.repository.trees[self.repository.commits[head].tree].files.clone();
        let edits = contents::difference(&self.repository, &old, &new);
        self.commit(main, author, message, edits, defects)
    }

    /// Reverts what `commit` changed, so that the tree is that of its parent where nothing came between.
    pub(crate) fn edits_that_revert(&self, commit: CommitIndex) -> Vec<Edit> {
        let commit = &self.repository.commits[commit];
        let Some(parent) = commit.parents.first() else {
            return vec![];
        };
        let old = &self.repository.trees[commit.tree].files;
        let new = &self.repository.trees[self.repository.commits[*parent].tree].files;
        contents::difference(&self.repository, old, new)
    }

    /// Draws what a change of `theme` edits.
    pub(crate) fn edits(&mut self, theme: Theme) -> Vec<Edit> {
        let revision = self.repository.commits.len();
        let module = contents::MODULES[self.chance.index(contents::MODULES.len())];
        let source = contents::source_path(self.profile, module);
        let write = |path: String, text: String| Edit::Write(Arc::from(path), Arc::from(text));
        match theme {
            Theme::Nothing => vec![],
            Theme::Documentation => vec![write("README.md".to_owned(), contents::readme(self.profile, revision))],
            Theme::Infrastructure => vec![write("iac/main.tf".to_owned(), contents::terraform(revision))],
            Theme::Schemas => vec![
                write(
                    "schemas/openapi/current.yaml".to_owned(),
                    contents::openapi(self.profile, revision),
                ),
                write(source, contents::source(module, revision)),
            ],
            Theme::Dependencies => {
                let (path, text) = contents::lock(self.profile, revision);
                let mut edits = vec![write(path, text)];
                if !self.profile.is_careless {
                    // Actions are dependencies, too.
                    let workflow = workflows::ci(self.profile, revision);
                    edits.push(write(workflow.path.to_owned(), workflow.text.clone()));
                    self.truth.workflows.push(workflow.truth(self.now));
                }
                edits
            }
            Theme::Feature | Theme::Repair | Theme::Revert => vec![write(source, contents::source(module, revision))],
        }
    }
}

fn impact(files: &[FileChange]) -> Impact {
    let mut impact = Impact::default();
    for file in files {
        impact.infrastructure |= file.path.starts_with("iac/");
        impact.schemas |= file.path.starts_with("schemas/");
        impact.code |= !file.path.ends_with(".md") && &*file.path != ".quarantine.toml";
    }
    impact
}

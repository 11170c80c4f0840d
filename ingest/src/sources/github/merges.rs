//! What is asked of a pull request once it is merged: its reviews, its files, and who owned what where it was based.
//!
//! It is asked once, since what came after the merge let nothing in: a review that was dismissed before shows as that.

use std::collections::{BTreeMap, BTreeSet};

use domain::change::GUARDED_FOLDERS;
use domain::clock::{Timestamp, format_timestamp};
use futures::StreamExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::failure::Failure;
use super::objects::kinds::{self, ObjectKind};
use super::objects::merges::{FileEntry, MergeListDocument, ReviewEntry};
use super::repository::{AT_ONCE, RepositoryPull, Subject};
use crate::error::Result;
use crate::sources::item::Document;

/// A merged pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Merge {
    pub(crate) number: i64,
    pub(crate) merged_at: Timestamp,
    pub(crate) base_sha: String,
    pub(crate) base_branch: String,
}

/// Merged pull requests, and what is in of each.
#[derive(Debug, Default)]
pub(crate) struct MergesKnown {
    merged: BTreeMap<i64, Merge>,
    /// Those whose reviews are in.
    pub(crate) reviewed: BTreeSet<i64>,
    /// Those whose files are in.
    filed: BTreeSet<i64>,
    /// Those of them that touch a guarded folder.
    guarded: BTreeSet<i64>,
}

impl MergesKnown {
    /// Adds one that is merged.
    pub(crate) fn add(&mut self, merge: Merge) {
        self.merged.insert(merge.number, merge);
    }

    /// Adds a file of one by its paths, or one without a path that says that there is none.
    pub(crate) fn add_file<'p>(&mut self, number: i64, paths: impl IntoIterator<Item = Option<&'p str>>) {
        self.filed.insert(number);
        if paths.into_iter().flatten().any(is_guarded) {
            self.guarded.insert(number);
        }
    }
}

fn is_guarded(path: &str) -> bool {
    GUARDED_FOLDERS.iter().any(|folder| path.starts_with(folder))
}

/// A list below a pull request.
#[derive(Debug, Clone, Copy)]
struct Listing {
    resource: &'static str,
    /// What GitHub calls it.
    name: &'static str,
    kind: ObjectKind,
}

const REVIEWS: Listing = Listing {
    resource: "pull_reviews",
    name: "reviews",
    kind: kinds::PULL_REVIEWS,
};
const FILES: Listing = Listing {
    resource: "pull_files",
    name: "files",
    kind: kinds::PULL_FILES,
};

impl RepositoryPull<'_> {
    /// What is not in yet of pull requests that are known to be merged or are among `merged`.
    pub(super) async fn merges(&self, merged: Vec<Merge>) -> Result<Vec<Document>> {
        let known = &self.known.merges;
        let mut all = known.merged.clone();
        all.extend(merged.into_iter().map(|merge| (merge.number, merge)));
        all.retain(|_, merge| self.since.is_none_or(|since| since <= merge.merged_at));
        let lacking = |listed: &BTreeSet<i64>| -> Vec<Merge> {
            let is_new = |merge: &&Merge| !listed.contains(&merge.number);
            all.values().filter(is_new).cloned().collect()
        };
        let mut documents = Vec::new();
        self.listings::<ReviewEntry>(REVIEWS, lacking(&known.reviewed), &mut documents)
            .await?;
        let files = self
            .listings::<FileEntry>(FILES, lacking(&known.filed), &mut documents)
            .await?;
        let mut guarded = known.guarded.clone();
        for (number, entries) in files {
            let mut paths = entries
                .iter()
                .flat_map(|entry| [Some(entry.filename.as_str()), entry.previous_filename.as_deref()])
                .flatten();
            if paths.any(is_guarded) {
                guarded.insert(number);
            }
        }
        // Each base once, with the first merge of those that have it.
        let mut bases: BTreeMap<&str, Timestamp> = BTreeMap::new();
        let touching = all.values().filter(|merge| guarded.contains(&merge.number));
        for merge in touching.filter(|merge| merge.base_branch == self.default_branch) {
            let at = bases.entry(&merge.base_sha).or_insert(merge.merged_at);
            *at = merge.merged_at.min(*at);
        }
        let mut bases: Vec<(Timestamp, &str)> = bases.into_iter().map(|(base, at)| (at, base)).collect();
        bases.sort_unstable();
        for (at, base) in bases {
            self.code_owners(base, at, &mut documents).await?;
        }
        Ok(documents)
    }

    /// A list of each, to `documents`, and what was had of it.
    async fn listings<E: DeserializeOwned + Serialize>(
        &self,
        listing: Listing,
        merges: Vec<Merge>,
        documents: &mut Vec<Document>,
    ) -> Result<Vec<(i64, Vec<E>)>> {
        let mut had = Vec::new();
        let mut asking = futures::stream::iter(merges)
            .map(async |merge: Merge| (self.entries::<E>(listing, merge.number).await, merge))
            .buffered(AT_ONCE);
        while let Some((entries, merge)) = asking.next().await {
            let Merge { number, merged_at, .. } = merge;
            let mut subject = Subject::of(listing.resource, format!("pull request {number}"));
            let entries = match entries {
                Ok(entries) => entries,
                Err(failure) if failure.code() == "forbidden" => {
                    // Nothing of its kind may be read: that is said once, and the rest is not asked for.
                    "pull requests".clone_into(&mut subject.what);
                    self.failed(&subject, &failure)?;
                    return Ok(had);
                }
                Err(failure) => {
                    subject.span = (Some(merged_at), Some(merged_at));
                    self.failed(&subject, &failure)?;
                    continue;
                }
            };
            self.had(listing.resource, &subject.what);
            let document = MergeListDocument {
                number,
                merged_at: format_timestamp(merged_at),
                entries,
            };
            if let Ok(written) = serde_json::value::to_raw_value(&document) {
                let shown = format!("pulls/{number}/{}", listing.name);
                documents.push(self.document(listing.kind, &written, shown, None, merged_at));
            }
            had.push((number, document.entries));
        }
        self.had(listing.resource, "pull requests");
        Ok(had)
    }

    async fn entries<E: DeserializeOwned>(&self, listing: Listing, number: i64) -> Result<Vec<E>, Failure> {
        let path = format!(
            "/repos/{}/pulls/{number}/{}?per_page=100",
            self.repository, listing.name
        );
        let listed = self.client.list(&path, listing.name).await?;
        listed
            .iter()
            .map(|object| serde_json::from_str(object.get()).map_err(|error| Failure::Form(error.to_string())))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_guarded_at_the_root_alone_and_a_file_that_left_one_touched_it() {
        let mut known = MergesKnown::default();
        known.add_file(1, [Some("iac/main.tf"), None]);
        known.add_file(2, [Some("src/iac/main.tf"), None]);
        known.add_file(3, [Some("old/main.tf"), Some("security/policy.rego")]);
        known.add_file(4, [None, None]);
        assert_eq!(known.filed, BTreeSet::from([1, 2, 3, 4]));
        assert_eq!(known.guarded, BTreeSet::from([1, 3]));
    }
}

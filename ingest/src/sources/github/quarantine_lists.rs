//! The history of the list of quarantined tests on the default branch.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::quarantine::LIST_PATH;
use futures::StreamExt as _;
use serde::Deserialize;

use super::failure::Failure;
use super::objects::changes::CommitObject;
use super::objects::kinds;
use super::objects::quarantine_list::{QuarantineListDocument, read_list};
use super::repository::{AT_ONCE, RepositoryPull, Subject};
use crate::error::Result;
use crate::sources::item::Document;

/// A file as `contents` holds it.
#[derive(Debug, Deserialize)]
struct File {
    r#type: String,
    encoding: Option<String>,
    content: Option<String>,
}

impl RepositoryPull<'_> {
    /// The list as each commit left it that is not known yet, oldest first. The history is listed to its end, since a
    /// merge brings commits that are older than what is known.
    pub(super) async fn quarantine_lists(&self) -> Result<Vec<Document>> {
        let branch: String = url::form_urlencoded::byte_serialize(self.default_branch.as_bytes()).collect();
        let path = format!(
            "/repos/{}/commits?path={LIST_PATH}&sha={branch}&per_page=100",
            self.repository
        );
        let listed = match self.client.list(&path, "commits").await {
            Ok(listed) => listed,
            // A repository without a commit.
            Err(Failure::Status { status: 409, .. }) => return Ok(Vec::new()),
            Err(failure) => {
                self.failed(&Subject::of("quarantine_lists", "commits"), &failure)?;
                return Ok(Vec::new());
            }
        };
        self.had("quarantine_lists", "commits");
        let mut commits = Vec::new();
        for object in listed.into_iter().rev() {
            let commit = serde_json::from_str::<CommitObject>(object.get()).ok();
            match commit.and_then(|commit| Some((commit.committed_at()?, commit.sha))) {
                Some((_, sha)) if self.known.quarantine_lists.contains(&sha) => {}
                Some((at, sha)) => commits.push((object, sha, at)),
                None => self.lost(&Subject::of("quarantine_lists", "commits"), "malformed", None),
            }
        }
        let mut documents = Vec::new();
        let mut newest = None;
        let mut asking = futures::stream::iter(commits)
            .map(async |(object, sha, at)| (self.quarantine_list(&sha).await, object, sha, at))
            .buffered(AT_ONCE);
        while let Some((text, commit, sha, at)) = asking.next().await {
            let mut subject = Subject::of("quarantine_lists", format!("commit {sha}"));
            subject.span = (Some(at), None);
            let text = match text {
                Ok(text) => text,
                Err(failure) => {
                    self.failed(&subject, &failure)?;
                    continue;
                }
            };
            self.had(subject.resource, &subject.what);
            newest = Some((at, read_list(text.as_deref().unwrap_or_default())));
            if let Ok(written) = serde_json::value::to_raw_value(&QuarantineListDocument { commit, text }) {
                let shown = format!("{LIST_PATH} of {sha}");
                documents.push(self.document(kinds::QUARANTINE_LIST, &written, shown, None, at));
            }
        }
        // What the newest list leaves open is a gap until a commit mends it.
        match newest {
            Some((_, list)) if list.is_whole => self.had("quarantine_lists", LIST_PATH),
            Some((at, list)) => {
                let mut subject = Subject::of("quarantine_lists", LIST_PATH);
                subject.span = (Some(at), None);
                let first = list.warnings.iter().next();
                self.lost(&subject, "malformed", first.map(|(_, warning)| warning.first.clone()));
            }
            None => {}
        }
        Ok(documents)
    }

    /// The list as a commit left it; null where there is none.
    async fn quarantine_list(&self, sha: &str) -> Result<Option<String>, Failure> {
        let path = format!("/repos/{}/contents/{LIST_PATH}?ref={sha}", self.repository);
        let object = match self.client.object(&path).await {
            Ok(object) => object,
            Err(Failure::Status { status: 404, .. }) => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let form = |reason: String| Failure::Form(reason);
        let file: File = serde_json::from_str(object.get()).map_err(|error| form(error.to_string()))?;
        if file.r#type != "file" {
            return Err(form(format!("it is no file, but a {}", file.r#type)));
        }
        match (file.encoding.as_deref(), file.content) {
            (Some("base64"), Some(content)) => {
                let content: String = content.split_ascii_whitespace().collect();
                let bytes = STANDARD.decode(content).map_err(|error| form(error.to_string()))?;
                Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
            }
            // From 1 MB on GitHub serves no content.
            _ => Err(Failure::TooLarge),
        }
    }
}

//! What became of issues and pull requests, in order of time.

use domain::clock::Timestamp;
use serde_json::{Map, Value, json};

use crate::api::answer::Answer;
use crate::api::issues::{self, Entry};
use crate::api::request::Request;
use crate::api::view::{Place, View, node_id, written};
use crate::api::{commits, person, pulls};
use crate::world::PersonIndex;
use crate::world::change::{CommitIndex, PullRequest};
use crate::world::operation::Issue;

/// One entry of a timeline.
struct Happening {
    at: Timestamp,
    /// GitHub shows it among the events too, not only in the timeline.
    is_event: bool,
    document: Value,
}

/// Writes the events of one issue or pull request, each with an id of its own.
struct Writer<'v, 'w> {
    view: &'v View<'w>,
    place: Place<'v>,
    id: i64,
    happenings: Vec<Happening>,
}

impl Writer<'_, '_> {
    fn event(
        &mut self,
        at: Timestamp,
        actor: PersonIndex,
        event: &str,
        commit: Option<CommitIndex>,
        more: &[(&str, Value)],
    ) {
        let id = self.id * 100 + i64::try_from(self.happenings.len()).unwrap_or_default();
        if at > self.view.now {
            // The place is taken all the same, so that ids do not move as time goes on.
            self.happenings.push(Happening {
                at,
                is_event: false,
                document: Value::Null,
            });
            return;
        }
        let home = self.place.url(self.view);
        let sha = commit.map(|commit| self.place.sha(commit));
        let mut document: Map<String, Value> = more
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect();
        for (key, value) in [
            ("id", json!(id)),
            ("node_id", json!(node_id("EV", id))),
            ("url", json!(format!("{home}/issues/events/{id}"))),
            ("actor", person::simple(self.view, actor)),
            ("event", json!(event)),
            ("commit_id", json!(sha)),
            ("commit_url", json!(sha.map(|sha| format!("{home}/commits/{sha}")))),
            ("created_at", json!(written(at))),
            ("performed_via_github_app", Value::Null),
        ] {
            document.insert(key.to_owned(), value);
        }
        self.happenings.push(Happening {
            at,
            is_event: true,
            document: Value::Object(document),
        });
    }

    fn label(&self, name: &str) -> Value {
        let label = issues::label(self.view, self.place, name);
        json!({"name": name, "color": label.get("color")})
    }

    fn issue(&mut self, issue: &Issue) {
        if let Some(assignee) = issue.assignee {
            let more = [
                ("assignee", person::simple(self.view, assignee)),
                ("assigner", person::simple(self.view, issue.author)),
            ];
            self.event(issue.created_at, issue.author, "assigned", None, &more);
        }
        for (at, name) in &issue.labels {
            let label = self.label(name);
            self.event(*at, issue.author, "labeled", None, &[("label", label)]);
        }
        if let Some(at) = issue.closed_at {
            let by = issue.assignee.unwrap_or(issue.author);
            self.event(at, by, "closed", None, &[("state_reason", json!("completed"))]);
        }
    }

    fn pull(&mut self, pull: &PullRequest) {
        for name in &pull.labels {
            let label = self.label(name);
            self.event(pull.opened_at, pull.author, "labeled", None, &[("label", label)]);
        }
        for (position, (at, head)) in pull.heads.iter().enumerate() {
            if pull.force_pushes.contains(&position) {
                self.event(*at, pull.author, "head_ref_force_pushed", Some(*head), &[]);
            }
        }
        if let Some(at) = pull.ready_at {
            self.event(at, pull.author, "ready_for_review", None, &[]);
        }
        for review in &pull.reviews {
            let more = [
                ("review_requester", person::simple(self.view, pull.author)),
                ("requested_reviewer", person::simple(self.view, review.author)),
            ];
            self.event(
                pull.ready_at.unwrap_or(pull.opened_at),
                pull.author,
                "review_requested",
                None,
                &more,
            );
        }
        if let Some((at, by, commit)) = pull.merged {
            self.event(at, by, "merged", Some(commit), &[]);
        }
        let closer = pull.merged.map_or(pull.author, |(_, by, _)| by);
        if let Some(at) = pull.closed_at.or(pull.merged.map(|(at, ..)| at)) {
            self.event(at, closer, "closed", None, &[("state_reason", Value::Null)]);
            let branches = self.place.repository.branches.iter();
            let deleted_at = branches
                .filter(|branch| pull.fork.is_none() && branch.name == pull.head_branch)
                .filter_map(|branch| branch.deleted_at)
                .find(|deleted_at| *deleted_at >= at);
            if let Some(deleted_at) = deleted_at {
                self.event(deleted_at, closer, "head_ref_deleted", None, &[]);
            }
        }
    }

    /// What only the timeline of a pull request shows: commits and reviews.
    fn work(&mut self, pull: &PullRequest) {
        for commit in pulls::commits(self.view, self.place, pull) {
            let Some(commit) = self.place.commit(commit) else {
                continue;
            };
            let mut document = commits::git(self.view, self.place, commit);
            if let Value::Object(fields) = &mut document {
                fields.insert("event".to_owned(), json!("committed"));
            }
            self.happenings.push(Happening {
                at: commit.committed_at,
                is_event: false,
                document,
            });
        }
        for (position, review) in pull.reviews.iter().enumerate() {
            if review.submitted_at > self.view.now {
                continue;
            }
            let mut document = pulls::review(self.view, self.place, pull, position);
            if let Value::Object(fields) = &mut document {
                fields.insert("event".to_owned(), json!("reviewed"));
                fields.insert("state".to_owned(), json!(review.state.to_lowercase()));
            }
            self.happenings.push(Happening {
                at: review.submitted_at,
                is_event: false,
                document,
            });
        }
    }
}

fn happenings(view: &View<'_>, place: Place<'_>, entry: Entry<'_>) -> Vec<Happening> {
    let id = match entry {
        Entry::Issue(issue) => issue.id,
        Entry::Pull(pull) => pull.id,
    };
    let mut writer = Writer {
        view,
        place,
        id,
        happenings: Vec::new(),
    };
    match entry {
        Entry::Issue(issue) => writer.issue(issue),
        Entry::Pull(pull) => {
            writer.pull(pull);
            writer.work(pull);
        }
    }
    let mut happenings = writer.happenings;
    happenings.retain(|happening| !happening.document.is_null());
    happenings.sort_by_key(|happening| happening.at);
    happenings
}

/// `issues/{number}/events`.
pub(crate) fn events(view: &View<'_>, request: &Request, place: Place<'_>, entry: Entry<'_>) -> Answer {
    let mut happenings = happenings(view, place, entry);
    happenings.retain(|happening| happening.is_event);
    Answer::list(view, request, &happenings, |happening| happening.document.clone())
}

/// `issues/{number}/timeline`.
pub(crate) fn whole(view: &View<'_>, request: &Request, place: Place<'_>, entry: Entry<'_>) -> Answer {
    let happenings = happenings(view, place, entry);
    Answer::list(view, request, &happenings, |happening| happening.document.clone())
}

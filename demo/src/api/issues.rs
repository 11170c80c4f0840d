//! Issues, among which GitHub lists pull requests too.

use domain::clock::{Timestamp, parse_timestamp};
use serde_json::{Value, json};

use crate::api::answer::Answer;
use crate::api::request::Request;
use crate::api::view::{Place, View, digest, node_id, written, written_where};
use crate::api::{person, pulls, timeline};
use crate::world::PersonIndex;
use crate::world::change::PullRequest;
use crate::world::operation::Issue;

/// An issue or a pull request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Entry<'a> {
    /// An issue.
    Issue(&'a Issue),
    /// A pull request.
    Pull(&'a PullRequest),
}

impl<'a> Entry<'a> {
    fn number(self) -> i64 {
        match self {
            Self::Issue(issue) => issue.number,
            Self::Pull(pull) => pull.number,
        }
    }

    fn created_at(self) -> Timestamp {
        match self {
            Self::Issue(issue) => issue.created_at,
            Self::Pull(pull) => pull.opened_at,
        }
    }

    fn closed_at(self, view: &View<'_>) -> Option<Timestamp> {
        match self {
            Self::Issue(issue) => view.past(issue.closed_at),
            Self::Pull(pull) => pulls::closed_at(view, pull),
        }
    }

    fn updated_at(self, view: &View<'_>) -> Timestamp {
        match self {
            Self::Issue(issue) => {
                let labels = issue.labels.iter().map(|(at, _)| *at);
                labels
                    .chain([issue.updated_at])
                    .chain(issue.closed_at)
                    .filter(|at| *at <= view.now)
                    .fold(issue.created_at, std::cmp::max)
            }
            Self::Pull(pull) => pulls::updated_at(view, pull),
        }
    }

    fn labels(self, view: &View<'_>) -> Vec<&'a str> {
        match self {
            Self::Issue(issue) => {
                let labels = issue.labels.iter().filter(|(at, _)| *at <= view.now);
                labels.map(|(_, label)| label.as_str()).collect()
            }
            Self::Pull(pull) => pull.labels.clone(),
        }
    }

    fn author(self) -> PersonIndex {
        match self {
            Self::Issue(issue) => issue.author,
            Self::Pull(pull) => pull.author,
        }
    }

    fn assignee(self) -> Option<PersonIndex> {
        match self {
            Self::Issue(issue) => issue.assignee,
            Self::Pull(_) => None,
        }
    }
}

/// A label of a repository.
pub(crate) fn label(view: &View<'_>, place: Place<'_>, name: &str) -> Value {
    let hash = digest(&["label", name]);
    let id = i64::from_str_radix(hash.get(..8).unwrap_or_default(), 16).unwrap_or_default();
    let path = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    json!({
        "id": id,
        "node_id": node_id("LA", id),
        "url": format!("{}/labels/{path}", place.url(view)),
        "name": name,
        "description": "",
        "color": hash.get(8..14).unwrap_or("ededed"),
        "default": false,
    })
}

fn document(view: &View<'_>, place: Place<'_>, entry: Entry<'_>) -> Value {
    let home = place.url(view);
    let number = entry.number();
    let url = format!("{home}/issues/{number}");
    let closed_at = entry.closed_at(view);
    let labels: Vec<Value> = entry.labels(view).iter().map(|name| label(view, place, name)).collect();
    let assignee = entry.assignee().map(|person| person::simple(view, person));
    let (id, node, title, body, is_foreign) = match entry {
        Entry::Issue(issue) => (issue.id, "I", &issue.title, &issue.body, false),
        Entry::Pull(pull) => (pull.id, "PR", &pull.title, &pull.body, pull.fork.is_some()),
    };
    let path = if matches!(entry, Entry::Pull(_)) {
        "pull"
    } else {
        "issues"
    };
    let html = format!("{}/{path}/{number}", place.html(view));
    let is_issue = matches!(entry, Entry::Issue(_));
    let mut document = json!({
        "id": id,
        "node_id": node_id(node, id),
        "url": url,
        "repository_url": home,
        "labels_url": format!("{url}/labels{{/name}}"),
        "comments_url": format!("{url}/comments"),
        "events_url": format!("{url}/events"),
        "timeline_url": format!("{url}/timeline"),
        "html_url": html,
        "number": number,
        "state": if closed_at.is_some() { "closed" } else { "open" },
        "state_reason": (closed_at.is_some() && is_issue).then_some("completed"),
        "title": title,
        "body": body,
        "user": person::simple(view, entry.author()),
        "labels": labels,
        "assignee": assignee,
        "assignees": assignee.iter().collect::<Vec<_>>(),
        "milestone": null,
        "locked": false,
        "active_lock_reason": null,
        "comments": 0,
        "created_at": written(entry.created_at()),
        "updated_at": written(entry.updated_at(view)),
        "closed_at": written_where(closed_at),
        "author_association": pulls::association(view, entry.author(), is_foreign),
        "performed_via_github_app": null,
    });
    if let (Value::Object(fields), Entry::Pull(pull)) = (&mut document, entry) {
        let merged_at = pulls::merge(view, pull).map(|(at, ..)| at);
        fields.insert("draft".to_owned(), json!(pull.ready_at.is_some_and(|at| at > view.now)));
        fields.insert(
            "pull_request".to_owned(),
            json!({
                "url": format!("{home}/pulls/{number}"),
                "html_url": html,
                "diff_url": format!("{html}.diff"),
                "patch_url": format!("{html}.patch"),
                "merged_at": written_where(merged_at),
            }),
        );
    }
    document
}

fn entries<'a>(view: &View<'_>, place: Place<'a>) -> Vec<Entry<'a>> {
    let issues = place.repository.issues.iter().map(Entry::Issue);
    let pulls = place.repository.pull_requests.iter().map(Entry::Pull);
    let entries = issues.chain(pulls);
    entries
        .filter(|entry| place.fork.is_none() && entry.created_at() <= view.now)
        .collect()
}

/// `issues`. What is no instant in `since` is passed over, as GitHub does.
pub(crate) fn list(view: &View<'_>, request: &Request, place: Place<'_>) -> Answer {
    let state = request.get("state").unwrap_or("open");
    let since = request.get("since").and_then(|text| parse_timestamp(text).ok());
    let is_login = |person: Option<PersonIndex>, login: &str| {
        person
            .and_then(|person| view.person(person))
            .is_some_and(|person| person.login.eq_ignore_ascii_case(login))
    };
    let is_assigned = |entry: Entry<'_>, wanted: &str| match wanted {
        "*" => entry.assignee().is_some(),
        "none" => entry.assignee().is_none(),
        login => is_login(entry.assignee(), login),
    };
    let has_labels = |entry: Entry<'_>, wanted: &str| {
        let held = entry.labels(view);
        wanted
            .split(',')
            .all(|name| held.iter().any(|label| label.eq_ignore_ascii_case(name.trim())))
    };
    let mut entries = entries(view, place);
    entries.retain(|entry| {
        (state == "all" || (state == "open") == entry.closed_at(view).is_none())
            && since.is_none_or(|since| entry.updated_at(view) >= since)
            && request.get("labels").is_none_or(|labels| has_labels(*entry, labels))
            && request
                .get("creator")
                .is_none_or(|login| is_login(Some(entry.author()), login))
            && request.get("assignee").is_none_or(|wanted| is_assigned(*entry, wanted))
    });
    match request.get("sort") {
        Some("updated") => entries.sort_by_key(|entry| (entry.updated_at(view), entry.number())),
        _ => entries.sort_by_key(|entry| (entry.created_at(), entry.number())),
    }
    if request.get("direction") != Some("asc") {
        entries.reverse();
    }
    Answer::list(view, request, &entries, |entry| document(view, place, *entry))
}

/// `issues/{number}` and what is below it.
pub(crate) fn show(
    view: &View<'_>,
    request: &Request,
    place: Place<'_>,
    number: &str,
    rest: &[&str],
) -> Option<Answer> {
    let number: i64 = number.parse().ok()?;
    let entry = entries(view, place)
        .into_iter()
        .find(|entry| entry.number() == number)?;
    match rest {
        [] => Some(Answer::json(document(view, place, entry))),
        ["events"] => Some(timeline::events(view, request, place, entry)),
        ["timeline"] => Some(timeline::whole(view, request, place, entry)),
        ["comments"] => Some(Answer::list(view, request, &[(); 0], |()| Value::Null)),
        ["labels"] => Some(Answer::list(view, request, &entry.labels(view), |name| {
            label(view, place, name)
        })),
        _ => None,
    }
}

/// `labels`: every label that something has.
pub(crate) fn labels(view: &View<'_>, request: &Request, place: Place<'_>) -> Answer {
    let mut names: Vec<&str> = entries(view, place)
        .iter()
        .flat_map(|entry| entry.labels(view))
        .collect();
    names.sort_unstable();
    names.dedup();
    Answer::list(view, request, &names, |name| label(view, place, name))
}

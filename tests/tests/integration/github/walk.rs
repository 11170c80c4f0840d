//! Every address of an API that its own answers lead to, by the templates of GitHub's description.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tests::organization::{Answer, Client};

/// Addresses asked at a time, for each origin.
const AT_A_TIME: usize = 6;
/// What stands in a path as it is.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Values of the parameters of a path.
pub(super) type Place = BTreeMap<&'static str, String>;

/// One address that was asked.
#[derive(Debug)]
pub(super) struct Visit {
    /// As GitHub's description writes it.
    pub(super) template: String,
    /// Values of its parameters.
    pub(super) place: Place,
    /// Path and query.
    pub(super) target: String,
    /// What came back.
    pub(super) answer: Answer,
}

/// A way through an API.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    /// Who asks.
    pub(super) client: &'a Client,
    /// Where answers say that the API is.
    pub(super) api_url: String,
    /// Where to ask, in turn: the API itself, or what stands in front of it.
    pub(super) origins: Vec<String>,
    /// The templates to ask.
    pub(super) templates: &'a [String],
    /// At most so many addresses of one template; null: all.
    pub(super) limit: Option<usize>,
}

/// The parameters that a template names.
pub(super) fn parameters(template: &str) -> BTreeSet<&str> {
    let opened = template.split('{').skip(1);
    opened.filter_map(|rest| rest.split('}').next()).collect()
}

/// A template with values in place of its parameters; null where one is unknown.
pub(super) fn expand(template: &str, place: &Place) -> Option<String> {
    let mut path = template.to_owned();
    for name in parameters(template) {
        let value = utf8_percent_encode(place.get(name)?, KEPT).to_string();
        path = path.replace(&format!("{{{name}}}"), &value);
    }
    Some(path)
}

/// The longest pages, and everything whatever its state.
fn query(template: &str) -> &'static str {
    match template.rsplit('/').next() {
        Some("pulls" | "issues") => "?per_page=100&state=all",
        Some("jobs" | "check-runs") => "?per_page=100&filter=all",
        Some("{tree_sha}") => "?recursive=1",
        _ => "?per_page=100",
    }
}

/// What else is asked of a list.
const OTHER_QUERIES: &[(&str, &str)] = &[
    ("/repos/{owner}/{repo}/actions/runs", "?created=2026-03-20..2026-03-21"),
    (
        "/repos/{owner}/{repo}/actions/runs",
        "?created=%3E%3D2026-03-30&status=failure",
    ),
    (
        "/repos/{owner}/{repo}/actions/runs",
        "?event=schedule&branch=main&exclude_pull_requests=true",
    ),
    ("/repos/{owner}/{repo}/actions/runs/{run_id}/jobs", "?filter=latest"),
    ("/repos/{owner}/{repo}/code-scanning/alerts", "?state=open"),
    ("/repos/{owner}/{repo}/commits", "?since=2026-03-25T00:00:00Z"),
    ("/repos/{owner}/{repo}/commits/{ref}/check-runs", "?filter=latest"),
    (
        "/repos/{owner}/{repo}/issues",
        "?state=closed&sort=updated&direction=asc",
    ),
    (
        "/repos/{owner}/{repo}/pulls",
        "?state=closed&sort=updated&direction=desc",
    ),
];

/// Values that a document names: items, below which each is found.
fn each(document: &Value, items: &str, values: &[(&'static str, &str)]) -> Vec<Place> {
    let Some(items) = document.pointer(items).and_then(Value::as_array) else {
        return Vec::new();
    };
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let place = |item: &Value| {
        let found = values
            .iter()
            .map(|(name, pointer)| Some((*name, text(item.pointer(pointer)?)?)));
        found.collect::<Option<Place>>()
    };
    items.iter().filter_map(place).collect()
}

/// One id in seven: a prime, since ids are given in strides.
fn is_drawn(id: &str) -> bool {
    id.parse().is_ok_and(|id: u64| id.is_multiple_of(7))
}

/// Where an answer leads to.
fn places(template: &str, place: &Place, document: &Value) -> Vec<Place> {
    // What a fork's lists hold is the repository's own.
    if place.contains_key("fork") {
        return Vec::new();
    }
    let Some(rest) = template.strip_prefix("/repos/{owner}/{repo}") else {
        return match template {
            "/orgs/{org}/repos" => each(document, "", &[("owner", "/owner/login"), ("repo", "/name")]),
            _ => Vec::new(),
        };
    };
    let alerts = |kind: &str| {
        let mut found = each(document, "", &[("alert_number", "/number")]);
        for place in &mut found {
            place.insert("alerts", kind.to_owned());
        }
        found
    };
    match rest {
        "" => vec![
            Place::from([("tree_sha", "HEAD".to_owned())]),
            Place::from([("ref", "main".to_owned())]),
        ],
        "/forks" => {
            let mut found = each(document, "", &[("owner", "/owner/login"), ("repo", "/name")]);
            for place in &mut found {
                place.insert("fork", "yes".to_owned());
            }
            found
        }
        "/actions/runs" => {
            let mut found = each(document, "/workflow_runs", &[("run_id", "/id")]);
            found.extend(each(document, "/workflow_runs", &[("ref", "/head_sha")]));
            found.extend(each(document, "/workflow_runs", &[("commit_sha", "/head_sha")]));
            found.extend(each(
                document,
                "/workflow_runs",
                &[("check_suite_id", "/check_suite_id")],
            ));
            found.extend(each(
                document,
                "/workflow_runs",
                &[("tree_sha", "/head_commit/tree_id")],
            ));
            found
        }
        "/actions/runs/{run_id}" => {
            let last = document.get("run_attempt").and_then(Value::as_i64).unwrap_or(0);
            (1..=last)
                .map(|number| Place::from([("attempt_number", number.to_string())]))
                .collect()
        }
        // Every job was on a page already; one in so many is asked for by itself as well.
        "/actions/runs/{run_id}/attempts/{attempt_number}/jobs" => {
            let mut found = each(document, "/jobs", &[("job_id", "/id")]);
            found.retain(|place| is_drawn(&place["job_id"]));
            found
        }
        "/commits/{ref}/check-runs" => {
            let values = [("check_run_id", "/id"), ("n", "/output/annotations_count")];
            let mut found = each(document, "/check_runs", &values);
            found.retain(|place| place["n"] != "0" || is_drawn(&place["check_run_id"]));
            found
        }
        "/actions/artifacts" => {
            let mut found = each(document, "/artifacts", &[("artifact_id", "/id")]);
            found.extend(each(document, "/artifacts", &[("subject_digest", "/digest")]));
            for place in &mut found {
                place.insert("archive_format", "zip".to_owned());
            }
            found
        }
        "/actions/workflows" => each(document, "/workflows", &[("workflow_id", "/id")]),
        "/branches" => each(document, "", &[("branch", "/name")]),
        "/code-scanning/alerts" => alerts("code-scanning"),
        "/code-scanning/analyses" => each(document, "", &[("analysis_id", "/id")]),
        "/commits" => {
            let mut found = each(document, "", &[("ref", "/sha")]);
            found.extend(each(document, "", &[("commit_sha", "/sha")]));
            found
        }
        // Of directories and files of the default branch, and of no other tree.
        "/git/trees/{tree_sha}" if place.get("tree_sha").is_some_and(|sha| sha == "HEAD") => {
            let mut found = each(document, "/tree", &[("path", "/path")]);
            found.extend(each(document, "/tree", &[("file_sha", "/sha"), ("type", "/type")]));
            found.retain(|place| place.get("type").is_none_or(|of| of == "blob"));
            found
        }
        "/dependabot/alerts" => alerts("dependabot"),
        "/deployments" => each(document, "", &[("deployment_id", "/id")]),
        "/deployments/{deployment_id}/statuses" => each(document, "", &[("status_id", "/id")]),
        "/issues" => each(document, "", &[("issue_number", "/number")]),
        "/pulls" => {
            let mut found = each(document, "", &[("pull_number", "/number")]);
            found.extend(each(document, "", &[("ref", "/head/sha")]));
            found
        }
        "/pulls/{pull_number}/reviews" => each(document, "", &[("review_id", "/id")]),
        "/releases" => {
            let mut found = each(document, "", &[("release_id", "/id")]);
            found.extend(each(document, "", &[("tag", "/tag_name")]));
            found
        }
        "/rulesets" => each(document, "", &[("ruleset_id", "/id")]),
        "/rulesets/{ruleset_id}/history" => each(document, "", &[("version_id", "/version_id")]),
        "/secret-scanning/alerts" => alerts("secret-scanning"),
        _ => Vec::new(),
    }
}

/// An address that is still to be asked.
#[derive(Debug)]
struct Step {
    template: String,
    place: Place,
    target: String,
}

/// What is still to be asked, and what was.
#[derive(Debug, Default)]
struct Agenda {
    steps: VecDeque<Step>,
    seen: BTreeSet<String>,
    n_of_template: BTreeMap<String, usize>,
}

impl Walk<'_> {
    /// Asks everything once, and shows each answer; an answer that shows an error leads nowhere.
    pub(super) async fn go(&self, mut show: impl FnMut(&Visit)) -> anyhow::Result<()> {
        let mut agenda = Agenda::default();
        let organization = Place::from([
            ("org", demo::world::ORGANIZATION.to_owned()),
            ("installation_id", "5001".to_owned()),
        ]);
        self.enter(&mut agenda, &organization, &Place::new());
        let mut asked = FuturesUnordered::new();
        let mut origins = self.origins.iter().cycle();
        loop {
            while asked.len() < AT_A_TIME * self.origins.len() {
                let (Some(step), Some(origin)) = (agenda.steps.pop_front(), origins.next()) else {
                    break;
                };
                asked.push(self.ask(step, origin));
            }
            let Some(visit) = asked.next().await else {
                return Ok(());
            };
            let visit = visit?;
            show(&visit);
            if !(200..300).contains(&visit.answer.status) {
                continue;
            }
            if let Some(target) = visit.answer.next().and_then(|next| next.strip_prefix(&self.api_url)) {
                self.add(&mut agenda, &visit.template, &visit.place, target);
            }
            for found in places(&visit.template, &visit.place, &visit.answer.document) {
                self.enter(&mut agenda, &found, &visit.place);
            }
        }
    }

    async fn ask(&self, step: Step, origin: &str) -> anyhow::Result<Visit> {
        let url = format!("{origin}{}", step.target);
        let accept = ("accept", "application/vnd.github+json");
        let answer = self.client.ask("GET", &url, &[accept]).await?;
        Ok(Visit {
            template: step.template,
            place: step.place,
            target: step.target,
            answer,
        })
    }

    /// Adds the templates that became expandable by what was found at a place.
    fn enter(&self, agenda: &mut Agenda, found: &Place, at: &Place) {
        let mut place = at.clone();
        // Of a fork's repository nothing of the first one's stays.
        if found.contains_key("owner") {
            place.retain(|name, _| *name == "org");
        }
        place.extend(found.clone());
        for template in self.templates {
            let names = parameters(template);
            let is_new = found.keys().any(|name| names.contains(name)) || (at.is_empty() && names.is_empty());
            let is_of_kind = place
                .get("alerts")
                .is_none_or(|kind| !names.contains("alert_number") || template.contains(&format!("/{kind}/")));
            let Some(path) = expand(template, &place).filter(|_| is_new && is_of_kind) else {
                continue;
            };
            self.add(agenda, template, &place, &format!("{path}{}", query(template)));
            for (_, other) in OTHER_QUERIES.iter().filter(|(of, _)| of == template) {
                self.add(agenda, template, &place, &format!("{path}{other}"));
            }
        }
    }

    fn add(&self, agenda: &mut Agenda, template: &str, place: &Place, target: &str) {
        if agenda.seen.contains(target) {
            return;
        }
        let n = agenda.n_of_template.entry(template.to_owned()).or_default();
        if self.limit.is_some_and(|limit| *n >= limit) {
            return;
        }
        *n += 1;
        agenda.seen.insert(target.to_owned());
        agenda.steps.push_back(Step {
            template: template.to_owned(),
            place: place.clone(),
            target: target.to_owned(),
        });
    }
}

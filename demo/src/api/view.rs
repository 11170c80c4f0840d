//! The world cut at an instant, and the documents that many answers share: people, repositories, times.

use chrono::SecondsFormat;
use domain::clock::Timestamp;
use serde_json::{Map, Value, json};

use crate::api::Files;
use crate::world::change::CommitIndex;
use crate::world::repository::{Fork, Repository};
use crate::world::run::Run;
use crate::world::{ORGANIZATION, ORGANIZATION_ID, PersonIndex, World};

/// Where GitHub's pages are.
pub(super) const PAGES: &str = "https://github.com";

/// Addresses of a person's document after their own.
const PERSON_LINKS: [(&str, &str); 9] = [
    ("followers_url", "/followers"),
    ("following_url", "/following{/other_user}"),
    ("gists_url", "/gists{/gist_id}"),
    ("starred_url", "/starred{/owner}{/repo}"),
    ("subscriptions_url", "/subscriptions"),
    ("organizations_url", "/orgs"),
    ("repos_url", "/repos"),
    ("events_url", "/events{/privacy}"),
    ("received_events_url", "/received_events"),
];

/// Addresses of a repository's document after its own.
const REPOSITORY_LINKS: [(&str, &str); 37] = [
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
    ("url", ""),
];

/// The world at an instant.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    /// Everything that ever happens.
    pub(super) world: &'a World,
    /// What happens later does not show.
    pub(super) now: Timestamp,
    /// Where the interface is.
    pub(super) api: &'a str,
    /// Where the store is.
    pub(super) downloads: &'a str,
    /// How artifacts are made.
    pub(super) files: Files,
}

/// GitHub's way to write an instant: whole seconds.
pub(super) fn time(instant: Timestamp) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// An opaque id.
pub(super) fn node(prefix: &str, id: i64) -> String {
    format!("{prefix}_kwDO{id:x}")
}

/// Joins the members of two documents; those of the second one hold.
pub(super) fn merged(first: Value, second: Value) -> Value {
    match (first, second) {
        (Value::Object(mut first), Value::Object(second)) => {
            first.extend(second);
            Value::Object(first)
        }
        (first, _) => first,
    }
}

/// The object name of a commit.
pub(super) fn sha_of(repository: &Repository, commit: CommitIndex) -> &str {
    repository.commits.get(commit).map_or("", |commit| commit.sha.as_str())
}

impl<'a> View<'a> {
    /// Tells whether something has happened.
    pub(super) fn is_past(&self, instant: Timestamp) -> bool {
        instant <= self.now
    }

    /// An instant, or null where it lies ahead.
    pub(super) fn time(&self, instant: Option<Timestamp>) -> Value {
        instant
            .filter(|at| self.is_past(*at))
            .map_or(Value::Null, |at| Value::String(time(at)))
    }

    /// A repository that exists.
    pub(super) fn repository(&self, owner: &str, name: &str) -> Option<&'a Repository> {
        self.world.repositories.iter().find(|repository| {
            owner.eq_ignore_ascii_case(ORGANIZATION)
                && repository.name.eq_ignore_ascii_case(name)
                && self.is_past(repository.created_at)
        })
    }

    /// Runs that exist, newest first.
    pub(super) fn runs(&self, repository: &'a Repository) -> impl Iterator<Item = &'a Run> + use<'a> {
        let now = self.now;
        repository.runs.iter().rev().filter(move |run| {
            run.created_at <= now && run.deleted_at.is_none_or(|at| now < at) && run.attempt_at(now).is_some()
        })
    }

    /// A login.
    pub(super) fn login(&self, person: PersonIndex) -> &'a str {
        self.world
            .people
            .get(person)
            .map_or("ghost", |person| person.login.as_str())
    }

    /// Name and address in commits.
    pub(super) fn signature(&self, person: PersonIndex) -> (&'a str, String) {
        let person = self.world.people.get(person);
        let name = person.map_or("ghost", |person| person.name.as_str());
        let (id, login) = person.map_or((0, "ghost"), |person| (person.id, person.login.as_str()));
        // Brackets are no part of an address by the letter of RFC 5322.
        let login = login.trim_end_matches("[bot]");
        (name, format!("{id}+{login}@users.noreply.github.com"))
    }

    /// The address of a repository in the interface.
    pub(super) fn url(&self, repository: &Repository) -> String {
        format!("{}/repos/{}", self.api, repository.full_name())
    }

    fn account(&self, login: &str, id: i64, kind: &str) -> Map<String, Value> {
        // A bot's login ends in brackets, which an address does not hold as they are.
        let url = format!("{}/users/{}", self.api, login.replace('[', "%5B").replace(']', "%5D"));
        let page = match login.strip_suffix("[bot]") {
            Some(app) => format!("{PAGES}/apps/{app}"),
            None => format!("{PAGES}/{login}"),
        };
        let mut document = Map::new();
        for (key, suffix) in PERSON_LINKS {
            document.insert(key.to_owned(), Value::String(format!("{url}{suffix}")));
        }
        let fields = [
            ("login", json!(login)),
            ("id", json!(id)),
            ("node_id", json!(node("U", id))),
            (
                "avatar_url",
                json!(format!("https://avatars.githubusercontent.com/u/{id}?v=4")),
            ),
            ("gravatar_id", json!("")),
            ("html_url", json!(page)),
            ("type", json!(kind)),
            ("user_view_type", json!("public")),
            ("site_admin", json!(false)),
            ("url", json!(url)),
        ];
        document.extend(fields.map(|(key, value)| (key.to_owned(), value)));
        document
    }

    /// A person or a bot.
    pub(super) fn person(&self, person: PersonIndex) -> Value {
        let Some(person) = self.world.people.get(person) else {
            return Value::Null;
        };
        let kind = if person.is_bot { "Bot" } else { "User" };
        Value::Object(self.account(&person.login, person.id, kind))
    }

    /// The organization as an owner.
    pub(super) fn organization(&self) -> Value {
        Value::Object(self.account(ORGANIZATION, ORGANIZATION_ID, "Organization"))
    }

    /// GitHub itself, the owner of the app that writes check runs.
    pub(super) fn github(&self) -> Value {
        Value::Object(self.account("github", 9919, "Organization"))
    }

    fn minimal(&self, full_name: &str, id: i64, owner: Value, is_fork: bool, repository: &Repository) -> Value {
        let url = format!("{}/repos/{full_name}", self.api);
        let mut document = Map::new();
        for (key, suffix) in REPOSITORY_LINKS {
            document.insert(key.to_owned(), Value::String(format!("{url}{suffix}")));
        }
        let fields = [
            ("id", json!(id)),
            ("node_id", json!(node("R", id))),
            ("name", json!(repository.name)),
            ("full_name", json!(full_name)),
            ("private", json!(repository.is_private)),
            ("owner", owner),
            ("html_url", json!(format!("{PAGES}/{full_name}"))),
            ("description", json!(repository.description)),
            ("fork", json!(is_fork)),
        ];
        document.extend(fields.map(|(key, value)| (key.to_owned(), value)));
        Value::Object(document)
    }

    /// A repository as other documents hold it.
    pub(super) fn minimal_repository(&self, repository: &Repository) -> Value {
        self.minimal(
            &repository.full_name(),
            repository.id,
            self.organization(),
            false,
            repository,
        )
    }

    /// A fork as other documents hold it.
    pub(super) fn minimal_fork(&self, repository: &Repository, fork: &Fork) -> Value {
        let full_name = format!("{}/{}", self.login(fork.owner), repository.name);
        self.minimal(&full_name, fork.id, self.person(fork.owner), true, repository)
    }

    /// The repository or the fork that a head commit lives in.
    pub(super) fn head_repository(&self, repository: &Repository, fork: Option<usize>) -> Value {
        match fork.and_then(|fork| repository.forks.get(fork)) {
            Some(fork) => self.minimal_fork(repository, fork),
            None => self.minimal_repository(repository),
        }
    }

    /// Id, name and address of the repository or the fork that a head commit lives in.
    pub(super) fn short_repository(&self, repository: &Repository, fork: Option<usize>) -> Value {
        match fork.and_then(|fork| repository.forks.get(fork)) {
            Some(fork) => {
                let url = format!("{}/repos/{}/{}", self.api, self.login(fork.owner), repository.name);
                json!({"id": fork.id, "name": repository.name, "url": url})
            }
            None => json!({"id": repository.id, "name": repository.name, "url": self.url(repository)}),
        }
    }
}

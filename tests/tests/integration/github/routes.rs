//! The paths that the judge knows are those that the organization answers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tests::organization::{Answer, Client, Organization};
use tests::prism::{description, paths, write_paths};

use super::judge::{REDIRECTED, TOKENS};
use super::walk::{Place, Visit, Walk, expand, parameters};

/// GitHub's alias of a repository's path, which its description does not know.
const ALIAS: &str = "/repositories/";

/// Something of GitHub's own is there.
fn is_answered(answer: &Answer) -> bool {
    (200..400).contains(&answer.status) || answer.status == 410
}

/// The templates of GitHub's description that can be read; drawing tokens is the one thing that is not reading.
fn described() -> Vec<String> {
    let description = description().unwrap();
    let paths = description["paths"].as_object().unwrap();
    let read = paths
        .iter()
        .filter(|(path, methods)| methods.get("get").is_some() || *path == TOKENS);
    read.map(|(path, _)| path.clone()).collect()
}

/// The template that a path is of.
fn template_of<'a>(described: &'a [String], path: &str) -> Option<&'a str> {
    let parts: Vec<&str> = path.split('/').collect();
    let is_open = |part: &str| part.starts_with('{');
    let fits = |template: &&String| {
        let names: Vec<&str> = template.split('/').collect();
        // Names of files and of branches hold slashes of their own.
        let is_long = matches!(names.last(), Some(&"{path}" | &"{branch}")) && names.len() < parts.len();
        let is_alike = names
            .iter()
            .zip(&parts)
            .all(|(name, part)| is_open(name) || name == part);
        is_alike && (is_long || names.len() == parts.len())
    };
    // A literal part is nearer than a parameter.
    let nearest = described
        .iter()
        .filter(fits)
        .min_by_key(|template| parameters(template).len());
    nearest.map(String::as_str)
}

/// Addresses of the API that a document names, without those that are patterns themselves.
fn addresses<'a>(document: &'a Value, api_url: &str, found: &mut Vec<&'a str>) {
    match document {
        Value::String(text) if text.starts_with(api_url) && !text.contains('{') => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| addresses(item, api_url, found)),
        Value::Object(fields) => fields.values().for_each(|item| addresses(item, api_url, found)),
        _ => {}
    }
}

/// A path with its numbers and digests made alike.
fn shape(path: &str) -> String {
    let is_id = |part: &&str| {
        part.bytes().any(|byte| byte.is_ascii_digit()) && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let parts = path.split('/').map(|part| if is_id(&part) { "0" } else { part });
    let parts: Vec<&str> = parts.collect();
    match parts.as_slice() {
        ["", "repos", _, _, rest @ ..] => format!("/repos/*/*/{}", rest.join("/")),
        parts => parts.join("/"),
    }
}

/// Templates of the description that answer at one of the places that know most of their parameters.
async fn swept(client: &Client, api_url: &str, described: &[String], places: &[Place]) -> BTreeSet<String> {
    let mut answered = BTreeSet::new();
    for template in described {
        let names = parameters(template);
        let known = |place: &Place| names.iter().filter(|name| place.contains_key(**name)).count();
        let most = places.iter().map(known).max().unwrap_or_default();
        let method = if template == TOKENS { "POST" } else { "GET" };
        for place in places.iter().filter(|place| known(place) == most).take(12) {
            // What nothing of the organization names is asked by a number.
            let mut path = template.clone();
            for name in names.iter().filter(|name| !place.contains_key(**name)) {
                path = path.replace(&format!("{{{name}}}"), "1");
            }
            let path = expand(&path, place).unwrap();
            if is_answered(&client.ask(method, &format!("{api_url}{path}"), &[]).await.unwrap()) {
                answered.insert(template.clone());
                break;
            }
        }
    }
    answered
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_judge_knows_every_path_that_the_organization_answers() {
    let organization = Organization::start(30).await.unwrap();
    let api_url = organization.api_url();
    let client = organization.client(&api_url).await.unwrap();
    let described = described();
    let known = paths().unwrap();
    let walk = Walk {
        client: &client,
        api_url: api_url.clone(),
        origins: vec![api_url.clone()],
        templates: &known,
        limit: Some(12),
    };
    let mut places = Vec::new();
    let mut links: BTreeMap<String, String> = BTreeMap::new();
    let show = |visit: &Visit| {
        if is_answered(&visit.answer) {
            places.push(visit.place.clone());
        }
        let mut found = Vec::new();
        addresses(&visit.answer.document, &api_url, &mut found);
        for address in found {
            let target = address.strip_prefix(&api_url).unwrap_or_default();
            let path = target.split('?').next().unwrap_or_default();
            links.entry(shape(path)).or_insert_with(|| path.to_owned());
        }
    };
    walk.go(show).await.unwrap();

    let mut answered = swept(&client, &api_url, &described, &places).await;
    let mut undescribed = Vec::new();
    for path in links.values().filter(|path| !path.starts_with(ALIAS)) {
        let answer = client.ask("GET", &format!("{api_url}{path}"), &[]).await.unwrap();
        if is_answered(&answer) {
            match template_of(&described, path) {
                Some(template) => drop(answered.insert(template.to_owned())),
                None => undescribed.push(path.clone()),
            }
        }
    }
    assert!(undescribed.is_empty(), "GitHub describes none of {undescribed:?}");
    let answered: Vec<String> = answered.into_iter().collect();
    #[expect(
        clippy::disallowed_methods,
        reason = "whoever runs the tests says so by the environment"
    )]
    let is_update = std::env::var_os("UPDATE_EXPECT").is_some();
    if is_update {
        write_paths(&answered).unwrap();
        return;
    }
    assert_eq!(
        answered, known,
        "UPDATE_EXPECT=1 writes tests/prism/paths.txt; the judge's walk must reach what is new"
    );
    assert!(
        REDIRECTED
            .iter()
            .all(|path| known.iter().any(|template| template == path))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_alias_of_a_repository_answers_as_its_name_does() {
    let organization = Organization::start(3).await.unwrap();
    let api_url = organization.api_url();
    let client = organization.client(&api_url).await.unwrap();
    let list = format!("{api_url}/orgs/{}/repos", demo::world::ORGANIZATION);
    let repositories = client.ask("GET", &list, &[]).await.unwrap().document;
    for repository in repositories.as_array().unwrap() {
        for below in [
            "",
            "/actions/workflows",
            "/branches/main",
            "/pulls/1",
            "/code-scanning/alerts",
        ] {
            let named = format!("{}{below}", repository["url"].as_str().unwrap());
            let alias = format!("{api_url}{ALIAS}{}{below}", repository["id"]);
            let named = client.ask("GET", &named, &[]).await.unwrap();
            let alias = client.ask("GET", &alias, &[]).await.unwrap();
            assert_eq!(
                (named.status, named.document),
                (alias.status, alias.document),
                "{below}"
            );
        }
    }
}

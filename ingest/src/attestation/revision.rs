//! Where source code lies, from the dozen ways in which builders and certificates write it.

use domain::attestation::SourceRevision;
use url::Url;

use super::text::{commit, shown};

/// Reads an address such as `git+https://host/owner/name@refs/heads/main`, with or without what surrounds the host and
/// path; all null where it is none.
pub(crate) fn of_uri(written: &str) -> SourceRevision {
    let written = written.trim();
    let address = written.strip_prefix("git+").unwrap_or(written);
    let parsed = match address.split_once("://") {
        Some(_) => Url::parse(address),
        // As `git@host:owner/name.git`, which is no URL.
        None => match address
            .split_once('@')
            .map(|(_, rest)| rest)
            .unwrap_or_default()
            .split_once(':')
        {
            Some((host, path)) => Url::parse(&format!("ssh://{host}/{path}")),
            None => return SourceRevision::default(),
        },
    };
    let Some((url, host)) = parsed.as_ref().ok().and_then(|url| Some((url, url.host_str()?))) else {
        return SourceRevision::default();
    };
    if !matches!(url.scheme(), "http" | "https" | "git" | "ssh") {
        return SourceRevision::default();
    }
    // A ref stands behind `@`, or with BuildKit behind `#`, where a folder may follow a colon.
    let (path, behind) = match url.path().split_once('@') {
        Some((path, reference)) => (path, Some(reference)),
        None => (
            url.path(),
            url.fragment().and_then(|fragment| fragment.split(':').next()),
        ),
    };
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/');
    let parts: Vec<_> = path.split('/').collect();
    let is_repository = parts.len() == 2 && parts.iter().all(|part| !part.is_empty());
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let behind = behind.filter(|behind| !behind.is_empty());
    let named = behind.and_then(commit);
    SourceRevision {
        uri: shown(&format!("https://{}{port}/{path}", host.to_lowercase())),
        repository: is_repository.then(|| path.to_owned()),
        reference: behind.filter(|_| named.is_none()).and_then(shown),
        commit: named,
    }
}

/// Whether two addresses name the same repository; GitHub and others do not tell by case.
pub(crate) fn is_same(one: &SourceRevision, other: &SourceRevision) -> bool {
    match (&one.uri, &other.uri) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_however_it_is_written() {
        let sha = "0123456789abcdef0123456789abcdef01234567";
        let api = "https://github.com/acme/api";
        for (written, uri, repository, reference, commit) in [
            (api.to_owned(), api, "acme/api", "", ""),
            (
                format!("git+{api}@refs/heads/main"),
                api,
                "acme/api",
                "refs/heads/main",
                "",
            ),
            (
                format!("git+{api}.git@refs/tags/v1.0@2"),
                api,
                "acme/api",
                "refs/tags/v1.0@2",
                "",
            ),
            (
                format!("{api}.git#refs/pull/7/merge:sub/folder"),
                api,
                "acme/api",
                "refs/pull/7/merge",
                "",
            ),
            (format!("{api}.git#{sha}"), api, "acme/api", "", sha),
            ("git@github.com:acme/api.git".to_owned(), api, "acme/api", "", ""),
            ("ssh://git@github.com/acme/api.git".to_owned(), api, "acme/api", "", ""),
            ("git://GitHub.com/acme/api/".to_owned(), api, "acme/api", "", ""),
            (
                "https://who:what@github.com/acme/api?token=x".to_owned(),
                api,
                "acme/api",
                "",
                "",
            ),
            (
                "https://git.acme.test:8443/a/b/c".to_owned(),
                "https://git.acme.test:8443/a/b/c",
                "",
                "",
                "",
            ),
            (
                "https://github.com/acme".to_owned(),
                "https://github.com/acme",
                "",
                "",
                "",
            ),
            ("pkg:docker/alpine@3".to_owned(), "", "", "", ""),
            ("file:///srv/acme/api".to_owned(), "", "", "", ""),
            ("acme/api".to_owned(), "", "", "", ""),
            (String::new(), "", "", "", ""),
        ] {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let expected = SourceRevision {
                uri: some(uri),
                repository: some(repository),
                reference: some(reference),
                commit: some(commit),
            };
            assert_eq!(of_uri(&written), expected, "{written}");
        }
    }

    #[test]
    fn the_host_tells_repositories_apart_and_the_case_does_not() {
        let github = of_uri("https://github.com/acme/api");
        assert!(is_same(
            &github,
            &of_uri("git+https://github.com/Acme/API.git@refs/heads/x")
        ));
        assert!(!is_same(&github, &of_uri("https://gitlab.com/acme/api")));
        assert!(!is_same(&of_uri(""), &of_uri("")));
    }
}

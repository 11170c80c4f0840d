//! Addresses that answers carry: the next page, which must be the API's own, and downloads, which must be on the list.

use std::net::IpAddr;

use url::{Host, Url};

/// GitHub's own stores of artifacts and logs.
pub(crate) const DOWNLOAD_HOSTS: &[&str] = &["*.actions.githubusercontent.com", "*.blob.core.windows.net"];

/// The address of the next page, relative to the API's host; the host where it is another one.
pub(crate) fn next(header: &str, api: &Url) -> Result<Option<String>, String> {
    for link in header.split(',') {
        let Some((address, parameters)) = link.split_once('>') else {
            continue;
        };
        let is_next = parameters
            .split(';')
            .any(|parameter| matches!(parameter.trim(), "rel=\"next\"" | "rel=next"));
        if !is_next {
            continue;
        }
        let address = address.trim().trim_start_matches('<');
        let Ok(address) = api.join(address) else {
            return Err(address.to_owned());
        };
        if address.origin() != api.origin() {
            return Err(shown_host(&address));
        }
        let query = address.query().map_or_else(String::new, |query| format!("?{query}"));
        return Ok(Some(format!("{}{query}", address.path())));
    }
    Ok(None)
}

/// The host for people, never the query: it may carry a signature.
pub(crate) fn shown_host(address: &Url) -> String {
    address.host_str().unwrap_or_default().to_owned()
}

/// Whether an address is on this machine.
pub(crate) fn is_loopback(address: &Url) -> bool {
    match address.host() {
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Whether bytes may be fetched from an address: over TLS from a host on the list, or, where the API itself is on
/// this machine, from this machine.
pub(crate) fn may_download(address: &Url, api: &Url, hosts: &[String]) -> bool {
    if is_loopback(api) && is_loopback(address) {
        return matches!(address.scheme(), "http" | "https");
    }
    let Some(Host::Domain(name)) = address.host() else {
        return false;
    };
    address.scheme() == "https"
        && hosts.iter().any(|host| match host.strip_prefix('*') {
            Some(suffix) => name.len() > suffix.len() && name.ends_with(suffix),
            None => name == host,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn the_next_page_is_made_relative_and_that_of_another_host_refused() {
        let api = url("https://ghe.example.org/api/v3/");
        let next = |header| next(header, &api);
        let good = "<https://ghe.example.org/api/v3/repositories/7/actions/runs?page=2&created=2026-01-01..2026-02-01>; \
                    rel=\"next\", <https://ghe.example.org/api/v3/x?page=9>; rel=\"last\"";
        assert_eq!(
            next(good),
            Ok(Some(
                "/api/v3/repositories/7/actions/runs?page=2&created=2026-01-01..2026-02-01".to_owned()
            ))
        );
        assert_eq!(
            next("</orgs/o/repos?page=3>; rel=next"),
            Ok(Some("/orgs/o/repos?page=3".to_owned()))
        );
        assert_eq!(next("<https://ghe.example.org/x?page=1>; rel=\"prev\""), Ok(None));
        for foreign in [
            "<https://evil.example.org/x>; rel=\"next\"",
            "<http://ghe.example.org/x>; rel=\"next\"",
            "<https://ghe.example.org:8443/x>; rel=\"next\"",
            "<https://ghe.example.org@evil.example.org/x>; rel=\"next\"",
            "<//evil.example.org/x>; rel=\"next\"",
        ] {
            assert!(next(foreign).is_err(), "{foreign}");
        }
    }

    #[test]
    fn bytes_come_from_listed_hosts_only() {
        let hosts: Vec<String> = DOWNLOAD_HOSTS.iter().map(|host| (*host).to_owned()).collect();
        let github = url("https://api.github.com/");
        let local = url("http://127.0.0.1:8090/");
        let cases = [
            (
                "https://productionresultssa1.blob.core.windows.net/a.zip?sig=1",
                &github,
                true,
            ),
            ("https://pipelines.actions.githubusercontent.com/a", &github, true),
            (
                "http://productionresultssa1.blob.core.windows.net/a.zip",
                &github,
                false,
            ),
            ("https://blob.core.windows.net/a", &github, false),
            ("https://blob.core.windows.net.evil.example.org/a", &github, false),
            ("https://evilblob.core.windows.net.evil.example.org/a", &github, false),
            ("https://10.0.0.1/a", &github, false),
            ("http://127.0.0.1:1234/a", &github, false),
            ("http://127.0.0.1:1234/a", &local, true),
            ("http://[::1]:1234/a", &local, true),
            ("https://downloads.invalid/a", &local, false),
            ("file:///etc/passwd", &local, false),
        ];
        for (address, api, expected) in cases {
            assert_eq!(may_download(&url(address), api, &hosts), expected, "{address}");
        }
    }
}

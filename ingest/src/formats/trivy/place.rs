//! Where something was found, as Trivy's SARIF writes it.

/// Class of the packages of an operating system, whose target is an image or a host.
pub(super) const OS_PACKAGES: &str = "os-pkgs";
/// The registry that an image without one is from.
const DEFAULT_REGISTRIES: &[&str] = &["docker.io", "index.docker.io"];
/// Beginnings of the addresses of modules that only say how they are fetched, and what their repositories end with.
const FETCHERS: &[(&str, &str)] = &[("git::", ".git"), ("hg::", ".hg"), ("s3::", ""), ("gcs::", "")];

/// Whether a target of no class is an operating system: `debian (debian 10.8)`.
pub(super) fn is_system(target: &str) -> bool {
    target.ends_with(')') && target.contains(" (")
}

/// The name of the repository of an image: `registry.example/acme/api:v1 (debian 12)` is `acme/api`.
pub(super) fn of_system(target: &str) -> String {
    let name = without_system(target);
    address(&repository(name).unwrap_or_else(|| name.to_owned()))
}

/// An address of a module as a path: `git::https://example.com/vpc.git` is `https://example.com/vpc`.
pub(super) fn address(target: &str) -> String {
    let target = target.replace('\\', "/");
    if let Some(rest) = target.strip_prefix("git@github.com:") {
        let path = rest.replace(".git", "").replace("?ref=", "/tree/");
        return format!("github.com/{path}");
    }
    let Some((rest, end)) = FETCHERS
        .iter()
        .find_map(|(begin, end)| Some((target.strip_prefix(begin)?, *end)))
    else {
        return target;
    };
    let rest = if let Some(location) = rest.strip_prefix("ssh://") {
        location.split_once('@').map_or(rest, |(_, place)| place)
    } else if rest.starts_with("https://") {
        rest
    } else {
        rest.strip_prefix("https:/").unwrap_or(rest)
    };
    if end.is_empty() {
        rest.to_owned()
    } else {
        rest.replace(end, "")
    }
}

/// A target without the system in brackets behind it.
fn without_system(target: &str) -> &str {
    let brackets = target.match_indices('(').map(|(at, _)| at);
    let mut closed = brackets.filter(|at| *at > 0 && target[*at..].contains(')'));
    closed.next().map_or(target, |at| target[..at].trim_end())
}

/// The repository that a reference to an image names; none where it is no such reference.
fn repository(reference: &str) -> Option<String> {
    let name = match reference.split_once('@') {
        Some((name, digest)) if is_digest(digest) => name,
        Some(_) => return None,
        None => reference,
    };
    let name = match name.rsplit_once(':') {
        // What stands behind a colon and a slash belongs to a port.
        Some((_, tag)) if tag.contains('/') => name,
        Some((name, tag)) if is_tag(tag) => name,
        Some(_) => return None,
        None => name,
    };
    let (registry, path) = match name.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => (Some(host), path),
        _ => (None, name),
    };
    let is_path = (2..=255).contains(&path.len())
        && path
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-./".contains(&byte));
    if !is_path {
        return None;
    }
    let is_default = registry.is_none_or(|registry| DEFAULT_REGISTRIES.contains(&registry));
    Some(if is_default && !path.contains('/') {
        format!("library/{path}")
    } else {
        path.to_owned()
    })
}

fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:")
        .is_some_and(|digits| digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_tag(text: &str) -> bool {
    text.len() <= 128
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_the_path_of_its_repository() {
        let digest = format!("acme/api@sha256:{}", "0f".repeat(32));
        for (target, expected) in [
            ("alpine:3.10 (alpine 3.10.2)", "library/alpine"),
            ("docker.io/redis:6 (debian 10.4)", "library/redis"),
            ("registry.example:5000/acme/api:v1 (debian 12)", "acme/api"),
            ("localhost/api (debian 12)", "api"),
            ("acme/api", "acme/api"),
            (digest.as_str(), "acme/api"),
            ("acme/api@sha256:0f", "acme/api@sha256:0f"),
            ("testdata/images/x.tar.gz (debian 9.9)", "testdata/images/x.tar.gz"),
            ("ACME/Api (debian 12)", "ACME/Api"),
            ("debian (debian 10.8)", "library/debian"),
            ("(none)", "(none)"),
            ("a", "a"),
            ("", ""),
        ] {
            assert_eq!(of_system(target), expected, "{target}");
        }
        assert!(is_system("debian (debian 10.8)") && !is_system("app/a(1).lock") && !is_system("Java"));
    }

    #[test]
    fn the_address_of_a_module_loses_how_it_is_fetched() {
        for (target, expected) in [
            ("main.tf", "main.tf"),
            ("a\\main.tf", "a/main.tf"),
            ("git::https://example.com/vpc.git", "https://example.com/vpc"),
            ("git::https:/example.com/vpc.git", "example.com/vpc"),
            ("git::ssh://somebody@example.com/storage.git", "example.com/storage"),
            (
                "git@github.com:acme/vpc.git?ref=v1/main.tf",
                "github.com/acme/vpc/tree/v1/main.tf",
            ),
            ("hg::http://example.com/vpc.hg", "http://example.com/vpc"),
            ("s3::https://example.com/vpc.zip", "https://example.com/vpc.zip"),
        ] {
            assert_eq!(address(target), expected, "{target}");
        }
    }
}

//! Where a file lies, the same over machines and scans.

/// Ends of the folders in which GitHub's containers and runners check a repository out, and whether the repository
/// stands there in a folder of its name in a folder of its name.
const WORKSPACES: [(&str, bool); 3] = [("/github/workspace/", false), ("/runner/work/", true), ("/__w/", true)];

/// A URI of SARIF 3.4.3 as a path below the repository, where it can be told.
pub(crate) fn of_uri(uri: &str) -> Option<String> {
    of_path(&decode(uri.strip_prefix("file://").unwrap_or(uri)))
}

/// A path as a tool writes it as a path below the repository, where it can be told.
pub(crate) fn of_path(written: &str) -> Option<String> {
    let written = written.replace('\\', "/");
    let mut path = written.as_str();
    for (workspace, is_nested) in WORKSPACES {
        let Some((before, rest)) = path.split_once(workspace) else {
            continue;
        };
        // Not a folder of the repository that happens to have the name.
        if !written.starts_with('/') || before.matches('/').count() > 1 {
            continue;
        }
        path = if is_nested {
            rest.splitn(3, '/').nth(2).unwrap_or(rest)
        } else {
            rest
        };
        break;
    }
    while let Some(rest) = path.strip_prefix("./") {
        path = rest;
    }
    (!path.is_empty()).then(|| path.to_owned())
}

/// A name of an image without tag and digest.
pub(crate) fn of_image(name: &str) -> String {
    let name = name.split('@').next().unwrap_or(name);
    match name.rsplit_once(':') {
        // What stands behind a colon and a slash belongs to a port.
        Some((image, tag)) if !tag.contains('/') => image.to_owned(),
        _ => name.to_owned(),
    }
}

/// Resolves `%20` and its like; what is none stays.
fn decode(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                at += 3;
            }
            (byte, ..) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_the_same_on_every_machine() {
        for (uri, expected) in [
            ("src/a.py", "src/a.py"),
            ("./src/a%20b.py", "src/a b.py"),
            ("file:///github/workspace/src/a.py", "src/a.py"),
            ("file:///x/runner/work/api/api/src/a.py", "src/a.py"),
            ("src/runner/work/a/b/c.py", "src/runner/work/a/b/c.py"),
            ("/__w/api/api/a.py", "a.py"),
            ("src\\a.py", "src/a.py"),
            ("file:///opt/x", "/opt/x"),
            ("100%", "100%"),
        ] {
            assert_eq!(of_uri(uri).as_deref(), Some(expected), "{uri}");
        }
        assert_eq!(of_uri(""), None);
    }

    #[test]
    fn an_image_loses_tag_and_digest_only() {
        for (name, expected) in [
            ("nginx:1.25", "nginx"),
            ("registry.example:5000/acme/api", "registry.example:5000/acme/api"),
            (
                "registry.example:5000/acme/api:v1@sha256:00",
                "registry.example:5000/acme/api",
            ),
            ("acme/api@sha256:00", "acme/api"),
        ] {
            assert_eq!(of_image(name), expected);
        }
    }
}

//! What stands behind a name: whether it can change while the name stays.

/// Something that is used by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Used {
    /// Without the reference.
    pub(crate) name: String,
    /// Tag, branch, commit or digest.
    pub(crate) reference: Option<String>,
    /// It cannot change under this name.
    pub(crate) is_pinned: bool,
}

/// What `uses` of a step or a job names: an action or workflow at a reference, a path of the same commit, or an image.
pub(crate) fn used(uses: &str) -> Used {
    let uses = uses.trim();
    if uses.starts_with("./") {
        return Used {
            name: uses.to_owned(),
            reference: None,
            is_pinned: true,
        };
    }
    if let Some(image) = uses.strip_prefix("docker://") {
        let image = Image::parse(image);
        let is_pinned = image.is_pinned();
        return Used {
            name: format!("docker://{}", image.name),
            reference: image.digest.or(image.tag),
            is_pinned,
        };
    }
    match uses.split_once('@') {
        Some((name, reference)) => Used {
            name: name.to_owned(),
            is_pinned: is_commit(reference),
            reference: Some(reference.to_owned()),
        },
        None => Used {
            name: uses.to_owned(),
            ..Used::default()
        },
    }
}

/// Whether a reference is a whole commit, of SHA-1 or SHA-256.
pub(crate) fn is_commit(reference: &str) -> bool {
    matches!(reference.len(), 40 | 64) && reference.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The parts of an image's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) name: String,
    pub(crate) tag: Option<String>,
    pub(crate) digest: Option<String>,
}

impl Image {
    /// Takes `registry:port/name:tag@digest` apart.
    pub(crate) fn parse(image: &str) -> Self {
        let (named, digest) = match image.split_once('@') {
            Some((named, digest)) => (named, Some(digest.to_owned())),
            None => (image, None),
        };
        // A colon before a slash is that of a port.
        let (name, tag) = match named.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag.to_owned())),
            _ => (named, None),
        };
        Self {
            name: name.to_owned(),
            tag,
            digest,
        }
    }

    /// Named by a whole digest.
    pub(crate) fn is_pinned(&self) -> bool {
        let hex = self.digest.as_deref().and_then(|digest| digest.split_once(':'));
        hex.is_some_and(|(algorithm, hex)| {
            let length = match algorithm {
                "sha256" => 64,
                "sha512" => 128,
                _ => 0,
            };
            length > 0 && hex.len() == length && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
    }

    /// `latest`, written or meant.
    pub(crate) fn is_latest(&self) -> bool {
        match &self.tag {
            Some(tag) => tag == "latest",
            None => self.digest.is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_is_pinned_by_a_whole_commit_or_digest_alone() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let digest = format!("sha256:{}", "a".repeat(64));
        for (uses, name, reference, is_pinned) in [
            (
                format!("actions/checkout@{commit}"),
                "actions/checkout",
                Some(commit),
                true,
            ),
            ("actions/checkout@v4".to_owned(), "actions/checkout", Some("v4"), false),
            (
                format!("actions/checkout@{}", &commit[..39]),
                "actions/checkout",
                Some(&commit[..39]),
                false,
            ),
            ("actions/checkout".to_owned(), "actions/checkout", None, false),
            ("./.github/actions/x".to_owned(), "./.github/actions/x", None, true),
            (
                "o/r/.github/workflows/ci.yml@main".to_owned(),
                "o/r/.github/workflows/ci.yml",
                Some("main"),
                false,
            ),
            (
                "docker://alpine:3.20".to_owned(),
                "docker://alpine",
                Some("3.20"),
                false,
            ),
            (
                format!("docker://h:5000/a@{digest}"),
                "docker://h:5000/a",
                Some(digest.as_str()),
                true,
            ),
        ] {
            let found = used(&uses);
            assert_eq!(
                (found.name.as_str(), found.reference.as_deref(), found.is_pinned),
                (name, reference, is_pinned),
                "{uses}"
            );
        }
    }

    #[test]
    fn latest_is_written_or_meant() {
        for (image, expected) in [
            ("ubuntu", true),
            ("ubuntu:latest", true),
            ("ubuntu:24.04", false),
            ("h:5000/ubuntu", true),
            ("ubuntu@sha256:00", false),
            ("ubuntu:latest@sha256:00", true),
        ] {
            assert_eq!(Image::parse(image).is_latest(), expected, "{image}");
        }
    }
}

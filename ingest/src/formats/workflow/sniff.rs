//! Recognises a workflow by its folder, or by a mapping with `on` and `jobs`.

use std::path::Path;

use crate::scanner::head::{Head, Sniff};
use crate::yaml::document::Document;
use crate::yaml::value::Value;

/// A workflow shows itself in its first lines; more of a foreign file is not looked at.
const MAX_LOOKED_AT: usize = 64 * 1024;

/// Whether some bytes are a workflow.
pub(crate) fn sniff(head: &Head<'_>) -> Sniff {
    if head.document.is_object() {
        // JSON is YAML, too.
        return Sniff::of(head.has("on") && head.document["jobs"].is_object());
    }
    let bytes = head.bytes.get(..MAX_LOOKED_AT).unwrap_or(head.bytes);
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let begins = |names: &[&[u8]]| {
        let mut lines = bytes.split(|byte| *byte == b'\n');
        lines.any(|line| names.iter().any(|name| line.starts_with(name)))
    };
    if !begins(&[b"on:", b"on :", b"\"on\":", b"'on':"]) || !begins(&[b"jobs:", b"jobs :", b"\"jobs\":", b"'jobs':"]) {
        return Sniff::Other;
    }
    let text = String::from_utf8_lossy(bytes);
    let document = Document::read(&text);
    let root = document.root();
    let jobs = root.and_then(|root| root.get("jobs"));
    Sniff::of(jobs.is_some_and(Value::is_mapping) && root.is_some_and(|root| root.get("on").is_some()))
}

/// Whether a path is that of a workflow: GitHub reads no folder below.
pub(crate) fn is_named(path: &str) -> bool {
    let Some((folder, name)) = path.rsplit_once('/') else {
        return false;
    };
    let is_yaml = Path::new(name)
        .extension()
        .is_some_and(|extension| extension == "yml" || extension == "yaml");
    is_yaml && (folder == FOLDER || folder.strip_suffix(FOLDER).is_some_and(|above| above.ends_with('/')))
}

const FOLDER: &str = ".github/workflows";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workflow_is_recognised_by_what_it_says() {
        for (text, expected) in [
            ("on: push\njobs:\n  a: {}\n", true),
            ("name: x\n'on':\n  push:\njobs:\n  a:\n    runs-on: x\n", true),
            ("\u{FEFF}on: push\njobs:\n  a: {}\n", true),
            ("{\"on\": \"push\", \"jobs\": {}}", true),
            ("on: push\njobs:\n  a:\n    steps: [", true),
            ("on: push\n", false),
            ("jobs:\n  a: {}\n", false),
            ("on: push\njobs: 3\n", false),
            ("# Title\n\non: push\njobs:\n  a: {}\n- b", true),
            ("text\non: push\njobs:\n  a: {}\n", false),
            ("{\"on\": 1, \"jobs\": []}", false),
            ("", false),
        ] {
            assert_eq!(
                sniff(&Head::of(text.as_bytes())) == Sniff::Recognised,
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn a_workflow_is_named_by_its_folder() {
        for (path, expected) in [
            (".github/workflows/ci.yml", true),
            ("a/b/.github/workflows/ci.yaml", true),
            ("x.github/workflows/ci.yml", false),
            (".github/workflows/below/ci.yml", false),
            (".github/workflows/ci.md", false),
            ("ci.yml", false),
        ] {
            assert_eq!(is_named(path), expected, "{path}");
        }
    }
}

//! The files of the repository.

use std::path::{Path, PathBuf};

/// The folder of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Every file under a folder, in the order of their paths; not what tools leave behind (`target`, hidden folders).
pub(crate) fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else {
        return found;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_left_behind = matches!(name.as_ref(), "target" | "node_modules" | "__pycache__" | "mutants.out");
        if is_left_behind || (name.starts_with('.') && !matches!(name.as_ref(), ".ci" | ".github" | ".gitignore")) {
            continue;
        }
        if path.is_dir() {
            found.extend(walk(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A file of the repository as text.
#[derive(Debug)]
pub(crate) struct SourceFile {
    /// Path from the root, with `/`.
    pub(crate) path: String,
    /// What it holds.
    pub(crate) text: String,
}

impl SourceFile {
    /// The file's name without its extension.
    pub(crate) fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.split('.').next().unwrap_or_default()
    }

    /// The lines with their numbers.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// Every file of text under a folder of the repository, without fixtures: those are foreign bytes.
pub(crate) fn files(folder: &str) -> Vec<SourceFile> {
    let paths = walk(&root().join(folder));
    let files = paths.into_iter().filter_map(|path| {
        let shown = path.strip_prefix(root()).unwrap_or(&path).components();
        let shown = shown
            .map(|part| part.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/");
        let text = if shown.contains("/fixtures/") {
            None
        } else {
            std::fs::read_to_string(&path).ok()
        };
        text.map(|text| SourceFile { path: shown, text })
    });
    files.collect()
}

/// The files with an extension.
pub(crate) fn files_with(folder: &str, extension: &str) -> Vec<SourceFile> {
    let mut found = files(folder);
    found.retain(|file| file.path.ends_with(&format!(".{extension}")));
    found
}

/// Names of what lies directly in a folder.
pub(crate) fn names(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap_or_else(|error| panic!("`{folder}`: {error}"));
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Fails with every finding, where there is one.
pub(crate) fn assert_none(rule: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{rule}\n  {}", findings.join("\n  "));
}

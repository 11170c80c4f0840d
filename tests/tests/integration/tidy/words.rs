//! Words that do not belong into the tree, in any file.

use super::tree::{SourceFile, assert_none, files};

/// Every line of text that holds one of some texts.
fn holding(texts: &[String], advice: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let is_foreign = |file: &SourceFile| file.path == "Cargo.lock" || file.path.starts_with("tests/corpus/");
    for file in files("").iter().filter(|file| !is_foreign(file)) {
        for (number, line) in file.lines() {
            if let Some(text) = texts.iter().find(|text| line.contains(text.as_str())) {
                findings.push(format!("{}:{number}: `{text}`; {advice}", file.path));
            }
        }
    }
    findings
}

// The texts are put together here, so that this file does not hold them.

#[test]
fn no_path_of_a_machine_stands_in_the_tree() {
    let texts = ["root", "home", "Users", "work"].map(|folder| format!("/{folder}/"));
    assert_none(
        "the tree works wherever it lies",
        &holding(&texts, "name it from the repository, or take a parameter"),
    );
}

#[test]
fn nothing_is_left_to_be_done() {
    let texts = [["TO", "DO"], ["FIX", "ME"], ["XX", "X:"]].map(|halves| halves.concat());
    assert_none("what is open is an issue", &holding(&texts, "do it, or open an issue"));
}

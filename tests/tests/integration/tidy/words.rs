//! Words that do not belong into the tree, in any file.

use super::tree::{SourceFile, assert_none, files};

/// Every line of text that holds one of some texts, as `holds` understands it.
fn holding(texts: &[String], holds: fn(&str, &str) -> bool, advice: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let is_foreign = |file: &SourceFile| file.path == "Cargo.lock" || file.path.starts_with("tests/corpus/");
    for file in files("").iter().filter(|file| !is_foreign(file)) {
        for (number, line) in file.lines() {
            if let Some(text) = texts.iter().find(|text| holds(line, text)) {
                findings.push(format!("{}:{number}: `{text}`; {advice}", file.path));
            }
        }
    }
    findings
}

fn anywhere(line: &str, text: &str) -> bool {
    line.contains(text)
}

/// A folder of that name further down, as in a runner's workspace, is nobody's machine.
fn at_the_beginning_of_a_path(line: &str, text: &str) -> bool {
    let is_of_a_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    line.match_indices(text)
        .any(|(place, _)| !line[..place].ends_with(is_of_a_name))
}

// The texts are put together here, so that this file does not hold them.

#[test]
fn no_path_of_a_machine_stands_in_the_tree() {
    let texts = ["root", "home", "Users", "work"].map(|folder| format!("/{folder}/"));
    assert_none(
        "the tree works wherever it lies",
        &holding(
            &texts,
            at_the_beginning_of_a_path,
            "name it from the repository, or take a parameter",
        ),
    );
}

#[test]
fn nothing_is_left_to_be_done() {
    let texts = [["TO", "DO"], ["FIX", "ME"], ["XX", "X:"]].map(|halves| halves.concat());
    assert_none(
        "what is open is an issue",
        &holding(&texts, anywhere, "do it, or open an issue"),
    );
}

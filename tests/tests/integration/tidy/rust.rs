//! Rust sources: their length, the clock, the environment, SQL text, messages.

use super::tree::{SourceFile, assert_none, files_with};

/// Lines of a file.
const LINES_MAX: usize = 500;

/// Names in messages, which are spelled as they are.
const NAMES: [&str; 4] = ["Arrow", "DataFusion", "Delta", "Parquet"];

fn sources() -> Vec<SourceFile> {
    files_with("", "rs")
}

/// Sources without those of tests: the folders of tests, and modules that are declared under `cfg(test)`.
fn sources_without_tests() -> Vec<SourceFile> {
    let mut files = sources();
    let mut tests = Vec::new();
    for file in &files {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (_, rest) in file
            .text
            .match_indices("#[cfg(test)]\n")
            .map(|(at, mark)| file.text.split_at(at + mark.len()))
        {
            let declared = rest.lines().next().and_then(|line| line.split_once(';'));
            let name = declared.and_then(|(declared, _)| {
                declared
                    .strip_prefix("pub(crate) ")
                    .unwrap_or(declared)
                    .strip_prefix("mod ")
            });
            tests.extend(name.map(|name| format!("{folder}/{name}.rs")));
        }
    }
    let is_test = |path: &str| path.starts_with("tests/") || path.contains("/tests/");
    files.retain(|file| !is_test(&file.path) && !tests.contains(&file.path));
    files
}

/// Lines of code with their numbers: no comments, nothing from the module of unit tests on.
fn code(file: &SourceFile) -> Vec<(usize, &str)> {
    let end = file
        .text
        .find("#[cfg(test)]\nmod tests {")
        .map(|at| file.text[..at].matches('\n').count());
    file.lines()
        .take_while(|(number, _)| end.is_none_or(|end| *number <= end))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .collect()
}

/// Every line of code outside tests that holds one of some texts.
fn holding(texts: &[&str], allowed: &[&str], advice: &str) -> Vec<String> {
    let mut findings = Vec::new();
    for file in sources_without_tests() {
        let is_build_script = file.path.ends_with("/build.rs");
        if is_build_script || allowed.contains(&file.path.as_str()) {
            continue;
        }
        for (number, line) in code(&file) {
            if let Some(text) = texts.iter().find(|text| line.contains(**text)) {
                findings.push(format!("{}:{number}: `{text}`; {advice}", file.path));
            }
        }
    }
    findings
}

#[test]
fn no_source_file_is_longer_than_can_be_read_at_once() {
    let long = |file: &SourceFile| {
        let n = file.text.lines().count();
        (n > LINES_MAX).then(|| format!("{}:{n}: split it; a file has at most {LINES_MAX} lines", file.path))
    };
    assert_none(
        "files are short",
        &sources().iter().filter_map(long).collect::<Vec<_>>(),
    );
}

#[test]
fn only_the_clock_reads_the_wall_clock() {
    let texts = ["Utc::now", "Local::now", "SystemTime::now"];
    let findings = holding(
        &texts,
        &["domain/src/clock.rs"],
        "take `as_of` or a domain::clock::Clock",
    );
    assert_none("an answer is a function of what was asked", &findings);
}

#[test]
fn only_the_configuration_reads_the_environment() {
    let findings = holding(
        &["env::var", "env::args"],
        &["cli/src/config.rs"],
        "take a value; cli/src/config.rs reads it",
    );
    assert_none("only cli reads the environment", &findings);
}

#[test]
fn no_sql_text_stands_outside_the_folder_sql() {
    let mut findings = Vec::new();
    for file in sources_without_tests() {
        for (number, line) in code(&file) {
            let line = line.to_ascii_lowercase();
            let after = |quote: &str| line.split(quote).skip(1).map(str::to_owned).collect::<Vec<_>>();
            let is_statement = |text: &String| {
                (text.starts_with("select ") && text.contains(" from "))
                    || [
                        "insert into ",
                        "create table ",
                        "create view ",
                        "delete from ",
                        "with recursive ",
                    ]
                    .iter()
                    .any(|begins| text.starts_with(begins))
            };
            if after("\"").iter().any(is_statement) {
                findings.push(format!(
                    "{}:{number}: SQL text; write a relation under sql/ and ask for it",
                    file.path
                ));
            }
        }
    }
    assert_none("every number is a file under sql/", &findings);
}

#[test]
fn messages_begin_in_lower_case_and_end_without_a_period() {
    let mut findings = Vec::new();
    for file in sources() {
        for (number, message) in messages(&file) {
            let first = message.split_whitespace().next().unwrap_or_default();
            let mut characters = first.chars();
            // A word such as `S3` or `JUnit` is a name without being listed.
            let is_upper = characters.next().is_some_and(char::is_uppercase)
                && !characters.any(|character| character.is_uppercase() || character.is_ascii_digit())
                && !NAMES.contains(&first);
            if is_upper || message.ends_with('.') {
                findings.push(format!(
                    "{}:{number}: `{message}`; begin in lower case, end without a period",
                    file.path
                ));
            }
        }
    }
    assert_none("log lines and errors read on from one another", &findings);
}

/// Texts of log lines and of errors, with their lines.
fn messages(file: &SourceFile) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let text = &file.text;
    let macros = ["trace", "debug", "info", "warn", "error"].map(|level| format!("tracing::{level}!("));
    let starts = macros.iter().map(String::as_str).chain(["#[error("]);
    for start in starts {
        for (at, _) in text.match_indices(start) {
            let number = text[..at].matches('\n').count() + 1;
            let literals = literals(&text[at + start.len()..]);
            found.extend(literals.into_iter().map(|literal| (number, literal)));
        }
    }
    found
}

/// String literals of an argument list that are arguments of their own, up to its closing parenthesis.
fn literals(arguments: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (mut depth, mut before) = (1, '(');
    let mut characters = arguments.chars();
    while let Some(character) = characters.next() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            '"' => {
                let mut literal = String::new();
                while let Some(character) = characters.next().filter(|character| *character != '"') {
                    literal.push(character);
                    if character == '\\' {
                        literal.extend(characters.next());
                    }
                }
                if depth == 1 && matches!(before, '(' | ',') {
                    found.push(literal);
                }
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if !character.is_whitespace() {
            before = character;
        }
    }
    found
}

#[test]
fn a_message_is_told_from_the_values_beside_it() {
    assert_eq!(
        literals("error = \"A\", of(\"B\"), \"the lake (c) is gone\"); \"D\""),
        ["the lake (c) is gone"]
    );
}

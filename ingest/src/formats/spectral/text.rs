//! What a line says, in any of the formats in lines.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::scanner::entry::Entry;

/// What Spectral says where nothing is bad enough, behind whatever format.
pub(super) const NOTHING: &str = "No results with a severity of ";
/// What it says where no file is named by what it was given.
const NO_FILE: &str = "No files found to lint";

const WORDS: &str = "error|warning|information|hint";

#[expect(clippy::expect_used, reason = "the expression is fixed, and a test compiles it")]
static GITHUB: LazyLock<Regex> = LazyLock::new(|| {
    let places = "col=\\d+,endColumn=\\d+,line=(?P<line>\\d+),endLine=(?P<end>\\d+)";
    Regex::new(&format!(
        "^::(?P<word>error|warning|notice) title=(?P<rule>[^,]*),file=(?P<path>.*?),{places}::(?P<message>.*)$"
    ))
    .expect("the expression is well-formed")
});

#[expect(clippy::expect_used, reason = "the expression is fixed, and a test compiles it")]
static TYPE: LazyLock<Regex> = LazyLock::new(|| {
    let description = format!("(?:{WORDS}) -- (?P<message>.*)");
    Regex::new(&format!(
        r"^##teamcity\[inspectionType category='openapi' id='(?P<rule>.*?)' name='.*?' description='{description}'\]$"
    ))
    .expect("the expression is well-formed")
});

#[expect(clippy::expect_used, reason = "the expression is fixed, and a test compiles it")]
static INSPECTION: LazyLock<Regex> = LazyLock::new(|| {
    let message = format!("(?P<word>{WORDS}) -- (?P<message>.*)");
    Regex::new(&format!(
        r"^##teamcity\[inspection typeId='(?P<rule>.*?)' file='(?P<path>.*?)' line='(?P<line>\d+)' message='{message}'\]$"
    ))
    .expect("the expression is well-formed")
});

#[expect(clippy::expect_used, reason = "the expression is fixed, and a test compiles it")]
static STYLISH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r"^ +(?P<line>\d+):\d+ {{2,}}(?P<word>{WORDS})  (?P<rule>\S+) {{2,}}(?P<message>\S.*?)(?: {{2,}}.*)?$"
    ))
    .expect("the expression is well-formed")
});

#[expect(clippy::expect_used, reason = "the expression is fixed, and a test compiles it")]
static TEXT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r#"^(?P<path>\S.*?):(?P<line>\d+):\d+ (?P<word>{WORDS}) (?P<rule>\S+) "(?P<message>.*)"(?: https?://\S+)?$"#
    ))
    .expect("the expression is well-formed")
});

#[expect(clippy::expect_used, reason = "the expression is fixed, and a test compiles it")]
static SUMMARY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\u{2716} (?P<n>\d+) problems? \(\d+ errors?, \d+ warnings?, \d+ infos?, \d+ hints?\)$")
        .expect("the expression is well-formed")
});

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    GitHub,
    /// Below the path of its file, with a summary at the end.
    Stylish,
    TeamCity,
    Text,
}

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said<'a> {
    Result(Style, Entry<'a>),
    /// What the next line says, too.
    Type(Entry<'a>),
    /// How many results there are.
    Summary(i64),
    /// Nothing was bad enough to fail.
    Nothing,
    /// No file was checked.
    NoFile,
    Other(&'a str),
}

/// Reads a line.
pub(super) fn said(line: &str) -> Said<'_> {
    if line.starts_with(NOTHING) {
        return Said::Nothing;
    }
    if line.starts_with(NO_FILE) {
        return Said::NoFile;
    }
    if let Some(found) = SUMMARY.captures(line) {
        let n = found.name("n").and_then(|n| n.as_str().parse().ok());
        return Said::Summary(n.unwrap_or(i64::MAX));
    }
    for (style, form) in [
        (Some(Style::GitHub), &GITHUB),
        (Some(Style::TeamCity), &INSPECTION),
        (None, &TYPE),
        (Some(Style::Stylish), &STYLISH),
        (Some(Style::Text), &TEXT),
    ] {
        let Some(found) = form.captures(line) else { continue };
        let text = |name| found.name(name).map_or("", |text| text.as_str());
        let number = |name| text(name).parse().ok().filter(|line| *line > 0);
        let entry = Entry {
            rule_id: text("rule"),
            word: text("word"),
            path: text("path"),
            start_line: number("line"),
            end_line: number("end"),
            resource: None,
            message: text("message"),
        };
        return style.map_or(Said::Type(entry), |style| Said::Result(style, entry));
    }
    Said::Other(line)
}

/// A text without what its style puts in place of some characters.
pub(super) fn unescaped(style: Style, text: &str) -> Cow<'_, str> {
    match style {
        Style::GitHub if text.contains('%') => {
            // The address of the rule's documentation is no part of the message.
            let message = text.split("%0ADocumentation: http").next().unwrap_or(text);
            Cow::Owned(message.replace("%0A", "\n"))
        }
        Style::TeamCity if text.contains('|') => {
            let mut plain = String::with_capacity(text.len());
            let mut rest = text.chars();
            while let Some(character) = rest.next() {
                plain.push(match (character, rest.as_str().chars().next()) {
                    ('|', Some('n' | 'r' | 'x' | 'l' | 'p')) => '\n',
                    ('|', Some(escaped)) => escaped,
                    (other, _) => {
                        plain.push(other);
                        continue;
                    }
                });
                rest.next();
            }
            Cow::Owned(plain)
        }
        _ => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_reads_the_same_in_every_style() {
        for (style, line) in [
            (
                Style::GitHub,
                "::warning title=info-contact,file=o/a.yaml,col=6,endColumn=17,line=2,endLine=3::It [is] \"so\"%0ADocumentation: https://example.org",
            ),
            (
                Style::TeamCity,
                "##teamcity[inspection typeId='info-contact' file='o/a.yaml' line='2' message='warning -- It |[is|] \"so\"']",
            ),
            (
                Style::Stylish,
                "  2:6  warning  info-contact  It [is] \"so\"  info.a  https://example.org",
            ),
            (
                Style::Text,
                "o/a.yaml:2:6 warning info-contact \"It [is] \"so\"\" https://example.org",
            ),
        ] {
            let Said::Result(found, entry) = said(line) else {
                panic!("{line}")
            };
            assert_eq!(found, style);
            assert_eq!(
                (entry.rule_id, entry.word, entry.start_line),
                ("info-contact", "warning", Some(2)),
                "{line}"
            );
            assert_eq!(unescaped(style, entry.message), "It [is] \"so\"");
            assert!(entry.path == "o/a.yaml" || style == Style::Stylish);
        }
    }

    #[test]
    fn other_lines_are_told_apart() {
        for (line, expected) in [
            (
                "\u{2716} 55 problems (10 errors, 45 warnings, 0 infos, 0 hints)",
                Said::Summary(55),
            ),
            (
                "\u{2716} 1 problem (1 error, 0 warnings, 0 infos, 0 hints)",
                Said::Summary(1),
            ),
            (
                "\u{2716} 2 problems (2 errors, 0 warnings)",
                Said::Other("\u{2716} 2 problems (2 errors, 0 warnings)"),
            ),
            ("No results with a severity of 'error' found!", Said::Nothing),
            ("No files found to lint. Please check", Said::NoFile),
            ("/src/a.yaml", Said::Other("/src/a.yaml")),
        ] {
            assert_eq!(said(line), expected);
        }
    }
}

//! What a line says: a problem, or which file the next ones are in.

use std::sync::LazyLock;

use regex::Regex;

use crate::scanner::entry::Entry;

#[expect(clippy::expect_used, reason = "the expression is fixed, and a test compiles it")]
static PARSABLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^(?P<path>.+?):(?P<line>\d+):\d+: \[(?P<word>error|warning)\] (?P<message>.*?)(?: \((?P<rule>[a-z-]+)\))?$",
    )
    .expect("the expression is well-formed")
});

#[expect(clippy::expect_used, reason = "the expression is fixed, and a test compiles it")]
static GITHUB: LazyLock<Regex> = LazyLock::new(|| {
    let place = r"^::(?P<word>error|warning) file=(?P<path>.+?),line=(?P<line>\d+),col=\d+::\d+:\d+ ";
    Regex::new(&format!(
        r"{place}(?:\[(?P<rule>[a-z-]+)\] )?(?P<message>.*?)(?: \((?P<syntax>syntax)\))?$"
    ))
    .expect("the expression is well-formed")
});

#[expect(clippy::expect_used, reason = "the expression is fixed, and a test compiles it")]
static STANDARD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^  (?P<line>\d+):\d+ +(?P<word>error|warning) {2,}(?P<message>.*?)(?:  \((?P<rule>[a-z-]+)\))?$")
        .expect("the expression is well-formed")
});

/// How a problem is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Parsable,
    GitHub,
    /// Below the path of its file.
    Standard,
}

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said<'a> {
    Problem(Style, Entry<'a>),
    /// The next problems are in this file, of styles that group them.
    File(&'a str),
    /// A group ends.
    Nothing,
}

/// Reads a line.
pub(super) fn said(line: &str) -> Said<'_> {
    for (style, form) in [
        (Style::GitHub, &GITHUB),
        (Style::Standard, &STANDARD),
        (Style::Parsable, &PARSABLE),
    ] {
        let Some(found) = form.captures(line) else { continue };
        let text = |name| found.name(name).map_or("", |text| text.as_str());
        let rule_id = if text("rule").is_empty() {
            text("syntax")
        } else {
            text("rule")
        };
        let entry = Entry {
            rule_id,
            word: text("word"),
            path: text("path"),
            start_line: text("line").parse().ok().filter(|line| *line > 0),
            end_line: None,
            resource: None,
            message: text("message"),
        };
        return Said::Problem(style, entry);
    }
    if line == "::endgroup::" {
        return Said::Nothing;
    }
    Said::File(line.strip_prefix("::group::").unwrap_or(line))
}

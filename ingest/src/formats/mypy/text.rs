//! What a line of text says: an error, or how the run ended.

use std::sync::LazyLock;

use regex::Regex;

use crate::scanner::entry::Entry;

/// Path, line, column and end as far as they are asked for, and what is said.
#[expect(clippy::expect_used, reason = "the expression is fixed, and a test compiles it")]
static MESSAGE: LazyLock<Regex> = LazyLock::new(|| {
    let place = r"^(?P<path>[^\s:][^:]*|[A-Za-z]:[^:]+):(?:(?P<line>\d+)(?::\d+(?::(?P<end>\d+):\d+)?)?:)?";
    Regex::new(&format!(
        r"{place} (?P<word>error|warning|note): (?P<message>.*?)(?:  \[(?P<code>[a-z0-9-]+)\])?$"
    ))
    .expect("the expression is well-formed")
});

#[expect(clippy::expect_used, reason = "the expression is fixed, and a test compiles it")]
static SUCCESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^Success: no issues found in (?P<files>\d+) source files?$").expect("the expression is well-formed")
});

#[expect(clippy::expect_used, reason = "the expression is fixed, and a test compiles it")]
static FOUND: LazyLock<Regex> = LazyLock::new(|| {
    let ends = r"checked (?P<files>\d+) source files?|errors prevented further checking";
    Regex::new(&format!(
        r"^Found (?P<errors>\d+) errors? in \d+ files? \((?:{ends})\)$"
    ))
    .expect("the expression is well-formed")
});

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Summary {
    /// Errors that it counts.
    pub(super) n_errors: i64,
    /// Files that were checked; none where errors prevented that.
    pub(super) n_files: Option<i64>,
}

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said<'a> {
    /// Something about a file.
    Entry(Entry<'a>),
    Summary(Summary),
    /// Code that `--pretty` shows, a message that it wrapped, or another program's.
    Other,
}

/// The code at the end of a line, and what stands before it.
pub(super) fn code_of(line: &str) -> Option<(&str, &str)> {
    let (rest, code) = line.trim_end().strip_suffix(']')?.rsplit_once("  [")?;
    let is_code = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (!code.is_empty() && code.bytes().all(is_code)).then_some((rest, code))
}

/// Reads a line.
pub(super) fn said(line: &str) -> Said<'_> {
    let line = line.trim_end();
    if let Some(found) = SUCCESS.captures(line) {
        return Said::Summary(Summary {
            n_errors: 0,
            n_files: found.name("files").and_then(|files| files.as_str().parse().ok()),
        });
    }
    if let Some(found) = FOUND.captures(line) {
        let number = |name| found.name(name).and_then(|number| number.as_str().parse().ok());
        return Said::Summary(Summary {
            n_errors: number("errors").unwrap_or(i64::MAX),
            n_files: number("files"),
        });
    }
    let Some(found) = MESSAGE.captures(line) else {
        return Said::Other;
    };
    let text = |name| found.name(name).map_or("", |text| text.as_str());
    let number = |name| text(name).parse().ok().filter(|line| *line > 0);
    Said::Entry(Entry {
        rule_id: text("code"),
        word: text("word"),
        path: text("path"),
        start_line: number("line"),
        end_line: number("end"),
        resource: None,
        message: text("message"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(n_errors: i64, n_files: Option<i64>) -> Said<'static> {
        Said::Summary(Summary { n_errors, n_files })
    }

    #[test]
    fn a_summary_tells_how_many_files_were_checked() {
        for (line, expected) in [
            ("Success: no issues found in 12 source files", summary(0, Some(12))),
            ("Success: no issues found in 1 source file", summary(0, Some(1))),
            ("Success: no issues found in 0 source files", summary(0, Some(0))),
            (
                "Found 3 errors in 2 files (checked 12 source files)",
                summary(3, Some(12)),
            ),
            ("Found 1 error in 1 file (checked 1 source file)", summary(1, Some(1))),
            (
                "Found 1 error in 1 file (errors prevented further checking)",
                summary(1, None),
            ),
            ("Found 3 errors.", Said::Other),
            ("Success: it is done", Said::Other),
        ] {
            assert_eq!(said(line), expected, "{line}");
        }
    }

    #[test]
    fn an_error_is_read_with_its_place_and_code() {
        for (line, path, place, code, message) in [
            (
                "a.py:5: error: Bad  [assignment]",
                "a.py",
                (Some(5), None),
                "assignment",
                "Bad",
            ),
            (
                "a.py:5:3: error: Bad [x]  [name-defined]",
                "a.py",
                (Some(5), None),
                "name-defined",
                "Bad [x]",
            ),
            ("a/b.py:5:3:6:9: error: Bad", "a/b.py", (Some(5), Some(6)), "", "Bad"),
            ("C:\\a.py:5: error: Bad  [x]", "C:\\a.py", (Some(5), None), "x", "Bad"),
            ("setup.cfg: error: Bad", "setup.cfg", (None, None), "", "Bad"),
        ] {
            let Said::Entry(entry) = said(line) else {
                panic!("{line}")
            };
            assert_eq!(
                (entry.path, entry.rule_id, entry.message),
                (path, code, message),
                "{line}"
            );
            assert_eq!((entry.start_line, entry.end_line), place, "{line}");
        }
        for other in [
            "    x: int = \"a\"",
            "             ^~~",
            "a.py:1:1: E501 line too long",
            "error: a",
            "",
        ] {
            assert_eq!(said(other), Said::Other, "{other}");
        }
    }
}

//! Tells from its first bytes whether a file is output of yamllint.

use super::text::{Said, Style, said};
use crate::scanner::head::{Head, Sniff};
use crate::scanner::lines::first_lines;

/// Recognises the first problem: in the first line, or below the path of its file.
pub(crate) fn sniff(head: &Head<'_>) -> Sniff {
    let lines = first_lines(head.bytes, 2);
    let said: Vec<_> = lines.iter().map(|line| said(line)).collect();
    Sniff::of(match said.as_slice() {
        [Said::Problem(Style::Parsable | Style::GitHub, entry), ..] => !entry.rule_id.is_empty(),
        [Said::File(path), Said::Problem(style, entry)] => match style {
            Style::Standard => !path.contains(char::is_whitespace) && !entry.rule_id.is_empty(),
            Style::GitHub => entry.path == *path && !entry.rule_id.is_empty(),
            Style::Parsable => false,
        },
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_known_by_its_first_problem() {
        for (head, expected) in [
            ("a.yaml:2:4: [error] too many spaces after colon (colons)\n", true),
            (
                "::group::a.yaml\n::error file=a.yaml,line=2,col=4::2:4 [colons] too many\n",
                true,
            ),
            ("::error file=a.yaml,line=2,col=4::2:4 [colons] too many\n", true),
            ("a.yaml\n  2:4       error    too many spaces  (colons)\n", true),
            (
                "\u{1B}[4ma.yaml\u{1B}[0m\n  \u{1B}[2m2:4\u{1B}[0m       \u{1B}[31merror\u{1B}[0m    many  \u{1B}[2m(colons)\u{1B}[0m\n",
                true,
            ),
            ("a.yaml:2:4: [error] too many spaces\n", false),
            (
                "::error title=a,file=a.yaml,col=4,endColumn=5,line=2,endLine=2::a\n",
                false,
            ),
            ("/src/a.js\n  2:4  error  'a' is not defined  no-undef\n", false),
            ("a.yaml\n", false),
            ("", false),
        ] {
            assert_eq!(sniff(&Head::of(head.as_bytes())), Sniff::of(expected), "{head}");
        }
    }
}

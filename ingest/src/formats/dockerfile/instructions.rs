//! Lines of a Dockerfile to instructions: comments and bodies of here-documents left out, continued lines joined.

/// An instruction: its line, its name in capitals, what follows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Instruction {
    pub(super) line: i64,
    pub(super) name: String,
    pub(super) arguments: String,
}

/// Takes a file apart; also whether it ends within an instruction.
pub(super) fn instructions(text: &str) -> (Vec<Instruction>, bool) {
    let escape = escape_of(text);
    let mut found = Vec::new();
    let mut held: Option<(i64, String)> = None;
    let mut awaited: Vec<(String, bool)> = Vec::new();
    for (number, line) in (1_i64..).zip(text.lines()) {
        if let Some((word, is_indented)) = awaited.first() {
            let body = if *is_indented {
                line.trim_start_matches('\t')
            } else {
                line
            };
            if body == word {
                awaited.remove(0);
            }
            continue;
        }
        let trimmed = line.trim();
        // Comments and empty lines also lie within continued lines.
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let (start, mut whole) = held.take().unwrap_or((number, String::new()));
        if let Some(continued) = trimmed.strip_suffix(escape) {
            whole.push_str(continued);
            whole.push(' ');
            held = Some((start, whole));
            continue;
        }
        whole.push_str(trimmed);
        let (name, arguments) = whole.split_once(char::is_whitespace).unwrap_or((&whole, ""));
        let name = name.to_ascii_uppercase();
        if matches!(name.as_str(), "RUN" | "COPY" | "ADD") {
            awaited = here_documents(arguments);
        }
        found.push(Instruction {
            line: start,
            name,
            arguments: arguments.trim().to_owned(),
        });
    }
    (found, held.is_some() || !awaited.is_empty())
}

/// The character that continues a line, which a directive in the first lines can change.
fn escape_of(text: &str) -> char {
    for line in text.lines() {
        let Some(directive) = line.trim().strip_prefix('#') else {
            break;
        };
        let Some((name, value)) = directive.split_once('=') else {
            break;
        };
        if name.trim().eq_ignore_ascii_case("escape") && value.trim() == "`" {
            return '`';
        }
    }
    '\\'
}

/// Words that end the here-documents of an instruction: `<<EOF`, `<<-"EOF"`.
fn here_documents(arguments: &str) -> Vec<(String, bool)> {
    let mut words = Vec::new();
    for argument in arguments.split_whitespace() {
        // A file descriptor may stand in front.
        let Some(word) = argument
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .strip_prefix("<<")
        else {
            continue;
        };
        let (word, is_indented) = word.strip_prefix('-').map_or((word, false), |word| (word, true));
        let word: String = word.trim_matches(['"', '\'']).to_owned();
        if word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            words.push((word, is_indented));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_joined_and_bodies_left_out() {
        let text = "# syntax=docker/dockerfile:1\n# escape=`\nfrom a\nRUN x `\n  # why\n\n  && y\nRUN <<EOF <<-'E2'\nFROM b\nEOF\nFROM c\n\tE2\nCOPY a\\b c\n";
        let (found, is_cut) = instructions(text);
        let found: Vec<_> = found
            .iter()
            .map(|found| (found.line, found.name.as_str(), found.arguments.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                (3, "FROM", "a"),
                (4, "RUN", "x  && y"),
                (8, "RUN", "<<EOF <<-'E2'"),
                (13, "COPY", "a\\b c")
            ]
        );
        assert!(!is_cut);
        for text in ["FROM a \\", "FROM a\nRUN <<EOF\nx\n"] {
            assert!(instructions(text).1, "{text}");
        }
    }
}

//! Lines of a Makefile as `make` takes them: continued lines joined, comments and multi-line variables left out.

/// A line that says something.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Of the file, from 1: where it begins.
    pub(super) number: i64,
    /// It begins as commands do, with a tab or what `.RECIPEPREFIX` says.
    pub(super) is_command: bool,
    pub(super) text: String,
}

/// Takes a file apart; also whether it ends within a continued line, a `define` or a conditional.
pub(super) fn lines(text: &str) -> (Vec<Line>, bool) {
    let mut found = Vec::new();
    let mut prefix = '\t';
    let mut held: Option<Line> = None;
    let mut n_defines = 0_u32;
    let mut n_conditionals = 0_u32;
    for (number, written) in (1_i64..).zip(text.lines()) {
        let mut line = held.take().unwrap_or_else(|| Line {
            number,
            is_command: written.starts_with(prefix),
            text: String::new(),
        });
        let body = written
            .strip_prefix(prefix)
            .filter(|_| line.is_command)
            .unwrap_or(written);
        let body = if line.text.is_empty() { body } else { body.trim_start() };
        if let Some(continued) = continued(body) {
            line.text.push_str(continued.trim_end());
            line.text.push(' ');
            held = Some(line);
            continue;
        }
        line.text.push_str(body);
        let word = first_word(&line.text);
        if n_defines > 0 {
            match word {
                "endef" => n_defines -= 1,
                "define" => n_defines += 1,
                _ => {}
            }
            continue;
        }
        if !line.is_command {
            without_comment(&mut line.text);
            match first_word(&line.text) {
                "define" => {
                    n_defines = 1;
                    continue;
                }
                "ifeq" | "ifneq" | "ifdef" | "ifndef" => {
                    n_conditionals += 1;
                    continue;
                }
                "endif" => {
                    n_conditionals = n_conditionals.saturating_sub(1);
                    continue;
                }
                "else" => continue,
                _ => {}
            }
            if let Some(value) = prefix_of_commands(&line.text) {
                prefix = value;
                continue;
            }
        }
        if !line.text.trim().is_empty() {
            found.push(line);
        }
    }
    let is_cut = held.is_some() || n_defines > 0 || n_conditionals > 0;
    found.extend(held.filter(|line| !line.text.trim().is_empty()));
    (found, is_cut)
}

/// The line without the backslash that continues it; a doubled one continues nothing.
fn continued(line: &str) -> Option<&str> {
    let n = line.len() - line.trim_end_matches('\\').len();
    if n % 2 == 1 { line.strip_suffix('\\') } else { None }
}

fn first_word(line: &str) -> &str {
    let end = |c: char| c.is_whitespace() || c == '(';
    line.trim_start().split(end).next().unwrap_or_default()
}

/// Cuts at the first `#` that no backslash stands before.
fn without_comment(line: &mut String) {
    let mut before = ' ';
    let at = line.char_indices().find_map(|(at, c)| {
        let is_comment = c == '#' && before != '\\';
        before = c;
        is_comment.then_some(at)
    });
    if let Some(at) = at {
        line.truncate(at);
    }
}

/// What `.RECIPEPREFIX` says commands begin with; a tab where it says nothing.
fn prefix_of_commands(line: &str) -> Option<char> {
    let rest = line.trim_start().strip_prefix(".RECIPEPREFIX")?.trim_start();
    let value = rest.trim_start_matches([':', '?']).strip_prefix('=')?;
    Some(value.trim_start().chars().next().unwrap_or('\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> (Vec<(i64, bool, String)>, bool) {
        let (found, is_cut) = lines(text);
        let found = found.into_iter();
        (
            found.map(|line| (line.number, line.is_command, line.text)).collect(),
            is_cut,
        )
    }

    #[test]
    fn lines_are_joined_and_what_says_nothing_is_left_out() {
        let text = "A = x \\\n  y # why\n# a\\\n b\ntest: lint\n\t@pytest \\\n\t  --cov # all\n\n\
                    define HELP\ntest: no\nendef\nifdef CI\nx:\n\ty\\\\\nelse\nendif\nz\\#: a\n";
        let expected = [
            (1, false, "A = x y "),
            (5, false, "test: lint"),
            (6, true, "@pytest --cov # all"),
            (13, false, "x:"),
            (14, true, "y\\\\"),
            (17, false, "z\\#: a"),
        ];
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(number, is_command, text)| (number, is_command, text.to_owned()))
            .collect();
        assert_eq!(told(text), (expected, false));
    }

    #[test]
    fn commands_begin_as_the_file_says() {
        let (found, _) = told(".RECIPEPREFIX = >\na:\n>b\n.RECIPEPREFIX =\nc:\n\td\n");
        let commands: Vec<_> = found.iter().filter(|line| line.1).map(|line| line.2.as_str()).collect();
        assert_eq!(commands, ["b", "d"]);
    }

    #[test]
    fn a_file_that_ends_within_something_is_cut() {
        for text in ["a:\n\tb \\\n", "define A\nx\n", "ifdef CI\na:\n"] {
            assert!(lines(text).1, "{text}");
        }
    }
}

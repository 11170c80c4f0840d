//! Variables of a Makefile: what the file itself sets, put in where it is named.

use std::collections::HashMap;

/// Longest text that putting in may make, in bytes.
const EXPANDED_MAX: usize = 16 * 1024;
/// Variables within variables that are followed.
const DEPTH_MAX: u32 = 16;

/// Values by name, as written.
#[derive(Debug, Default)]
pub(super) struct Variables(HashMap<String, String>);

/// A line that sets a variable.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Assignment<'l> {
    name: &'l str,
    operator: &'l str,
    value: &'l str,
}

/// What a line sets, if it sets something: `A = b`, `A := b`, `A ?= b`, `A += b`, `A != command`.
pub(super) fn assignment(line: &str) -> Option<Assignment<'_>> {
    let line = line.trim();
    let equals = line.find('=')?;
    let (left, value) = (line.get(..equals)?, line.get(equals + 1..)?.trim());
    let name = left.trim_end_matches([':', '?', '+', '!']);
    let operator = left.get(name.len()..)?;
    let words = name.trim();
    let name = words
        .strip_prefix("export ")
        .or_else(|| words.strip_prefix("override "))
        .unwrap_or(words)
        .trim();
    let is_name = !name.is_empty() && !name.contains([':', ' ', '\t', '#', '$', '(', '"', '\'', ';', '|', '&']);
    is_name.then_some(Assignment { name, operator, value })
}

impl Variables {
    /// Takes in what a line sets. What a command is asked for is not known.
    pub(super) fn set(&mut self, assignment: &Assignment<'_>) {
        let Assignment { name, operator, value } = *assignment;
        match operator {
            "!" => {
                self.0.remove(name);
            }
            "?" => {
                self.0.entry(name.to_owned()).or_insert_with(|| value.to_owned());
            }
            "+" => {
                let held = self.0.entry(name.to_owned()).or_default();
                if held.len() + value.len() < EXPANDED_MAX {
                    held.push(' ');
                    held.push_str(value);
                }
            }
            _ => {
                // `A := $(A) b` names what it was before.
                let before = self.0.remove(name).unwrap_or_default();
                let itself = [format!("$({name})"), format!("${{{name}}}")];
                let value = itself
                    .iter()
                    .fold(value.to_owned(), |value, itself| value.replace(itself, &before));
                if value.len() < EXPANDED_MAX {
                    self.0.insert(name.to_owned(), value);
                }
            }
        }
    }

    /// Puts in what the file sets: `$(A)` and `${A}`. All else, as functions and `$@`, stays as written; `$$` is what a
    /// shell sees as `$`.
    pub(super) fn put_in(&self, text: &str) -> String {
        let mut expanded = String::with_capacity(text.len());
        self.put_in_at(text, 0, &mut expanded);
        expanded
    }

    fn put_in_at(&self, text: &str, depth: u32, expanded: &mut String) {
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('$') {
            expanded.push_str(before);
            if expanded.len() > EXPANDED_MAX {
                expanded.push_str(rest);
                return;
            }
            if let Some(behind) = behind.strip_prefix('$') {
                // Within a variable it is put in once more.
                expanded.push_str(if depth == 0 { "$" } else { "$$" });
                rest = behind;
                continue;
            }
            let named = behind
                .strip_prefix('(')
                .and_then(|inside| inside.split_once(')'))
                .or_else(|| behind.strip_prefix('{').and_then(|inside| inside.split_once('}')));
            match named.and_then(|(name, behind)| Some((self.0.get(name)?, behind))) {
                Some((value, behind)) if depth < DEPTH_MAX => {
                    self.put_in_at(value, depth + 1, expanded);
                    rest = behind;
                }
                _ => {
                    expanded.push('$');
                    rest = behind;
                }
            }
        }
        expanded.push_str(rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_file_sets_is_put_in() {
        let mut variables = Variables::default();
        for line in [
            "PYTHON ?= python3",
            "PYTHON ?= python2",
            "export PYTEST := $(PYTHON) -m pytest",
            "FLAGS = --cov",
            "FLAGS += --branch",
            "FLAGS := $(FLAGS) -q",
            "COMMIT != git rev-parse HEAD",
        ] {
            variables.set(&assignment(line).unwrap());
        }
        for (text, expected) in [
            ("$(PYTEST) ${FLAGS} tests", "python3 -m pytest --cov --branch -q tests"),
            (
                "echo $$HOME $@ $(COMMIT) $(shell x) $",
                "echo $HOME $@ $(COMMIT) $(shell x) $",
            ),
        ] {
            assert_eq!(variables.put_in(text), expected);
        }
    }

    #[test]
    fn what_sets_nothing_is_no_assignment() {
        for line in ["test: lint", "test: A = b", "include a.mk", "$(eval A = b)", "= a"] {
            assert_eq!(assignment(line), None, "{line}");
        }
    }

    #[test]
    fn variables_that_name_each_other_end() {
        let mut variables = Variables::default();
        for line in ["A = $(B)$(B)", "B = $(A)$(A)"] {
            variables.set(&assignment(line).unwrap());
        }
        assert!(variables.put_in("$(A)").len() < 1 << 20);
    }
}

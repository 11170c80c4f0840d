//! The prose of a definition's header as paragraphs: what it means, then its limits.

use crate::definition::Definition;

/// Paragraphs of a definition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prose {
    /// What it means.
    pub meaning: Vec<String>,
    /// What the number does not tell.
    pub limits: Vec<String>,
}

/// Splits the prose at empty lines and at lines that begin with `limits:`. Backticks are for those who read the file.
pub fn prose(definition: &Definition) -> Prose {
    let mut prose = Prose::default();
    let mut is_limit = false;
    let mut starts = true;
    for line in definition.prose.lines().map(str::trim) {
        let limit = line.strip_prefix("limits:").map(str::trim);
        if limit.is_some() || line.is_empty() {
            (is_limit, starts) = (limit.is_some(), true);
        }
        let text = &limit.unwrap_or(line).replace('`', "");
        if text.is_empty() {
            continue;
        }
        let paragraphs = if is_limit {
            &mut prose.limits
        } else {
            &mut prose.meaning
        };
        match paragraphs.last_mut().filter(|_| !starts) {
            Some(paragraph) => {
                paragraph.push(' ');
                paragraph.push_str(text);
            }
            None => paragraphs.push(capitalized(text)),
        }
        starts = false;
    }
    prose
}

/// The text with its first character in upper case.
pub fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::definition::Kind;

    #[test]
    fn limits_stand_apart_from_the_meaning() {
        let text = "-- T\n--\n-- kind: mart\n-- grain: test_id\n--\n-- tests that were\n-- retried.\n--\n-- Of one \
                    source.\n--\n-- limits: `suites` that are never\n-- retried.\nselect 1 as test_id\n";
        let catalog = Catalog::parse([("mart/t.sql".to_owned(), text.to_owned())]).unwrap();
        let found = prose(&catalog.find(Kind::Mart, "t").unwrap());
        assert_eq!(found.meaning, ["Tests that were retried.", "Of one source."]);
        assert_eq!(found.limits, ["Suites that are never retried."]);
    }
}

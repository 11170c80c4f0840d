//! The prose of a definition's header as paragraphs: what it means, then its limits.

use query::definition::Definition;

use crate::format;

/// Paragraphs of a definition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Prose {
    pub(crate) meaning: Vec<String>,
    /// What the number does not tell.
    pub(crate) limits: Vec<String>,
}

/// Splits the prose at empty lines and at lines that begin with `limits:`.
pub(crate) fn prose(definition: &Definition) -> Prose {
    let mut prose = Prose::default();
    let mut is_limit = false;
    let mut starts = true;
    for line in definition.prose.lines().map(str::trim) {
        let limit = line.strip_prefix("limits:").map(str::trim);
        if limit.is_some() || line.is_empty() {
            (is_limit, starts) = (limit.is_some(), true);
        }
        let text = limit.unwrap_or(line);
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
            None => paragraphs.push(format::capitalized(text)),
        }
        starts = false;
    }
    prose
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample_definitions;

    #[test]
    fn limits_stand_apart_from_the_meaning() {
        let prose = prose(&sample_definitions::flaky_test_rate());
        assert_eq!(
            prose.limits,
            ["Suites that are never retried cannot show flakiness this way."]
        );
        assert_eq!(prose.meaning.len(), 1);
        assert!(
            prose.meaning[0].starts_with("Tests with at least one") && prose.meaning[0].ends_with("on one source.")
        );
    }
}

//! Licences: which word counts, whether it is an SPDX expression, and what can be chosen by it.
//!
//! SQL cannot evaluate an expression, so its alternatives are written out. Which of them are allowed is SQL's to say.

use std::collections::HashMap;
use std::sync::LazyLock;

use domain::sbom::{License, LicenseBasis, LicenseStatus};
use domain::source::Warnings;
use spdx::expression::{ExprNode, Operator};
use spdx::identifiers::{EXCEPTIONS, LICENSES};
use spdx::{AdditionItem, Expression, LicenseItem, LicenseReq, ParseMode, gnu_license_id};

/// Longest text that is read as an expression; a longer one is cut and is none.
pub(crate) const MAX_BYTES: usize = 4 << 10;
/// Alternatives that are written out.
pub(crate) const MAX_CHOICES: usize = 64;
/// Licences in all of them, each counted as often as it is named.
const MAX_NAMED: usize = 512;
/// Alternatives that may be combined to find those.
const MAX_PAIRS: usize = 4 * MAX_CHOICES;

/// The document does not say.
const NO_ASSERTION: &str = "NOASSERTION";
/// There is no licence.
const NONE: &str = "NONE";

/// SPDX with its older ids, but without what only some tools understand, as `/` for `OR` or `Apache 2`.
const MODE: ParseMode = ParseMode {
    allow_slash_as_or_operator: false,
    allow_imprecise_license_names: false,
    allow_postfix_plus_on_gpl: true,
    allow_deprecated: true,
    allow_unknown: false,
};

/// Ids as SPDX spells them, by their lower case: case does not tell licences apart (SPDX 2.3, annex D.2).
static SPELLINGS: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let licenses = LICENSES.iter().map(|license| license.name);
    let exceptions = EXCEPTIONS.iter().map(|exception| exception.name);
    let names = licenses.chain(exceptions).filter(|name| *name != NO_ASSERTION);
    names.map(|name| (name.to_lowercase(), name)).collect()
});

/// Judges what a document says of a package; `place` names the package in warnings.
pub(crate) fn judge(
    declared: Option<String>,
    concluded: Option<String>,
    warnings: &mut Warnings,
    place: &dyn Fn() -> String,
) -> License {
    let mut is_cut = false;
    let mut bounded = |text: Option<String>| {
        let text = text.filter(|text| !text.trim().is_empty())?;
        is_cut |= text.len() > MAX_BYTES;
        let end = text.floor_char_boundary(MAX_BYTES);
        // The mark is in no expression, so that what is left of one is none.
        Some(if end < text.len() {
            format!("{}…", &text[..end])
        } else {
            text
        })
    };
    let mut license = License {
        declared: bounded(declared),
        concluded: bounded(concluded),
        ..License::default()
    };
    if is_cut {
        warnings.add("license_too_long", || {
            format!("{}: more than {MAX_BYTES} bytes", place())
        });
    }
    let Some((basis, text)) = what_counts(&license) else {
        return license;
    };
    license.basis = Some(basis);
    license.status = if is_word(&text, NO_ASSERTION) {
        LicenseStatus::NoAssertion
    } else if is_word(&text, NONE) {
        LicenseStatus::None
    } else if let Some(found) = read(&text) {
        if found.choices.is_none() {
            warnings.add("license_too_complex", || {
                format!("{}: more than {MAX_CHOICES} alternatives", place())
            });
        }
        license.expression = Some(found.expression);
        license.choices = found.choices;
        LicenseStatus::Valid
    } else {
        LicenseStatus::Invalid
    };
    license
}

/// The conclusion, else what is declared, unless it asserts nothing and the other one does.
fn what_counts(license: &License) -> Option<(LicenseBasis, String)> {
    let said = [
        (LicenseBasis::Concluded, &license.concluded),
        (LicenseBasis::Declared, &license.declared),
    ];
    let mut said = said
        .iter()
        .filter_map(|(basis, text)| Some((*basis, text.as_deref()?.trim())));
    let first = said.next()?;
    let asserts = |(_, text): &(LicenseBasis, &str)| !is_word(text, NO_ASSERTION);
    let found = Some(first)
        .filter(asserts)
        .or_else(|| said.find(asserts))
        .unwrap_or(first);
    Some((found.0, found.1.to_owned()))
}

fn is_word(text: &str, word: &str) -> bool {
    text.eq_ignore_ascii_case(word)
}

/// Joins licences that all apply to one expression; none where there are none. Stops where it is too long to be one.
pub(crate) fn all_of<'t>(mut texts: impl Iterator<Item = &'t str>) -> Option<String> {
    let first = texts.next()?;
    let Some(second) = texts.next() else {
        return Some(first.to_owned());
    };
    let mut joined = String::new();
    for text in [first, second].into_iter().chain(texts) {
        if joined.len() > MAX_BYTES {
            break;
        }
        if !joined.is_empty() {
            joined.push_str(" AND ");
        }
        let (open, close) = if text.to_ascii_uppercase().contains(" OR ") {
            ("(", ")")
        } else {
            ("", "")
        };
        joined.extend([open, text, close]);
    }
    Some(joined)
}

/// An expression that was read.
#[derive(Debug, PartialEq, Eq)]
struct Read {
    expression: String,
    choices: Option<String>,
}

/// How tightly the outermost operator of a text binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    Or,
    And,
    One,
}

/// Alternatives, each of numbers of licences in order; none where there are too many.
type Choices = Option<Vec<Vec<usize>>>;

/// A part of an expression.
struct Part {
    text: String,
    strength: Strength,
    choices: Choices,
}

/// Reads an SPDX expression; none where the text is none.
fn read(text: &str) -> Option<Read> {
    let expression = Expression::parse_mode(&spelled(text)?, MODE).ok()?;
    let mut names: Vec<String> = Vec::new();
    let mut parts: Vec<Part> = Vec::new();
    // The nodes come with operators behind their operands.
    for node in expression.iter() {
        let part = match node {
            ExprNode::Req(found) => {
                let name = name(&found.req);
                let number = names.iter().position(|known| *known == name).unwrap_or_else(|| {
                    names.push(name.clone());
                    names.len() - 1
                });
                Part {
                    text: name,
                    strength: Strength::One,
                    choices: Some(vec![vec![number]]),
                }
            }
            ExprNode::Op(operator) => {
                let (right, left) = (parts.pop()?, parts.pop()?);
                join(*operator, left, right)
            }
        };
        parts.push(part);
    }
    let whole = parts.pop()?;
    Some(Read {
        expression: whole.text,
        choices: whole.choices.map(|choices| written(&choices, &names)),
    })
}

/// The text with ids as SPDX spells them; none where a word of it asserts nothing.
fn spelled(text: &str) -> Option<String> {
    let mut spelled = String::with_capacity(text.len());
    let is_of_id = |character: char| character.is_ascii_alphanumeric() || "-.:".contains(character);
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|character| !is_of_id(character)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        if is_word(word, NO_ASSERTION) || is_word(word, NONE) {
            return None;
        }
        spelled.push_str(SPELLINGS.get(&word.to_lowercase()).copied().unwrap_or(word));
        let next = behind.find(is_of_id).unwrap_or(behind.len());
        spelled.push_str(&behind[..next]);
        rest = &behind[next..];
    }
    Some(spelled)
}

/// One licence as SPDX spells it today: `GPL-2.0` is `GPL-2.0-only`.
fn name(requirement: &LicenseReq) -> String {
    let mut name = match &requirement.license {
        LicenseItem::Spdx { id, or_later } => {
            let is_bare = id.is_gnu() && id.is_deprecated();
            let current = gnu_license_id(id.name, *or_later).filter(|_| is_bare);
            let plus = if *or_later && current.is_none() { "+" } else { "" };
            format!("{}{plus}", current.map_or(id.name, |current| current.name))
        }
        LicenseItem::Other(other) => other.to_string(),
    };
    match &requirement.addition {
        Some(AdditionItem::Spdx(id)) => name = format!("{name} WITH {}", id.name),
        Some(AdditionItem::Other(other)) => name = format!("{name} WITH {other}"),
        None => {}
    }
    name
}

fn join(operator: Operator, left: Part, right: Part) -> Part {
    let (strength, word) = match operator {
        Operator::Or => (Strength::Or, "OR"),
        Operator::And => (Strength::And, "AND"),
    };
    let shown = |part: &Part| {
        if part.strength < strength {
            format!("({})", part.text)
        } else {
            part.text.clone()
        }
    };
    let text = format!("{} {word} {}", shown(&left), shown(&right));
    let choices = left
        .choices
        .zip(right.choices)
        .and_then(|(left, right)| match operator {
            Operator::Or => kept(left.into_iter().chain(right).collect()),
            Operator::And => both(&left, &right),
        });
    Part {
        text,
        strength,
        choices,
    }
}

/// Each of the one together with each of the other.
fn both(left: &[Vec<usize>], right: &[Vec<usize>]) -> Choices {
    if left.len() * right.len() > MAX_PAIRS {
        return None;
    }
    let mut pairs = Vec::with_capacity(left.len() * right.len());
    for one in left {
        for other in right {
            let mut pair: Vec<_> = one.iter().chain(other).copied().collect();
            pair.sort_unstable();
            pair.dedup();
            pairs.push(pair);
        }
    }
    kept(pairs)
}

/// Each alternative once, and none where they are too many.
fn kept(mut choices: Vec<Vec<usize>>) -> Choices {
    choices.sort_unstable();
    choices.dedup();
    let n_named: usize = choices.iter().map(Vec::len).sum();
    (choices.len() <= MAX_CHOICES && n_named <= MAX_NAMED).then_some(choices)
}

/// Writes alternatives out, but for those that ask for more than another one.
fn written(choices: &[Vec<usize>], names: &[String]) -> String {
    let asks_for_more = |choice: &Vec<usize>| {
        let is_less = |other: &Vec<usize>| other != choice && other.iter().all(|number| choice.contains(number));
        choices.iter().any(is_less)
    };
    let text = |choice: &Vec<usize>| {
        let mut licenses: Vec<_> = choice
            .iter()
            .filter_map(|number| names.get(*number))
            .map(String::as_str)
            .collect();
        licenses.sort_unstable();
        licenses.join(" & ")
    };
    let mut texts: Vec<_> = choices
        .iter()
        .filter(|choice| !asks_for_more(choice))
        .map(text)
        .collect();
    texts.sort_unstable();
    texts.join(" | ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match read(text) {
            Some(found) => format!(
                "{}: {}",
                found.expression,
                found.choices.as_deref().unwrap_or("too many")
            ),
            None => "invalid".to_owned(),
        }
    }

    #[test]
    fn an_expression_is_written_as_its_alternatives() {
        for (text, expected) in [
            ("MIT", "MIT: MIT"),
            ("mit", "MIT: MIT"),
            (" (MIT) ", "MIT: MIT"),
            ("MIT OR Apache-2.0", "MIT OR Apache-2.0: Apache-2.0 | MIT"),
            (
                "bsd-2-clause or APACHE-2.0",
                "BSD-2-Clause OR Apache-2.0: Apache-2.0 | BSD-2-Clause",
            ),
            ("MIT AND Zlib AND MIT", "MIT AND Zlib AND MIT: MIT & Zlib"),
            (
                "MIT OR Apache-2.0 AND BSD-3-Clause",
                "MIT OR Apache-2.0 AND BSD-3-Clause: Apache-2.0 & BSD-3-Clause | MIT",
            ),
            (
                "Zlib AND (MIT OR Apache-2.0)",
                "Zlib AND (MIT OR Apache-2.0): Apache-2.0 & Zlib | MIT & Zlib",
            ),
            (
                "(MIT OR ISC) AND (MIT OR Zlib)",
                "(MIT OR ISC) AND (MIT OR Zlib): ISC & Zlib | MIT",
            ),
            ("MIT OR (MIT AND Zlib)", "MIT OR MIT AND Zlib: MIT"),
            ("GPL-2.0", "GPL-2.0-only: GPL-2.0-only"),
            ("gpl-2.0+", "GPL-2.0-or-later: GPL-2.0-or-later"),
            ("LGPL-2.1-or-later", "LGPL-2.1-or-later: LGPL-2.1-or-later"),
            ("Apache-2.0+", "Apache-2.0+: Apache-2.0+"),
            (
                "GPL-2.0-only WITH Classpath-exception-2.0 OR MIT",
                "GPL-2.0-only WITH Classpath-exception-2.0 OR MIT: GPL-2.0-only WITH Classpath-exception-2.0 | MIT",
            ),
            (
                "LicenseRef-our-own AND MIT",
                "LicenseRef-our-own AND MIT: LicenseRef-our-own & MIT",
            ),
            (
                "DocumentRef-a:LicenseRef-b",
                "DocumentRef-a:LicenseRef-b: DocumentRef-a:LicenseRef-b",
            ),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_expression_is_none() {
        for text in [
            "",
            " ",
            "GPL",
            "MIT License",
            "MIT/Apache-2.0",
            "MIT,Apache-2.0",
            "MIT OR",
            "AND MIT",
            "(MIT",
            "MIT)",
            "MIT Apache-2.0",
            "MIT AND NOASSERTION",
            "MIT OR NONE",
            "NOASSERTION",
            "noassertion",
            "MIT WITH",
            "()",
            "MIT WITH Apache-2.0",
            "+",
            "MIT +",
            "LicenseRef-a_b",
            "see LICENSE",
            "\u{1F600}",
            "GPL-2.0-only+ OR é",
        ] {
            assert_eq!(shown(text), "invalid", "{text}");
        }
    }

    #[test]
    fn alternatives_are_bounded() {
        let any = |from: usize, n: usize| {
            let ids: Vec<_> = (from..from + n).map(|number| format!("LicenseRef-{number}")).collect();
            format!("({})", ids.join(" OR "))
        };
        let n_of = |text: &str| read(text).unwrap().choices.map(|choices| choices.split(" | ").count());
        assert_eq!(n_of(&any(0, MAX_CHOICES)), Some(MAX_CHOICES));
        assert_eq!(n_of(&any(0, MAX_CHOICES + 1)), None);
        assert_eq!(n_of(&format!("{} AND {}", any(0, 8), any(8, 8))), Some(64));
        assert_eq!(n_of(&format!("{} AND {}", any(0, 8), any(8, 9))), None);
        // Ten choices of two each would be 1,024 alternatives.
        let many: Vec<_> = (0..10).map(|number| any(2 * number, 2)).collect();
        assert_eq!(n_of(&many.join(" AND ")), None);
        let deep = format!("{}MIT{}", "(".repeat(2_000), ")".repeat(2_000));
        assert_eq!(shown(&deep), "MIT: MIT");
    }

    #[test]
    fn to_say_nothing_that_nothing_is_said_and_that_there_is_none_differ() {
        let mut warnings = Warnings::default();
        for (declared, concluded, expected) in [
            (None, None, "absent, None, None"),
            (Some(""), Some(" "), "absent, None, None"),
            (Some("NOASSERTION"), None, "no_assertion, Some(Declared), None"),
            (None, Some("NOASSERTION"), "no_assertion, Some(Concluded), None"),
            (Some("NONE"), Some("NOASSERTION"), "none, Some(Declared), None"),
            (Some("MIT"), Some("NONE"), "none, Some(Concluded), None"),
            (Some("MIT"), Some("NOASSERTION"), "valid, Some(Declared), Some(\"MIT\")"),
            (Some("MIT"), Some("ISC"), "valid, Some(Concluded), Some(\"ISC\")"),
            (Some("MIT"), Some("as told"), "invalid, Some(Concluded), None"),
            (Some("as told"), None, "invalid, Some(Declared), None"),
        ] {
            let text = |text: Option<&str>| text.map(str::to_owned);
            let found = judge(text(declared), text(concluded), &mut warnings, &|| "a".to_owned());
            let shown = format!("{}, {:?}, {:?}", found.status.as_str(), found.basis, found.expression);
            assert_eq!(shown, expected, "{declared:?} {concluded:?}");
        }
        assert_eq!(warnings.total(), 0);
        let long = "MIT OR ".repeat(MAX_BYTES) + "MIT";
        let found = judge(Some(long), None, &mut warnings, &|| "a".to_owned());
        assert_eq!((found.status, warnings.total()), (LicenseStatus::Invalid, 1));
        assert_eq!(found.declared.map(|text| text.len()), Some(MAX_BYTES + "…".len()));
    }

    #[test]
    fn licences_that_all_apply_are_one_expression() {
        let joined = |texts: &[&'static str]| all_of(texts.iter().copied());
        assert_eq!(joined(&[]), None);
        assert_eq!(joined(&["MIT OR ISC"]).as_deref(), Some("MIT OR ISC"));
        assert_eq!(
            joined(&["MIT or ISC", "Zlib"]).as_deref(),
            Some("(MIT or ISC) AND Zlib")
        );
        let endless = all_of(std::iter::repeat("MIT")).unwrap();
        assert!((MAX_BYTES..MAX_BYTES + 100).contains(&endless.len()));
    }
}

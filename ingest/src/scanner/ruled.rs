//! What may show a secret in lists of results that say their rule: the texts of those whose rule is about secrets.

use crate::scanner::judge::{Judge, Spot};
use crate::scanner::redaction::names_a_secret;

/// Judges elements of a list by their rule. One without a rule is about no secret.
#[derive(Debug, Clone)]
pub(crate) struct Ruled {
    /// The list; empty where the document is one.
    list: &'static str,
    /// The member that holds the rule.
    rule_member: &'static str,
    /// Members whose texts stay in any case.
    kept: &'static [&'static str],
    rule: Option<String>,
}

impl Ruled {
    /// Judges the elements of the document.
    pub(crate) const fn new(rule_member: &'static str, kept: &'static [&'static str]) -> Self {
        Self::of_list("", rule_member, kept)
    }

    /// Judges the elements of the lists of this name.
    pub(crate) const fn of_list(list: &'static str, rule_member: &'static str, kept: &'static [&'static str]) -> Self {
        Self {
            list,
            rule_member,
            kept,
            rule: None,
        }
    }
}

impl Judge for Ruled {
    fn is_held(&mut self, array: &str) -> bool {
        self.rule = None;
        array == self.list
    }

    fn notice(&mut self, spot: Spot<'_>, text: &str) {
        if spot.parent.is_empty() && spot.member == self.rule_member {
            self.rule = Some(text.to_owned());
        }
    }

    fn is_about_a_secret(&self) -> bool {
        self.rule.as_deref().is_some_and(names_a_secret)
    }

    fn is_dropped(&self, _spot: Spot<'_>) -> bool {
        false
    }

    fn is_bag(&self, _member: &str) -> bool {
        false
    }

    fn is_kept(&self, spot: Spot<'_>, _text: &str) -> bool {
        self.kept.contains(&spot.member)
    }
}

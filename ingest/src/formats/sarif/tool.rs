//! The tool of a run: its driver, its extensions, and their rules.

use std::collections::HashMap;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use domain::identity::Sha256Digest;

use crate::json::lexer::{Break, Lexer, Token};
use crate::json::member::{cut, elements, integer, owned, scalar, text};
use crate::json::value;

/// Rules that are kept of a run; CodeQL's largest suite has under 2,000.
const MAX_RULES: usize = 50_000;
/// Members of a rule that nothing here reads.
const SKIPPED: &[&str] = &["relationships", "translations", "fullDescription"];

/// What a rule says of its results (SARIF 3.49).
#[derive(Debug, Default)]
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) title: Option<String>,
    pub(super) level: Option<String>,
    pub(super) score: Option<String>,
    pub(super) word: Option<String>,
    pub(super) tags: Vec<String>,
    /// What the rule was called first; a renamed rule keeps its findings.
    pub(super) deprecated_id: Option<String>,
    pub(super) purl: Option<String>,
    pub(super) help: Option<String>,
    pub(super) messages: HashMap<String, String>,
}

impl Rule {
    fn of(value: &Value) -> Self {
        let tags = elements(value, "/properties/tags").iter().filter_map(Value::as_str);
        let help = text(value, "/help/text").map(|help| cut(help, 1_000));
        let messages = value.pointer("/messageStrings").and_then(Value::as_object);
        let messages = messages.into_iter().flatten().take(16);
        Self {
            id: owned(value, "/id").unwrap_or_default(),
            name: owned(value, "/name"),
            title: text(value, "/shortDescription/text").map(|title| cut(title, 200)),
            level: owned(value, "/defaultConfiguration/level"),
            score: scalar(value, "/properties/security-severity"),
            word: owned(value, "/properties/severity"),
            tags: tags.take(32).map(|tag| cut(tag, 100)).collect(),
            deprecated_id: elements(value, "/deprecatedIds")
                .first()
                .and_then(Value::as_str)
                .map(str::to_owned),
            purl: owned(value, "/properties/purls/0"),
            help,
            messages: messages
                .filter_map(|(id, message)| Some((id.clone(), cut(text(message, "/text")?, 1_000))))
                .collect(),
        }
    }

    /// The tool's own word for the severity, where it gives one.
    pub(super) fn severity_word(&self) -> Option<&str> {
        const WORDS: [&str; 5] = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "UNKNOWN"];
        let tag = self.tags.iter().find(|tag| WORDS.contains(&tag.as_str()));
        // Older Trivy writes it into the help only.
        let line = || {
            self.help
                .as_deref()?
                .lines()
                .find_map(|line| line.strip_prefix("Severity: "))
        };
        tag.map(String::as_str).or(self.word.as_deref()).or_else(line)
    }
}

/// A driver or an extension (SARIF 3.19).
#[derive(Debug, Default)]
pub(super) struct Component {
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    rules: Vec<Rule>,
}

/// The tool of a run.
#[derive(Debug, Default)]
pub(super) struct Tool {
    pub(super) driver: Component,
    extensions: Vec<Component>,
    /// By id: the component (0: the driver) and the position in it.
    by_id: HashMap<String, (usize, usize)>,
}

/// How a result names its rule (SARIF 3.27.5 to 3.27.7).
#[derive(Debug, Default)]
pub(super) struct RuleReference {
    pub(super) id: Option<String>,
    pub(super) index: Option<usize>,
    /// The extension; null: the driver.
    pub(super) extension: Option<usize>,
}

impl RuleReference {
    pub(super) fn of(result: &Value) -> Self {
        let position = |pointer| integer(result, pointer, 0).and_then(|index| usize::try_from(index).ok());
        Self {
            id: owned(result, "/ruleId").or_else(|| owned(result, "/rule/id")),
            index: position("/rule/index").or_else(|| position("/ruleIndex")),
            extension: position("/rule/toolComponent/index"),
        }
    }
}

impl Tool {
    /// Reads the object that began.
    pub(super) fn read(lexer: &mut Lexer<'_>, first: Token) -> Result<Self, Break> {
        let mut tool = Self::default();
        if first != Token::ObjectStart {
            lexer.skip(first)?;
            return Ok(tool);
        }
        while lexer.next()? == Token::Key {
            let name = lexer.text().to_owned();
            let first = lexer.next()?;
            match (name.as_str(), first) {
                ("driver", Token::ObjectStart) => tool.driver = Component::read(lexer)?,
                ("extensions", Token::ArrayStart) => loop {
                    match lexer.next()? {
                        Token::ArrayEnd => break,
                        Token::ObjectStart => {
                            let extension = Component::read(lexer)?;
                            tool.extensions.push(extension);
                        }
                        other => {
                            // Positions count, also of what is none.
                            lexer.skip(other)?;
                            tool.extensions.push(Component::default());
                        }
                    }
                },
                _ => lexer.skip(first)?,
            }
        }
        tool.index();
        Ok(tool)
    }

    fn index(&mut self) {
        for (number, component) in std::iter::once(&self.driver).chain(&self.extensions).enumerate() {
            for (position, rule) in component.rules.iter().enumerate() {
                self.by_id.entry(rule.id.clone()).or_insert((number, position));
            }
        }
    }

    fn at(&self, component: usize, position: usize) -> Option<&Rule> {
        let component = match component.checked_sub(1) {
            None => &self.driver,
            Some(extension) => self.extensions.get(extension)?,
        };
        component.rules.get(position)
    }

    /// The rule that a result means: by index where its id agrees, else by id, with `id/part` as a part of rule `id`.
    pub(super) fn rule(&self, reference: &RuleReference) -> Option<&Rule> {
        let component = reference.extension.map_or(0, |extension| extension + 1);
        let indexed = reference.index.and_then(|index| self.at(component, index));
        let Some(id) = reference.id.as_deref() else {
            return indexed;
        };
        let agrees = |rule: &&Rule| {
            rule.id == id
                || id
                    .strip_prefix(rule.id.as_str())
                    .is_some_and(|part| part.starts_with('/'))
        };
        indexed.filter(agrees).or_else(|| {
            let parent = || id.rsplit_once('/').map(|(parent, _)| parent);
            let found = self.by_id.get(id).or_else(|| self.by_id.get(parent()?));
            found.and_then(|(component, position)| self.at(*component, *position))
        })
    }

    /// A digest over ids and configuration of the rules; none where the run lists none.
    pub(super) fn rules_sha256(&self) -> Option<String> {
        let mut lines: Vec<_> = std::iter::once(&self.driver)
            .chain(&self.extensions)
            .flat_map(|component| &component.rules)
            .map(|rule| format!("{}\n{:?}\n{:?}", rule.id, rule.level, rule.score))
            .collect();
        if lines.is_empty() {
            return None;
        }
        lines.sort_unstable();
        let mut hasher = Sha256::new();
        lines.iter().for_each(|line| hasher.update(line));
        Some(Sha256Digest::from_bytes(hasher.finalize().into()).to_string())
    }
}

impl Component {
    /// Reads the object that began.
    fn read(lexer: &mut Lexer<'_>) -> Result<Self, Break> {
        let (mut component, mut version, mut semantic) = (Self::default(), None, None);
        while lexer.next()? == Token::Key {
            let name = lexer.text().to_owned();
            let first = lexer.next()?;
            let text = || (first == Token::Text && !lexer.text().is_empty()).then(|| lexer.text().to_owned());
            match name.as_str() {
                "name" => component.name = text(),
                "version" => version = text(),
                "semanticVersion" => semantic = text(),
                "rules" if first == Token::ArrayStart => {
                    component.read_rules(lexer)?;
                    continue;
                }
                _ => {}
            }
            lexer.skip(first)?;
        }
        component.version = semantic.or(version);
        Ok(component)
    }

    fn read_rules(&mut self, lexer: &mut Lexer<'_>) -> Result<(), Break> {
        loop {
            let first = lexer.next()?;
            if first == Token::ArrayEnd {
                return Ok(());
            }
            if self.rules.len() == MAX_RULES {
                let at = lexer.at();
                lexer.warnings.add("too_many_rules", || {
                    format!("byte {at}: more than {MAX_RULES} in one component")
                });
                lexer.skip(first)?;
                continue;
            }
            let rule = value::read(lexer, first, SKIPPED)?;
            self.rules.push(Rule::of(&rule));
        }
    }
}

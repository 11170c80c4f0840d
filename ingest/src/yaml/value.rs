//! What a node of a document means: by the core schema of YAML 1.2, in which `on` and `yes` are words.

use std::collections::BTreeMap;

use serde_json::Number;

use super::document::{Content, Document, NodeId};

/// A scalar by the core schema.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar<'d> {
    Null,
    Boolean(bool),
    Number(Number),
    Text(&'d str),
}

/// What stands at a place of a document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value<'d> {
    document: &'d Document,
    node: NodeId,
}

impl<'d> Value<'d> {
    pub(super) fn new(document: &'d Document, node: NodeId) -> Self {
        Self { document, node }
    }

    fn content(self) -> Option<&'d Content> {
        self.document.nodes.get(self.node).map(|node| &node.content)
    }

    /// The line where it begins, from 1; where an alias stands, that of what it names.
    pub(crate) fn line(self) -> i64 {
        self.document.nodes.get(self.node).map_or(0, |node| node.line)
    }

    /// The text breaks off inside of it.
    pub(crate) fn is_cut(self) -> bool {
        self.document.nodes.get(self.node).is_some_and(|node| node.is_cut)
    }

    pub(crate) fn is_mapping(self) -> bool {
        matches!(self.content(), Some(Content::Mapping { .. }))
    }

    pub(crate) fn is_sequence(self) -> bool {
        matches!(self.content(), Some(Content::Sequence(_)))
    }

    /// What a scalar means; none of a container.
    pub(crate) fn scalar(self) -> Option<Scalar<'d>> {
        match self.content()? {
            Content::Scalar { text, is_plain: true } => Some(meaning(text)),
            Content::Scalar { text, .. } => Some(Scalar::Text(text)),
            _ => None,
        }
    }

    /// A scalar that says something, as text: a number as it is computed with, `3.10` as `3.1`.
    pub(crate) fn text(self) -> Option<String> {
        match self.scalar()? {
            Scalar::Null => None,
            Scalar::Boolean(truth) => Some(truth.to_string()),
            Scalar::Number(number) => Some(number.to_string()),
            Scalar::Text(text) => Some(text.to_owned()),
        }
    }

    /// Elements of a sequence; none of anything else.
    pub(crate) fn elements(self) -> impl Iterator<Item = Self> + Clone {
        let elements = match self.content() {
            Some(Content::Sequence(elements)) => elements.as_slice(),
            _ => &[],
        };
        elements.iter().map(move |node| Self::new(self.document, *node))
    }

    /// Members of a mapping in their order; none of anything else.
    pub(crate) fn members(self) -> impl Iterator<Item = (&'d str, Self)> + Clone {
        let members = match self.content() {
            Some(Content::Mapping { members, .. }) => members.as_slice(),
            _ => &[],
        };
        let document = self.document;
        members
            .iter()
            .map(move |(name, node)| (name.as_str(), Self::new(document, *node)))
    }

    /// A member of a mapping.
    pub(crate) fn get(self, name: &str) -> Option<Self> {
        let Some(Content::Mapping { members, places }) = self.content() else {
            return None;
        };
        let (_, node) = members.get(*places.get(name)?)?;
        Some(Self::new(self.document, *node))
    }

    /// JSON without white space, members in the order of their names; what `is_secret` names is left out of texts that
    /// are no expression. Nothing where it would be longer than `limit` bytes, which also bounds the work.
    pub(crate) fn json(self, limit: usize, is_secret: fn(&str) -> bool) -> Option<String> {
        let mut json = String::new();
        self.write(&mut json, limit, is_secret, false)?;
        Some(json)
    }

    /// The depth of the recursion is bounded by the document's.
    fn write(self, json: &mut String, limit: usize, is_secret: fn(&str) -> bool, is_hidden: bool) -> Option<()> {
        match self.content() {
            Some(Content::Sequence(elements)) => {
                json.push('[');
                for (n, node) in elements.iter().enumerate() {
                    if n > 0 {
                        json.push(',');
                    }
                    Self::new(self.document, *node).write(json, limit, is_secret, is_hidden)?;
                }
                json.push(']');
            }
            Some(Content::Mapping { members, .. }) => {
                let members: BTreeMap<&str, NodeId> =
                    members.iter().map(|(name, node)| (name.as_str(), *node)).collect();
                json.push('{');
                for (n, (name, node)) in members.into_iter().enumerate() {
                    if n > 0 {
                        json.push(',');
                    }
                    push_text(json, name);
                    json.push(':');
                    let is_hidden = is_hidden || is_secret(name);
                    Self::new(self.document, node).write(json, limit, is_secret, is_hidden)?;
                }
                json.push('}');
            }
            _ => match self.scalar().unwrap_or(Scalar::Null) {
                Scalar::Null => json.push_str("null"),
                Scalar::Boolean(truth) => json.push_str(if truth { "true" } else { "false" }),
                Scalar::Text(text) if is_hidden && is_expression(text) => push_text(json, text),
                _ if is_hidden => push_text(json, REDACTED),
                Scalar::Number(number) => json.push_str(&number.to_string()),
                Scalar::Text(text) => push_text(json, text),
            },
        }
        (json.len() <= limit).then_some(())
    }
}

/// What stands where a secret stood.
pub(crate) const REDACTED: &str = "[redacted secret]";

/// Whether a text is nothing but an expression of GitHub, which names a secret and is none.
pub(crate) fn is_expression(text: &str) -> bool {
    let text = text.trim();
    text.starts_with("${{") && text.ends_with("}}") && text.matches("${{").count() == 1
}

/// Writes a text of JSON.
pub(crate) fn push_text(json: &mut String, text: &str) {
    json.push_str(&serde_json::Value::from(text).to_string());
}

/// A plain scalar by the core schema.
fn meaning(text: &str) -> Scalar<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Scalar::Null,
        "true" | "True" | "TRUE" => Scalar::Boolean(true),
        "false" | "False" | "FALSE" => Scalar::Boolean(false),
        _ => number(text).map_or(Scalar::Text(text), Scalar::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            let is_written = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            return i64::from_str_radix(digits, radix)
                .ok()
                .filter(|_| is_written)
                .map(Number::from);
        }
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let first = unsigned.bytes().next()?;
    let is_number = unsigned
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'))
        && (first.is_ascii_digit() || first == b'.')
        && unsigned.bytes().any(|byte| byte.is_ascii_digit());
    if !is_number {
        return None;
    }
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Number::from(whole));
    }
    let float: f64 = text.parse().ok()?;
    // A whole number is written as one: `3.0` is 3.
    if float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0 {
        return format!("{float:.0}").parse::<i64>().ok().map(Number::from);
    }
    Number::from_f64(float)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_secret_name_holds_is_no_text() {
        let document = Document::read("token: abc\nlist: [{token: {a: 7}}]\nname: x\nt: {token: '${{ secrets.T }}'}\n");
        let json = document.root().unwrap().json(1 << 10, |name| name == "token");
        let expected = r#"{"list":[{"token":{"a":"[redacted secret]"}}],"name":"x","t":{"token":"${{ secrets.T }}"},"token":"[redacted secret]"}"#;
        assert_eq!(json.as_deref(), Some(expected));
    }

    #[test]
    fn only_one_whole_expression_is_an_expression() {
        for (text, expected) in [
            ("${{ secrets.T }}", true),
            (" ${{ a }}\n", true),
            ("${{ a }}b${{ c }}", false),
            ("a ${{ b }}", false),
            ("", false),
        ] {
            assert_eq!(is_expression(text), expected, "{text}");
        }
    }
}

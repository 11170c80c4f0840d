//! Reads events of YAML into a document whose aliases point, so that it is never larger than its text.
//!
//! Never fails on what the text holds: what stands before a break stays. Scalars are kept as text; what they mean is
//! told by `value`.

use std::collections::HashMap;

use domain::source::Warnings;
use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};

use super::value::Value;

/// Files above this are not read; GitHub takes no workflow of half of it.
pub(crate) const MAX_BYTES: usize = 1 << 20;
/// How deep containers may lie in each other, aliases followed.
pub(crate) const MAX_DEPTH: usize = 64;
/// A reason or a name in a warning is cut here, in characters.
const MAX_SHOWN: usize = 120;

/// A place in the list of nodes.
pub(super) type NodeId = usize;

/// What a node is.
#[derive(Debug)]
pub(super) enum Content {
    /// Text; `is_plain`: neither quoted nor a block, so that it may mean a number, a truth or nothing.
    Scalar { text: String, is_plain: bool },
    /// Elements.
    Sequence(Vec<NodeId>),
    /// Members in their order, and where each is by name.
    Mapping {
        members: Vec<(String, NodeId)>,
        places: HashMap<String, usize>,
    },
}

/// A scalar or a container.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) content: Content,
    /// The line where it begins, from 1.
    pub(super) line: i64,
    /// The text breaks off inside of it.
    pub(super) is_cut: bool,
    /// Containers below the deepest path through it, itself included.
    height: usize,
}

/// A document, as far as it could be read.
#[derive(Debug, Default)]
pub(crate) struct Document {
    pub(super) nodes: Vec<Node>,
    root: Option<NodeId>,
    /// Why it was not read to its end: a stable slug, a colon, prose.
    pub(crate) broken: Option<String>,
    /// What is not as it should be.
    pub(crate) warnings: Warnings,
}

/// A container that is being read.
struct Frame {
    content: Content,
    line: i64,
    anchor: usize,
    height: usize,
    /// Of a mapping: the name whose value comes next.
    name: Option<Name>,
}

/// A key.
enum Name {
    Text(String),
    /// A container: its value has no name and is passed over.
    None,
}

impl Document {
    /// Reads the first document of a text.
    pub(crate) fn read(text: &str) -> Self {
        let mut document = Self::default();
        let mut parser = Parser::new_from_str(text);
        let mut reading = Reading {
            document: &mut document,
            frames: Vec::new(),
            anchors: HashMap::new(),
        };
        let broken = reading.all(&mut parser);
        reading.close_cut();
        document.broken = broken;
        document
    }

    /// What the document is; none where there is nothing.
    pub(crate) fn root(&self) -> Option<Value<'_>> {
        self.root.map(|node| Value::new(self, node))
    }
}

struct Reading<'d> {
    document: &'d mut Document,
    frames: Vec<Frame>,
    anchors: HashMap<usize, NodeId>,
}

impl Reading<'_> {
    /// Takes events until the document ends; why it breaks off, where it does.
    fn all(&mut self, parser: &mut Parser<'_, StrInput<'_>>) -> Option<String> {
        loop {
            let (event, span) = match parser.next_event()? {
                Ok(event) => event,
                Err(error) => {
                    let (line, column) = (error.marker().line(), error.marker().col() + 1);
                    return Some(format!("syntax: {}, line {line}, column {column}", shown(error.info())));
                }
            };
            let line = i64::try_from(span.start.line()).unwrap_or(i64::MAX);
            let broken = match event {
                Event::Nothing | Event::StreamStart | Event::DocumentEnd => None,
                Event::StreamEnd => return None,
                Event::DocumentStart(_) if self.document.root.is_some() => {
                    self.warn("further_document", line);
                    return None;
                }
                Event::DocumentStart(_) => None,
                Event::Alias(anchor) => self.alias(anchor, line),
                Event::Scalar(text, style, anchor, tag) => {
                    let is_plain = style == ScalarStyle::Plain && !is_text(tag.as_deref());
                    let content = Content::Scalar {
                        text: text.into_owned(),
                        is_plain,
                    };
                    self.finished(content, line, anchor, 0, false)
                }
                Event::SequenceStart(anchor, _) => self.begin(Content::Sequence(Vec::new()), anchor, line),
                Event::MappingStart(anchor, _) => {
                    let content = Content::Mapping {
                        members: Vec::new(),
                        places: HashMap::new(),
                    };
                    self.begin(content, anchor, line)
                }
                Event::SequenceEnd | Event::MappingEnd => self.end(false),
            };
            if broken.is_some() {
                return broken;
            }
        }
    }

    fn begin(&mut self, content: Content, anchor: usize, line: i64) -> Option<String> {
        if self.frames.len() >= MAX_DEPTH {
            return Some(too_deep(line));
        }
        self.frames.push(Frame {
            content,
            line,
            anchor,
            height: 0,
            name: None,
        });
        None
    }

    fn end(&mut self, is_cut: bool) -> Option<String> {
        let frame = self.frames.pop()?;
        self.finished(frame.content, frame.line, frame.anchor, frame.height + 1, is_cut)
    }

    /// Closes what the break left open, innermost first.
    fn close_cut(&mut self) {
        while !self.frames.is_empty() {
            // What would be too deep by an alias was left out when it came.
            let _ = self.end(true);
        }
    }

    fn finished(&mut self, content: Content, line: i64, anchor: usize, height: usize, is_cut: bool) -> Option<String> {
        let node = self.document.nodes.len();
        self.document.nodes.push(Node {
            content,
            line,
            is_cut,
            height,
        });
        if anchor > 0 {
            self.anchors.insert(anchor, node);
        }
        self.place(node, height, line)
    }

    fn alias(&mut self, anchor: usize, line: i64) -> Option<String> {
        let Some(&node) = self.anchors.get(&anchor) else {
            // Its own container is not at its end yet: followed, it would never end.
            self.warn("alias_of_itself", line);
            let content = Content::Scalar {
                text: String::new(),
                is_plain: true,
            };
            return self.finished(content, line, 0, 0, false);
        };
        let height = self.document.nodes.get(node).map_or(0, |node| node.height);
        if self.frames.len() + height > MAX_DEPTH {
            return Some(too_deep(line));
        }
        self.place(node, height, line)
    }

    /// Puts a node into what it stands in.
    fn place(&mut self, node: NodeId, height: usize, line: i64) -> Option<String> {
        let Some(frame) = self.frames.last_mut() else {
            self.document.root.get_or_insert(node);
            return None;
        };
        frame.height = frame.height.max(height);
        match &mut frame.content {
            Content::Sequence(elements) => elements.push(node),
            Content::Mapping { members, places } => match frame.name.take() {
                None => {
                    let key = self.document.nodes.get(node).map(|node| &node.content);
                    if let Some(Content::Scalar { text, is_plain }) = key {
                        let is_merge = *is_plain && text == "<<";
                        frame.name = Some(Name::Text(text.clone()));
                        if is_merge {
                            self.warn("merge_key", line);
                        }
                    } else {
                        frame.name = Some(Name::None);
                        self.warn("key_no_text", line);
                    }
                }
                Some(Name::None) => {}
                Some(Name::Text(name)) => {
                    let held = places.get(&name).copied().and_then(|place| members.get_mut(place));
                    if let Some(member) = held {
                        member.1 = node;
                        let first = format!("`{}`, line {line}", shown(&name));
                        self.document.warnings.add("duplicate_key", || first);
                    } else {
                        places.insert(name.clone(), members.len());
                        members.push((name, node));
                    }
                }
            },
            Content::Scalar { .. } => {}
        }
        None
    }

    fn warn(&mut self, code: &'static str, line: i64) {
        self.document.warnings.add(code, || format!("line {line}"));
    }
}

fn too_deep(line: i64) -> String {
    format!("depth: more than {MAX_DEPTH} containers lie in each other, line {line}")
}

/// Whether a tag says that a plain scalar is text.
fn is_text(tag: Option<&Tag>) -> bool {
    tag.is_some_and(|tag| {
        (tag.is_yaml_core_schema() && tag.suffix == "str")
            || (tag.handle == "!" && tag.suffix.is_empty())
            || (tag.handle.is_empty() && tag.suffix == "!")
    })
}

/// Text for a reason or a warning: bounded, on one line.
pub(crate) fn shown(text: &str) -> String {
    let shown = text.chars().take(MAX_SHOWN);
    shown.map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn json(text: &str) -> (Option<String>, Option<String>) {
        let document = Document::read(text);
        (
            document.root().and_then(|root| root.json(1 << 16, |_| false)),
            document.broken,
        )
    }

    fn codes(text: &str) -> Vec<(&'static str, i64)> {
        let document = Document::read(text);
        let warnings = document.warnings.iter();
        warnings.map(|(code, warning)| (code, warning.n)).collect()
    }

    #[test]
    fn a_document_reads_as_its_canonical_json() {
        for (text, expected) in [
            ("", None),
            ("# nothing\n", None),
            ("---\n", Some("null")),
            ("on: push\n", Some(r#"{"on":"push"}"#)),
            (
                "{\"on\": [push, 'pull_request']}",
                Some(r#"{"on":["push","pull_request"]}"#),
            ),
            ("b: 1\na: {d: ~, c: yes}", Some(r#"{"a":{"c":"yes","d":null},"b":1}"#)),
            (
                "v: [3.9, 3.10, '3.10', 3.0, 1e3, 0x10, 0o17, -7, +7, .5, .inf, 1_000]",
                Some(r#"{"v":[3.9,3.1,"3.10",3,1000,16,15,-7,7,0.5,".inf","1_000"]}"#),
            ),
            (
                "v: [true, True, FALSE, on, off, null, '', ! 7, !!str 7]",
                Some(r#"{"v":[true,true,false,"on","off",null,"","7","7"]}"#),
            ),
            ("a: |\n  x\n  y\nb: >-\n  x\n  y\n", Some(r#"{"a":"x\ny\n","b":"x y"}"#)),
            (
                "a: &x [1]\nb: *x\nc: &x [2]\nd: *x",
                Some(r#"{"a":[1],"b":[1],"c":[2],"d":[2]}"#),
            ),
            ("? [a]\n: 1\nb: 2", Some(r#"{"b":2}"#)),
            ("a: 1\na: 2", Some(r#"{"a":2}"#)),
            ("a: &x\n  b: *x", Some(r#"{"a":{"b":null}}"#)),
            ("a: 1\n---\nb: 2", Some(r#"{"a":1}"#)),
        ] {
            assert_eq!(json(text), (expected.map(str::to_owned), None), "{text}");
        }
    }

    #[test]
    fn what_is_not_as_it_should_be_is_counted() {
        for (text, expected) in [
            ("a: 1\na: 2\na: 3", vec![("duplicate_key", 2)]),
            ("a: &x\n  b: *x", vec![("alias_of_itself", 1)]),
            ("a: &x {c: 1}\nb:\n  <<: *x", vec![("merge_key", 1)]),
            ("? [a]\n: 1", vec![("key_no_text", 1)]),
            ("a: 1\n---\nb: 2", vec![("further_document", 1)]),
            ("a: 1\nb: *x\n", vec![]),
        ] {
            assert_eq!(codes(text), expected, "{text}");
        }
    }

    #[test]
    fn what_stands_before_a_break_stays() {
        for (text, expected, reason) in [
            ("a: 1\nb: [1, 2\nc: 3", r#"{"a":1,"b":[1"#, "syntax: "),
            ("a: 1\nb:\n  c: *nobody", r#"{"a":1,"b":{}}"#, "syntax: "),
            ("a: 1\nb: - 2", r#"{"a":1"#, "syntax: "),
        ] {
            let (found, broken) = json(text);
            assert!(
                found.as_ref().is_some_and(|found| found.starts_with(expected)),
                "{text}: {found:?}"
            );
            assert!(
                broken.as_ref().is_some_and(|broken| broken.starts_with(reason)),
                "{text}: {broken:?}"
            );
        }
    }

    #[test]
    fn depth_is_bounded_whether_written_or_by_alias() {
        let written = format!("a: {}{}", "[".repeat(100), "]".repeat(100));
        let mut aliased = "a0: &a0 [1]\n".to_owned();
        for n in 1..100 {
            let _ = writeln!(aliased, "a{n}: &a{n} [*a{}]", n - 1);
        }
        let block = "- ".repeat(100_000);
        for text in [written, aliased, block] {
            let broken = Document::read(&text).broken;
            assert!(
                broken.as_ref().is_some_and(|broken| broken.starts_with("depth: ")),
                "{broken:?}"
            );
        }
    }

    #[test]
    fn a_billion_laughs_stay_as_large_as_their_text() {
        let mut text = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n".to_owned();
        for n in 1..40 {
            let alias = format!("*a{}", n - 1);
            let _ = writeln!(text, "a{n}: &a{n} [{}]", [alias.as_str(); 10].join(", "));
        }
        let document = Document::read(&text);
        assert_eq!(document.broken, None);
        assert!(document.nodes.len() < 200);
        let root = document.root().unwrap();
        assert_eq!(root.json(1 << 16, |_| false), None);
    }

    #[test]
    fn lines_are_kept() {
        let document = Document::read("# comment\na:\n  - 1\n\n  - b: &x\n      2\n  - *x\n");
        let root = document.root().unwrap();
        let lines: Vec<_> = root.get("a").unwrap().elements().map(Value::line).collect();
        // An anchor is where its value begins.
        assert_eq!(lines, [3, 5, 5]);
    }
}

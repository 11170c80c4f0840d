//! Follows the elements of a report: which suite and which case a tag belongs to, and what it says of it.

use std::io;

use domain::test_result::Outcome;

use super::case::{self, Case, Child, Verdict};
use super::dialect::{self, Dialect};
use super::duration::Separators;
use super::sniff;
use super::suites::{Suite, Suites};
use super::window::{Emit, Repeats, Span, Window};
use crate::xml::document::Break;
use crate::xml::remarks::Remarks;
use crate::xml::text::{self, FirstLine};
use crate::xml::{attributes, timestamp};

/// Failures, skips and reruns kept of one case; a retry limit has two digits.
const MAX_VERDICTS: usize = 1_000;

/// Cases whose attributes are looked at for the dialect.
const N_DIALECT_CASES: i64 = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    /// `testsuites` or `testsuite`.
    Suite,
    Case,
    Verdict,
    /// `stackTrace`, where Surefire moves the text of a rerun.
    Trace,
    Properties,
    Property,
    Ignored,
}

/// A report while it is being read.
#[derive(Debug, Default)]
pub(super) struct Elements {
    pub(super) remarks: Remarks,
    stack: Vec<Element>,
    n_roots: u32,
    suites: Suites,
    window: Window,
    case: Case,
    is_in_case: bool,
    n_cases: i64,
    separators: Separators,
    dialect: Dialect,
    line: FirstLine,
    property_name: String,
    property_value: String,
    is_value_in_text: bool,
    signature: String,
    flaw: Option<Break>,
}

impl Elements {
    pub(super) fn has_root(&self) -> bool {
        self.n_roots > 0
    }

    pub(super) fn n_cases(&self) -> i64 {
        self.n_cases
    }

    pub(super) fn n_rows(&self) -> i64 {
        self.window.n_rows()
    }

    pub(super) fn dialect(&self) -> Option<&'static str> {
        self.dialect.name()
    }

    /// What breaks the format without ending the reading.
    pub(super) fn take_flaw(&mut self) -> Option<Break> {
        self.flaw.take()
    }

    /// Says inside what the reading stands, for a reason.
    pub(super) fn inside(&self) -> String {
        if !self.is_in_case {
            return String::new();
        }
        let name = self.case.identity.name.get(&self.window.text).unwrap_or_default();
        format!(", inside the case `{}`", name.chars().take(80).collect::<String>())
    }

    /// Elements that are open.
    pub(super) fn depth(&self) -> usize {
        self.stack.len()
    }

    /// Takes the beginning of an element, and its end where it `is_empty`.
    pub(super) fn start(
        &mut self,
        name: &str,
        raw: &str,
        is_empty: bool,
        emit: &mut Emit<'_>,
    ) -> io::Result<Option<Break>> {
        let local = name.rfind(':').map_or(name, |colon| &name[colon + 1..]);
        let element = match (local, self.stack.last()) {
            (_, None) => match self.start_root(name, local, raw) {
                Ok(element) => element,
                Err(found) => return Ok(Some(found)),
            },
            ("testcase", Some(_)) if !self.is_in_case => self.start_case(raw),
            ("testsuite" | "testsuites", Some(_)) if !self.is_in_case => self.start_suite(local, raw),
            ("properties", Some(Element::Suite | Element::Case)) => Element::Properties,
            ("property", Some(Element::Properties | Element::Case)) => self.start_property(raw),
            (_, Some(Element::Case)) => self.start_in_case(local, raw),
            ("stackTrace", Some(Element::Verdict)) => Element::Trace,
            ("error" | "failure", Some(Element::Suite)) => {
                self.remarks.add("suite_failure_without_case", || {
                    format!("`<{local}>` outside of any case")
                });
                Element::Ignored
            }
            ("testcase" | "testsuite", Some(_)) => {
                self.remarks
                    .add("misplaced_element", || format!("`<{local}>` inside a case"));
                Element::Ignored
            }
            _ => Element::Ignored,
        };
        self.stack.push(element);
        if is_empty { self.end(emit) } else { Ok(None) }
    }

    /// Takes the end of the innermost element.
    pub(super) fn end(&mut self, emit: &mut Emit<'_>) -> io::Result<Option<Break>> {
        match self.stack.pop() {
            Some(Element::Case) => {
                self.end_case();
                self.window.flush_if_full(emit, &mut self.remarks)?;
            }
            Some(Element::Suite) => {
                self.suites.close(&mut self.window, true, &mut self.remarks);
                self.window.flush(emit, &mut self.remarks)?;
            }
            Some(Element::Verdict) => self.end_verdict(),
            Some(Element::Property) => self.end_property(),
            Some(Element::Trace | Element::Properties | Element::Ignored) | None => {}
        }
        Ok(None)
    }

    /// Takes a piece of text without references.
    pub(super) fn text(&mut self, piece: &str) -> Option<Break> {
        match self.stack.last() {
            Some(Element::Verdict | Element::Trace) => self.line.push(piece),
            Some(Element::Property) if self.is_value_in_text => {
                let room = text::MAX_NAME_BYTES.saturating_sub(self.property_value.len());
                self.property_value.push_str(&piece[..piece.floor_char_boundary(room)]);
            }
            None if !piece
                .trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}')
                .is_empty() =>
            {
                let at = self.remarks.at;
                return Some(if self.has_root() {
                    Break::Partial(format!("junk after the root element: text at byte {at}"))
                } else {
                    Break::Refused(format!("not XML: text before the root element, at byte {at}"))
                });
            }
            _ => {}
        }
        None
    }

    /// Takes a reference in a text.
    pub(super) fn reference(&mut self, name: &str) -> Option<Break> {
        match self.stack.last() {
            Some(Element::Verdict | Element::Trace) => self.line.push_reference(name, &mut self.remarks),
            Some(Element::Property) if self.is_value_in_text => {
                text::push_reference(name, &mut self.property_value, &mut self.remarks);
            }
            None => return self.text("&"),
            _ => {}
        }
        None
    }

    /// Gives out what is still held; after a break the open suites end where it is.
    pub(super) fn finish(&mut self, found: Option<&Break>, emit: &mut Emit<'_>) -> io::Result<()> {
        if self.is_in_case {
            // How it ended is not known: its failure may stand behind the break.
            let inside = self.inside();
            self.remarks
                .add("case_cut_off", || format!("the reading ended{inside}"));
        }
        while self.suites.close(&mut self.window, found.is_none(), &mut self.remarks) {}
        self.window.flush(emit, &mut self.remarks)
    }

    fn start_root(&mut self, name: &str, local: &str, raw: &str) -> Result<Element, Break> {
        let at = self.remarks.at;
        if let Some(reason) = sniff::refusal(name, raw) {
            return Err(if self.has_root() {
                Break::Partial(format!("junk after the root element: `<{name}>` at byte {at}"))
            } else {
                Break::Refused(reason)
            });
        }
        if self.n_roots == 1 {
            self.flaw = Some(Break::Partial(format!(
                "several root elements: a second `{local}` at byte {at}, its cases were read too"
            )));
        }
        self.n_roots += 1;
        Ok(self.start_suite(local, raw))
    }

    fn start_suite(&mut self, local: &str, raw: &str) -> Element {
        let is_root = self.stack.is_empty();
        let [mut name, mut time, mut timestamp, mut file, mut schema] = [""; 5];
        let mut suite = Suite::default();
        self.signature.clear();
        let (signature, number) = (&mut self.signature, |value: &str| value.trim().parse().ok());
        attributes::for_each(raw, &mut self.remarks, |attribute, value| {
            match attribute {
                "name" => name = value,
                "time" => time = value,
                "timestamp" => timestamp = value,
                "file" => file = value,
                "noNamespaceSchemaLocation" => schema = value,
                "tests" => suite.tests = number(value),
                "failures" => suite.failures = number(value),
                "errors" => suite.errors = number(value),
                _ => {}
            }
            if !signature.is_empty() {
                signature.push(' ');
            }
            signature.push_str(attribute);
        });
        // Only what it tells about the separators counts: a suite's time is no case's.
        self.separators.read(time, &mut Remarks::default());
        suite.timestamp = timestamp::read(timestamp, &mut self.remarks).or(self.suites.timestamp());
        let mut repeats = Repeats::InOrder;
        let mut decoded = String::new();
        text::push_attribute(name, &mut decoded, &mut self.remarks);
        if is_root {
            self.dialect.see_root(&decoded, &self.signature);
        }
        if local == "testsuite" {
            self.dialect.see_suite(&decoded, file, schema, &self.signature);
            if dialect::is_pytest(&decoded, &self.signature) {
                repeats = Repeats::Pytest;
            }
            suite.is_gotestsum = dialect::is_gotestsum(&self.signature, time);
        } else {
            decoded.clear();
        }
        self.suites.open(suite, &decoded, repeats, &mut self.window);
        Element::Suite
    }

    fn start_case(&mut self, raw: &str) -> Element {
        let [mut class_name, mut class, mut name, mut file] = [None; 4];
        let [mut time, mut timestamp, mut status, mut result] = [""; 4];
        attributes::for_each(raw, &mut self.remarks, |attribute, value| match attribute {
            "classname" => class_name = Some(value),
            "name" => name = Some(value),
            "time" => time = value,
            "file" => file = Some(value),
            "class" => class = Some(value),
            "timestamp" => timestamp = value,
            "status" => status = value,
            "result" => result = value,
            _ => {}
        });
        if self.n_cases < N_DIALECT_CASES {
            self.signature.clear();
            let signature = &mut self.signature;
            attributes::for_each(raw, &mut Remarks::default(), |attribute, _| {
                signature.push_str(attribute);
                signature.push(' ');
            });
            self.dialect.see_case(&self.signature);
        }
        if raw.as_bytes().contains(&b'<') {
            self.remarks
                .add("unescaped_markup", || "a bare `<` in an attribute of a case".to_owned());
        }
        if name.is_none_or(str::is_empty) {
            self.remarks.add("name_missing", || "a case without a name".to_owned());
        }
        // The name first: the window cuts its text where the name of its first case begins.
        let name = self.keep(Some(name.unwrap_or_default()));
        let class_name = self.keep(class_name.or(class));
        let file = self.keep(file.filter(|file| !file.is_empty()));
        let text = &self.window.text;
        let is_tagged = |span: Span| span.get(text).is_some_and(case::has_flaky_tag);
        let case = &mut self.case;
        case.children.clear();
        case.identity.is_quarantined = is_tagged(name) || is_tagged(class_name);
        case.identity.is_bare = true;
        case.identity.name = name;
        case.identity.class_name = class_name;
        case.identity.file = file;
        case.identity.ticket = Span::ABSENT;
        case.status = None;
        for status in [status, result] {
            if !status.is_empty() && case.status.is_none() {
                case.status = case::outcome_of_status(status);
            }
        }
        case.duration_ms = if time.is_empty() {
            None
        } else {
            self.separators.read(time, &mut self.remarks)
        };
        case.reported_at = self.suites.timestamp();
        if !timestamp.is_empty() {
            case.reported_at = timestamp::read(timestamp, &mut self.remarks).or(case.reported_at);
        }
        self.is_in_case = true;
        Element::Case
    }

    fn start_in_case(&mut self, local: &str, raw: &str) -> Element {
        let Some(verdict) = Verdict::of(local) else {
            if !matches!(local, "system-out" | "system-err") {
                self.case.identity.is_bare = false;
            }
            return Element::Ignored;
        };
        self.case.identity.is_bare = false;
        let [mut kind, mut message, mut time, mut timestamp] = [""; 4];
        attributes::for_each(raw, &mut self.remarks, |attribute, value| match attribute {
            "type" => kind = value,
            "message" => message = value,
            "time" => time = value,
            "timestamp" => timestamp = value,
            _ => {}
        });
        if self.case.children.len() == MAX_VERDICTS {
            self.remarks
                .add("too_many_verdicts", || format!("more than {MAX_VERDICTS} in one case"));
            return Element::Ignored;
        }
        let is_main = matches!(verdict, Verdict::Error | Verdict::Failure);
        let has_type = !kind.is_empty() && verdict != Verdict::Skipped;
        let failure_type = self.keep(has_type.then_some(kind));
        let mut kept = Span::ABSENT;
        if !message.trim().is_empty() {
            let start = self.window.text.len();
            text::push_message(message, &mut self.window.text, &mut self.remarks);
            kept = Span::since(start, &self.window.text);
        }
        self.line.reset(kept == Span::ABSENT);
        self.case.children.push(Child {
            verdict,
            failure_type,
            message: kept,
            duration_ms: self.separators.read(time, &mut self.remarks),
            reported_at: timestamp::read(timestamp, &mut self.remarks),
            is_flaky_marker: is_main && matches!(kind, "flaky failure" | "flaky error"),
        });
        Element::Verdict
    }

    fn end_verdict(&mut self) {
        let line = self.line.get();
        let Some(child) = self.case.children.last_mut() else {
            return;
        };
        if child.message == Span::ABSENT && !line.is_empty() {
            let start = self.window.text.len();
            self.window.text.push_str(line);
            text::cut_message(&mut self.window.text, start);
            child.message = Span::since(start, &self.window.text);
        }
    }

    fn end_case(&mut self) {
        self.is_in_case = false;
        self.n_cases += 1;
        let case = &mut self.case;
        if case.children.is_empty() {
            if let Some(outcome @ (Outcome::Failed | Outcome::Error)) = case.status {
                let found = outcome.as_str();
                self.remarks.add("status_without_element", || {
                    format!("status says {found}, no element does")
                });
            }
            case.identity.is_bare &= case.status.is_none();
        }
        let is_each_failure_one = self.dialect.name() == Some("vitest");
        let (window, suites) = (&mut self.window, &mut self.suites);
        let n_rows = case.executions(is_each_failure_one, |row| {
            suites.count_execution(row.outcome);
            window.push_row(row);
        });
        window.push_case(case.identity, n_rows);
        suites.count_case(case.outcome());
    }

    fn start_property(&mut self, raw: &str) -> Element {
        let [mut name, mut value] = [None; 2];
        attributes::for_each(raw, &mut self.remarks, |attribute, found| match attribute {
            "name" => name = Some(found),
            "value" => value = Some(found),
            _ => {}
        });
        self.property_name.clear();
        self.property_value.clear();
        self.is_value_in_text = value.is_none();
        text::push_attribute(name.unwrap_or_default(), &mut self.property_name, &mut self.remarks);
        text::push_attribute(value.unwrap_or_default(), &mut self.property_value, &mut self.remarks);
        Element::Property
    }

    fn end_property(&mut self) {
        let (name, value) = (self.property_name.as_str(), self.property_value.trim());
        if !self.is_in_case {
            let is_gotestsum = self.suites.is_gotestsum();
            self.dialect.see_property(name, is_gotestsum);
            if name == "go.version" && is_gotestsum {
                self.window.set_repeats(Repeats::Unordered);
            }
            return;
        }
        match name {
            "quarantine" | "quarantined" | "flaky" => self.case.identity.is_quarantined |= case::is_on(value),
            "tag" | "tags" => self.case.identity.is_quarantined |= case::is_quarantine_tag(value),
            "ticket" if !value.is_empty() && self.case.identity.ticket == Span::ABSENT => {
                let start = self.window.text.len();
                self.window.text.push_str(value);
                self.case.identity.ticket = Span::since(start, &self.window.text);
            }
            _ => {}
        }
    }

    /// Decodes a value to the end of the window's text.
    fn keep(&mut self, raw: Option<&str>) -> Span {
        let Some(raw) = raw else { return Span::ABSENT };
        let start = self.window.text.len();
        text::push_attribute(raw, &mut self.window.text, &mut self.remarks);
        Span::since(start, &self.window.text)
    }
}

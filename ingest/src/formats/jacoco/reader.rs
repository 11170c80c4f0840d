//! Reads one report: lines into files, the root's own counters beside them.
//!
//! Never fails on what the bytes hold. A break ends the reading; the files before it stay, and the report is incomplete.

use std::io::{self, BufRead};

use domain::coverage::Counts;

use super::sniff::{is_in_the_root, is_named_in, refusal};
use crate::coverage::files::{Files, Listing};
use crate::coverage::row::{Outline, Row};
use crate::coverage::totals::{self, Stated};
use crate::xml::document::{self, Break, Elements};
use crate::xml::remarks::Remarks;
use crate::xml::{attributes, root, text, timestamp};

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "jacoco/1";

/// Reads one report and gives out its rows.
///
/// Fails only where `input` or `emit` does, and not where `input` cannot unpack its data.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline> {
    let mut report = Report::default();
    let found = document::read(input, &mut report)?;
    // gcovr lists no files, but classes that name theirs.
    let files = if report.files.is_empty() {
        report.classes
    } else {
        report.files
    };
    totals::give(
        Break::status(found),
        files.finish(),
        report.stated,
        report.remarks,
        emit,
    )
}

/// What an open element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Report,
    Group,
    Package,
    Class,
    SourceFile,
    Other,
}

/// A report while it is read.
#[derive(Debug, Default)]
struct Report {
    remarks: Remarks,
    open: Vec<Kind>,
    has_begun: bool,
    /// Whether it is JaCoCo's: a DOCTYPE says so, or the first element in the root.
    is_recognised: bool,
    groups: Vec<String>,
    package: String,
    files: Files,
    /// Files as classes name them.
    classes: Files,
    stated: Stated,
}

impl Report {
    fn begin(&mut self, name: &str) -> Option<Break> {
        if self.has_begun {
            return Some(document::second_root(name, self.remarks.at));
        }
        self.has_begun = document::local(name) == "report";
        (!self.has_begun).then(|| Break::Refused(format!("not JaCoCo: root element `{name}`")))
    }

    /// Looks at an element in the root: the first one tells what the report is.
    fn recognise(&mut self, name: &str) -> Option<Break> {
        self.is_recognised |= is_in_the_root(name);
        (!self.is_recognised).then(|| Break::Refused(refusal("report")))
    }

    fn name(&mut self, raw: &str) -> String {
        let (mut found, mut name) = ("", String::new());
        attributes::for_each(raw, &mut self.remarks, |attribute, value| {
            if attribute == "name" {
                found = value;
            }
        });
        text::push_attribute(found, &mut name, &mut self.remarks);
        name
    }

    fn session(&mut self, raw: &str) {
        let mut dump = "";
        attributes::for_each(raw, &mut self.remarks, |attribute, value| {
            if attribute == "dump" {
                dump = value;
            }
        });
        let dumped_at = timestamp::read(dump, &mut self.remarks);
        self.stated.reported_at = self.stated.reported_at.max(dumped_at);
    }

    fn source_file(&mut self, raw: &str) {
        let name = self.name(raw);
        if name.is_empty() {
            let package = self.package.chars().take(80).collect::<String>();
            self.remarks
                .add("filename_missing", || format!("in the package `{package}`"));
        }
        let path = self.path(&name);
        if !self.files.open(&path, &self.package) {
            self.remarks.add("file_left_out", || "one too many".to_owned());
        }
    }

    fn class(&mut self, raw: &str) {
        // Classes are of use only where no file is listed.
        if !self.files.is_empty() {
            return;
        }
        let (mut found, mut name) = ("", String::new());
        attributes::for_each(raw, &mut self.remarks, |attribute, value| {
            if attribute == "sourcefilename" {
                found = value;
            }
        });
        if !found.is_empty() {
            text::push_attribute(found, &mut name, &mut self.remarks);
            let path = self.path(&name);
            if !self.classes.open(&path, &self.package) {
                self.remarks.add("file_left_out", || "one too many".to_owned());
            }
        }
    }

    /// Groups, package and name: two modules may have a file of the same package and name.
    fn path(&self, name: &str) -> String {
        let name = name.replace('\\', "/");
        // A name is none of a path but where a tool gives the whole path instead.
        if name.contains('/') {
            return name;
        }
        let mut path = String::new();
        let folders = self.groups.iter().chain([&self.package]);
        for folder in folders.filter(|folder| !folder.is_empty()) {
            path.push_str(folder);
            path.push('/');
        }
        path + &name
    }

    fn line(&mut self, raw: &str) {
        let (mut number, mut counts) = (None, [None, Some(0), Some(0), Some(0)]);
        attributes::for_each(raw, &mut self.remarks, |attribute, value| match attribute {
            "nr" => number = count(value),
            "ci" => counts[0] = count(value),
            "mi" => counts[1] = count(value),
            "cb" => counts[2] = count(value),
            "mb" => counts[3] = count(value),
            _ => {}
        });
        let (
            Some(number),
            [
                Some(covered),
                Some(missed),
                Some(branches_covered),
                Some(branches_missed),
            ],
        ) = (number, counts)
        else {
            self.remarks.add("line_unreadable", || {
                format!("`{}`", raw.trim().chars().take(80).collect::<String>())
            });
            return;
        };
        let branches_valid = branches_covered.saturating_add(branches_missed);
        if covered == 0 && missed == 0 && branches_valid == 0 {
            // JaCoCo's own counters leave a line without instructions out, too.
            return;
        }
        let listing = Listing {
            number,
            branches_valid,
            branches_covered,
            is_covered: covered > 0,
            is_of_method: false,
        };
        if !self.files.add(listing) {
            self.remarks
                .add("line_left_out", || "outside of any file, or one too many".to_owned());
        }
    }

    fn counter(&mut self, parent: Kind, raw: &str) {
        let (mut kind, mut missed, mut covered) = ("", None, None);
        attributes::for_each(raw, &mut self.remarks, |attribute, value| match attribute {
            "type" => kind = value,
            "missed" => missed = count(value),
            "covered" => covered = count(value),
            _ => {}
        });
        // JaCoCo leaves out counters of nothing, but computes the complexity of each method from its branches.
        self.stated.has_measured_branches |= matches!(kind, "BRANCH" | "COMPLEXITY");
        if !matches!(kind, "LINE" | "BRANCH") {
            return;
        }
        let (Some(missed), Some(covered)) = (missed, covered) else {
            self.remarks.add("counter_unreadable", || {
                format!("`{}`", raw.trim().chars().take(80).collect::<String>())
            });
            return;
        };
        let (covered, valid) = (i64::from(covered), i64::from(covered) + i64::from(missed));
        let counts = if kind == "LINE" {
            Counts {
                lines_valid: valid,
                lines_covered: covered,
                ..Counts::default()
            }
        } else {
            Counts {
                branches_valid: valid,
                branches_covered: covered,
                ..Counts::default()
            }
        };
        match (parent, kind) {
            (Kind::Report, "LINE") => self.stated.lines = Some((covered, valid)),
            (Kind::Report, _) => self.stated.branches = Some((covered, valid)),
            (Kind::SourceFile, _) => self.files.state(counts),
            (Kind::Class, _) => self.classes.state(counts),
            _ => {}
        }
    }

    fn close(&mut self, kind: Kind) -> Option<Break> {
        match kind {
            Kind::Report if !self.is_recognised => return Some(Break::Refused(refusal("report"))),
            Kind::Group => drop(self.groups.pop()),
            Kind::Package => self.package.clear(),
            Kind::Class => self.classes.close(),
            Kind::SourceFile => self.files.close(),
            Kind::Report | Kind::Other => {}
        }
        None
    }
}

fn count(value: &str) -> Option<u32> {
    value.trim().parse().ok()
}

impl Elements for Report {
    fn remarks(&mut self) -> &mut Remarks {
        &mut self.remarks
    }

    fn has_root(&self) -> bool {
        self.has_begun && self.is_recognised
    }

    fn depth(&self) -> usize {
        self.open.len()
    }

    fn start(&mut self, name: &str, attributes: &str, is_empty: bool) -> io::Result<Option<Break>> {
        let local = document::local(name);
        let parent = self.open.last().copied();
        let found = match parent {
            None => self.begin(name),
            Some(Kind::Report) => self.recognise(local),
            Some(_) => None,
        };
        if found.is_some() {
            return Ok(found);
        }
        let kind = match (parent, local) {
            (None, _) => Kind::Report,
            (Some(Kind::Report | Kind::Group), "group") => {
                let name = self.name(attributes);
                self.groups.push(name);
                Kind::Group
            }
            (Some(Kind::Report | Kind::Group), "package") => {
                self.package = self.name(attributes);
                Kind::Package
            }
            (Some(Kind::Package), "class") => {
                self.class(attributes);
                Kind::Class
            }
            (Some(Kind::Report | Kind::Group | Kind::Package), "sourcefile") => {
                self.source_file(attributes);
                Kind::SourceFile
            }
            _ => Kind::Other,
        };
        match (parent, local) {
            (Some(Kind::Report), "sessioninfo") => self.session(attributes),
            // gcovr lists lines in classes, too, but not whether they are covered.
            (Some(parent), "line") if parent != Kind::Other => self.line(attributes),
            (Some(parent), "counter") => self.counter(parent, attributes),
            _ => {}
        }
        if is_empty {
            return Ok(self.close(kind));
        }
        self.open.push(kind);
        Ok(None)
    }

    fn end(&mut self) -> io::Result<Option<Break>> {
        Ok(self.open.pop().and_then(|kind| self.close(kind)))
    }

    fn doctype(&mut self, declaration: &str) -> Option<Break> {
        self.is_recognised |= is_named_in(declaration);
        (!root::is_harmless(declaration)).then(|| Break::Refused(root::declared("DOCTYPE")))
    }
}

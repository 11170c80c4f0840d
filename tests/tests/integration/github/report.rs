//! Test reports, read for nothing but what became of each test; by a few rules of each producer, and not by `ingest`.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use zip::ZipArchive;

/// Class and name.
pub(super) type Test = (String, String);

/// What became of a test.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Outcomes {
    /// Executions that passed.
    pub(super) passed: i64,
    /// Executions that failed.
    pub(super) failed: i64,
    /// Reports that skip it.
    pub(super) skipped: i64,
}

impl Outcomes {
    /// Adds another report's.
    pub(super) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// One `testcase`.
#[derive(Debug, Default)]
struct Case {
    test: Test,
    has_failed: bool,
    is_skipped: bool,
    /// Failed executions inside the case, beside its own.
    n_others: i64,
}

/// The tests of an artifact; null where a report is not whole, or there is none.
pub(super) fn tests(bytes: Vec<u8>) -> Option<BTreeMap<Test, Outcomes>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("artifacts are zips");
    let mut found: BTreeMap<Test, Outcomes> = BTreeMap::new();
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).expect("a member");
        let mut text = String::new();
        member.read_to_string(&mut text).expect("text");
        if member.name().is_ok_and(|name| name == "coverage.xml") {
            continue;
        }
        let (is_pytest, cases) = cases(&text)?;
        for (position, case) in cases.iter().enumerate() {
            // A rerun of pytest is a bare case of the same name before the last one, with no word of its failure.
            let is_rerun = is_pytest && cases[position + 1..].iter().any(|later| later.test == case.test);
            let is_failure = case.has_failed || is_rerun;
            let outcomes = Outcomes {
                passed: i64::from(!is_failure && !case.is_skipped),
                failed: i64::from(is_failure) + case.n_others,
                skipped: i64::from(case.is_skipped && !is_rerun),
            };
            found.entry(case.test.clone()).or_default().add(outcomes);
        }
    }
    (!found.is_empty()).then_some(found)
}

/// The cases of a file, and whether pytest wrote it; null where the file breaks off.
fn cases(text: &str) -> Option<(bool, Vec<Case>)> {
    let mut reader = Reader::from_str(text);
    let mut cases: Vec<Case> = Vec::new();
    let (mut depth, mut n_elements, mut is_pytest) = (0_u32, 0_u32, false);
    loop {
        let event = reader.read_event().ok()?;
        let is_open = matches!(event, Event::Start(_));
        match event {
            Event::Start(element) | Event::Empty(element) => {
                depth += u32::from(is_open);
                n_elements += 1;
                match element.name().as_ref() {
                    "testsuites" => is_pytest = attribute(&element, "name") == "pytest tests",
                    "testcase" => cases.push(Case {
                        test: (attribute(&element, "classname"), attribute(&element, "name")),
                        ..Case::default()
                    }),
                    "failure" | "error" => cases.last_mut()?.has_failed = true,
                    "skipped" => cases.last_mut()?.is_skipped = true,
                    "flakyFailure" | "flakyError" | "rerunFailure" | "rerunError" => {
                        cases.last_mut()?.n_others += 1;
                    }
                    _ => {}
                }
            }
            Event::End(_) => depth -= 1,
            Event::Eof => return (depth == 0 && n_elements > 0).then_some((is_pytest, cases)),
            _ => {}
        }
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> String {
    let found = element.try_get_attribute(name).expect("attributes");
    let value = found.map(|attribute| {
        attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .expect("text")
            .into_owned()
    });
    value.unwrap_or_default()
}

#[test]
fn each_producers_reruns_are_counted_as_it_writes_them() {
    let failed = |text: &str| -> Vec<(i64, bool, bool)> {
        let (_, cases) = cases(text).expect("a whole file");
        cases
            .iter()
            .map(|case| (case.n_others, case.has_failed, case.is_skipped))
            .collect()
    };
    let surefire = "<testsuite><testcase name='a'><flakyFailure/></testcase><testcase name='b'><failure/><rerunFailure/></testcase></testsuite>";
    assert_eq!(failed(surefire), [(1, false, false), (1, true, false)]);
    assert_eq!(
        failed("<testsuites><testcase><skipped/></testcase></testsuites>"),
        [(0, false, true)]
    );
    for broken in ["", "<testsuite><testcase n", "<testsuite><testcase name='a'/>"] {
        assert!(cases(broken).is_none(), "{broken}");
    }
}

//! Tells from its first bytes what an XML-looking file is, so that every other format is refused by its name.

use crate::xml::root::{self, Root};

/// What a file is, as far as its first bytes tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sniff {
    /// A JUnit report.
    JUnit,
    /// XML that is not read, and why: a stable slug, a colon, prose.
    Refused(String),
    /// Something else than XML.
    NotXml,
}

/// Recognises JUnit by its root element. No producer declares a DOCTYPE, so that one with it is refused.
pub fn sniff(head: &[u8]) -> Sniff {
    let text = root::decode(head);
    match root::root(&text, head.len()) {
        Root::NotXml => Sniff::NotXml,
        Root::Refused(reason) => Sniff::Refused(reason),
        Root::Element { doctype: Some(_), .. } => Sniff::Refused(root::declared("DOCTYPE")),
        Root::Element { name, tag, .. } => match refusal(name, tag) {
            Some(reason) => Sniff::Refused(reason),
            None => Sniff::JUnit,
        },
    }
}

/// Why a document is refused for its root element; none for the two roots of JUnit.
///
/// `tag` is the rest of the tag, for the two formats that share a name.
pub(super) fn refusal(name: &str, tag: &str) -> Option<String> {
    let local = name.rsplit(':').next().unwrap_or(name);
    let format = match local {
        "testsuites" | "testsuite" => return None,
        "testcase" => "a case outside of any suite",
        "robot" => "Robot Framework",
        "test-run" => "NUnit 3",
        "test-results" => "NUnit 2",
        "TestRun" if tag.contains("microsoft.com") || tag.contains("TeamTest") => "Visual Studio TRX",
        "TestRun" => "CppUnit",
        "assemblies" | "assembly" => "xUnit.net",
        "TestLog" | "TestResult" | "BoostTest" => "Boost.Test",
        "CUNIT_TEST_RUN_REPORT" | "CUNIT_TEST_LIST_REPORT" | "CUNIT_RUN_RESULTS" => "CUnit",
        "Site" => "CTest's own XML",
        "Catch" | "Catch2TestRun" => "Catch2's own XML",
        "doctest" => "doctest's own XML",
        "failsafe-summary" => "Maven Failsafe summary",
        "testng-results" => "TestNG",
        "testExecutions" => "SonarQube generic test data",
        "test-suite" => "Allure 1",
        "coverage" => "Cobertura or Clover coverage",
        "checkstyle" => "Checkstyle",
        "pmd" | "pmd-cpd" => "PMD",
        "BugCollection" => "SpotBugs",
        "bom" => "CycloneDX in XML",
        "RDF" if tag.contains("spdx.org/rdf/terms") => "SPDX in RDF",
        "plist" => "property list",
        "html" => "a web page",
        "Error" => "an error of an object store",
        _ => "",
    };
    let shown: String = name.chars().take(64).collect();
    Some(if format.is_empty() {
        format!("not JUnit: root element `{shown}`")
    } else {
        format!("not JUnit: root element `{shown}` ({format})")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_known_by_its_root_element() {
        for (head, expected) in [
            ("<testsuites/>", "JUnit"),
            (
                "\u{FEFF} <?xml version='1.0'?>\n<!-- > <robot> -->\n<?xsl x?><testsuite name='a'>",
                "JUnit",
            ),
            ("<a:testsuite xmlns:a='x'>", "JUnit"),
            ("", "empty: no bytes"),
            (" \n", "empty: only white space"),
            ("hello", "NotXml"),
            ("note <testsuite/>", "NotXml"),
            ("PK\u{3}\u{4}", "NotXml"),
            (
                "<robot generator='x'>",
                "not JUnit: root element `robot` (Robot Framework)",
            ),
            (
                "<bom xmlns='http://cyclonedx.org/schema/bom/1.6'>",
                "not JUnit: root element `bom` (CycloneDX in XML)",
            ),
            (
                "<rdf:RDF xmlns:spdx='http://spdx.org/rdf/terms#'>",
                "not JUnit: root element `rdf:RDF` (SPDX in RDF)",
            ),
            ("<rdf:RDF>", "not JUnit: root element `rdf:RDF`"),
            ("<testsuitesloose>", "not JUnit: root element `testsuitesloose`"),
            (
                "<testcase/>",
                "not JUnit: root element `testcase` (a case outside of any suite)",
            ),
            (
                "<TestRun xmlns='http://microsoft.com/x'>",
                "not JUnit: root element `TestRun` (Visual Studio TRX)",
            ),
            ("<TestRun>", "not JUnit: root element `TestRun` (CppUnit)"),
            (
                "<ns2:test-suite>",
                "not JUnit: root element `ns2:test-suite` (Allure 1)",
            ),
            ("<", "not well-formed: no root element behind the first `<`"),
            ("< testsuite>", "not well-formed: no root element behind the first `<`"),
            (
                "<!-- never closed",
                "not well-formed: no root element in the first 17 bytes",
            ),
            (
                "<?xml version='1.0'?> text",
                "not well-formed: no root element in the first 26 bytes",
            ),
        ] {
            let found = match sniff(head.as_bytes()) {
                Sniff::JUnit => "JUnit".to_owned(),
                Sniff::NotXml => "NotXml".to_owned(),
                Sniff::Refused(reason) => reason,
            };
            assert_eq!(found, expected, "{head}");
        }
        for head in [
            "<!DOCTYPE testsuite []><testsuite/>",
            "<?xml version='1.0'?><!ENTITY a 'b'>",
        ] {
            assert!(matches!(sniff(head.as_bytes()), Sniff::Refused(reason) if reason.starts_with("doctype: ")));
        }
    }

    #[test]
    fn a_report_in_utf_16_is_recognised() {
        let text = "<?xml version='1.0' encoding='UTF-16'?><testsuites/>";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let with_mark: Vec<u8> = [0xFF, 0xFE].into_iter().chain(little.clone()).collect();
        for head in [little, big, with_mark] {
            assert_eq!(sniff(&head), Sniff::JUnit);
        }
    }
}

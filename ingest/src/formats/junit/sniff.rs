//! Tells from its first bytes what an XML-looking file is, so that every other format is refused by its name.

use quick_xml::encoding::{DetectedEncoding, detect_encoding};

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

/// Recognises JUnit by its root element behind byte order mark, declaration, comments and instructions.
pub fn sniff(head: &[u8]) -> Sniff {
    let text = decode(head);
    let mut rest = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    if rest.is_empty() {
        return Sniff::Refused(empty(head.is_empty()));
    }
    if !rest.starts_with('<') {
        return Sniff::NotXml;
    }
    loop {
        rest = rest.trim_start();
        let after = if let Some(comment) = rest.strip_prefix("<!--") {
            comment.split_once("-->")
        } else if let Some(instruction) = rest.strip_prefix("<?") {
            instruction.split_once("?>")
        } else if let Some(declaration) = rest.strip_prefix("<!") {
            return Sniff::Refused(declared(declaration));
        } else if let Some(tag) = rest.strip_prefix('<') {
            let name = tag.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next();
            return match name.filter(|name| is_name(name)) {
                Some(name) => match refusal(name, tag.split('>').next().unwrap_or_default()) {
                    Some(reason) => Sniff::Refused(reason),
                    None => Sniff::JUnit,
                },
                None => Sniff::Refused("not well-formed: no root element behind the first `<`".to_owned()),
            };
        } else {
            None
        };
        let Some((_, after)) = after else {
            return Sniff::Refused(format!(
                "not well-formed: no root element in the first {} bytes",
                head.len()
            ));
        };
        rest = after;
    }
}

/// Why a file without content is refused.
pub(super) fn empty(has_no_bytes: bool) -> String {
    let what = if has_no_bytes { "no bytes" } else { "only white space" };
    format!("empty: {what}")
}

/// Why a file with a declaration like `DOCTYPE` (given without `<!`) is refused.
pub(super) fn declared(declaration: &str) -> String {
    let word: String = declaration
        .chars()
        .take_while(char::is_ascii_alphabetic)
        .take(16)
        .collect();
    format!("doctype: a declaration `<!{word}` can pull in files and expand without bound, none is read")
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
        "report" => "JaCoCo coverage",
        "checkstyle" => "Checkstyle",
        "pmd" | "pmd-cpd" => "PMD",
        "BugCollection" => "SpotBugs",
        "bom" => "CycloneDX",
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

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | ':'))
}

/// Decodes as far as a root element needs it: UTF-16, or anything that agrees with ASCII.
fn decode(head: &[u8]) -> String {
    let is_little_endian = match (detect_encoding(head), head) {
        (Some(DetectedEncoding::Utf16LeBom | DetectedEncoding::Utf16LeLike), _) | (None, [b'<', 0, ..]) => true,
        (Some(DetectedEncoding::Utf16BeBom | DetectedEncoding::Utf16BeLike), _) | (None, [0, b'<', ..]) => false,
        _ => return String::from_utf8_lossy(head).into_owned(),
    };
    let units = head.chunks_exact(2).map(|pair| {
        let pair = [pair[0], pair[1]];
        if is_little_endian {
            u16::from_le_bytes(pair)
        } else {
            u16::from_be_bytes(pair)
        }
    });
    char::decode_utf16(units)
        .map(|unit| unit.unwrap_or('\u{FFFD}'))
        .collect()
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

//! Tells JaCoCo from whatever else has the root element `report`.

use crate::coverage::row::Sniff;
use crate::xml::document;
use crate::xml::root::{self, Root};

/// Elements that stand in the root of JaCoCo.
const IN_THE_ROOT: &[&str] = &["counter", "group", "package", "sessioninfo"];
/// Attributes that every report without a DOCTYPE has near its beginning, and that hardly anything else has.
const ITS_OWN: &[&str] = &[" missed=", " dump=", " mi="];

/// Recognises JaCoCo by the DTD that it names, or by the first element in its root and attributes behind it.
pub fn sniff(head: &[u8]) -> Sniff {
    let text = root::decode(head);
    let Root::Element {
        name, doctype, content, ..
    } = root::root(&text, head.len())
    else {
        return Sniff::Other;
    };
    if document::local(name) != "report" {
        return Sniff::Other;
    }
    if doctype.is_some_and(is_named_in) || has_its_shape(content) {
        return Sniff::Recognised;
    }
    Sniff::Refused(refusal(name))
}

/// Whether a DOCTYPE names JaCoCo's DTD: `-//JACOCO//DTD Report 1.1//EN`, or the address that gcovr writes.
pub(super) fn is_named_in(doctype: &str) -> bool {
    doctype.to_ascii_lowercase().contains("jacoco")
}

/// Whether JaCoCo has elements of this name in its root.
pub(super) fn is_in_the_root(name: &str) -> bool {
    IN_THE_ROOT.contains(&name)
}

/// Why another report is refused.
pub(super) fn refusal(name: &str) -> String {
    let name: String = name.chars().take(64).collect();
    format!("not JaCoCo: root element `{name}` without counters of coverage")
}

/// Kover and IntelliJ name no DTD.
fn has_its_shape(content: &str) -> bool {
    let Root::Element { name, .. } = root::root(content, content.len()) else {
        return false;
    };
    is_in_the_root(document::local(name)) && ITS_OWN.iter().any(|attribute| content.contains(attribute))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jacoco_is_told_from_other_reports() {
        let refused = "not JaCoCo: root element `report` without counters of coverage";
        for (head, expected) in [
            (
                "<?xml version='1.0'?><!DOCTYPE report PUBLIC '-//JACOCO//DTD Report 1.1//EN' 'report.dtd'><report name='x'/>",
                "Recognised",
            ),
            (
                "<!DOCTYPE report PUBLIC \"-//JACOCO//DTD Report 1.0//EN\" \"report.dtd\"[]><report name='x'>",
                "Recognised",
            ),
            (
                "<!DOCTYPE coverage SYSTEM 'https://www.jacoco.org/jacoco/trunk/coverage/report.dtd'>\n<report>",
                "Recognised",
            ),
            (
                "<report name='Intellij Coverage Report'>\n<!-- x --><counter type='LINE' missed='1' covered='2'/>",
                "Recognised",
            ),
            (
                "<report name='x'><group name='a'><package name='b'><sourcefile name='C.kt'><line nr='1' mi='0'",
                "Recognised",
            ),
            ("<report><sessioninfo id='a' start='1' dump='2'/>", "Recognised"),
            ("<report name='x'/>", refused),
            ("<report name='x'><package name='y'/></report>", refused),
            ("<report><coverage line-rate='0.8' lines-valid='7'>", refused),
            ("<report><stats><packages value='1'/></stats>", refused),
            (
                "<r:report xmlns:r='urn:x'><r:title/></r:report>",
                "not JaCoCo: root element `r:report` without counters of coverage",
            ),
            (
                "<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' 'x.dtd'><html><title>JaCoCo</title>",
                "Other",
            ),
            (
                "<!DOCTYPE report PUBLIC '-//JACOCO//DTD Report 1.1//EN' 'report.dtd' [<!ENTITY a 'b'>]><report>",
                "Other",
            ),
            ("<coverage line-rate='1'>", "Other"),
            ("mode: atomic\n", "Other"),
            ("", "Other"),
        ] {
            let found = match sniff(head.as_bytes()) {
                Sniff::Recognised => "Recognised".to_owned(),
                Sniff::Other => "Other".to_owned(),
                Sniff::Refused(reason) => reason,
            };
            assert_eq!(found, expected, "{head}");
        }
    }
}

//! Tells Cobertura from the other formats of coverage.

use crate::coverage::row::Sniff;
use crate::xml::root::{self, Root};

/// Recognises Cobertura by its root element and the rates that only it states there.
pub fn sniff(head: &[u8]) -> Sniff {
    let text = root::decode(head);
    let Root::Element { name, tag, .. } = root::root(&text, head.len()) else {
        return Sniff::Other;
    };
    of_root(name, tag)
}

/// What a document with this root element is; `tag` is the rest of the tag.
pub(super) fn of_root(name: &str, tag: &str) -> Sniff {
    let local = name.rsplit(':').next().unwrap_or(name);
    let format = match local {
        "coverage" if tag.contains("line-rate") || tag.contains("lines-valid") => return Sniff::Recognised,
        "coverage" if tag.contains("clover") || tag.contains("generated") => "Clover coverage",
        "coverage" if tag.contains("version") => "SonarQube generic coverage",
        "coverage" => "coverage without `line-rate`",
        "CoverageSession" => "OpenCover coverage",
        "CoverageDSPriv" | "results" => "Visual Studio coverage",
        _ => return Sniff::Other,
    };
    Sniff::Refused(format!("not Cobertura: root element `{name}` ({format})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cobertura_is_told_from_other_coverage() {
        let dtd = "<!DOCTYPE coverage SYSTEM 'http://cobertura.sourceforge.net/xml/coverage-04.dtd'>";
        for (head, expected) in [
            ("<coverage line-rate='1'>", "Cobertura".to_owned()),
            (
                &format!("<?xml version='1.0'?>\n{dtd}<!-- x --><coverage\n lines-valid='1'/>"),
                "Cobertura".to_owned(),
            ),
            (
                "<coverage generated='1' clover='4.4.1'>",
                "not Cobertura: root element `coverage` (Clover coverage)".to_owned(),
            ),
            ("<report name='x'>", "Other".to_owned()),
            ("<testsuite/>", "Other".to_owned()),
            (
                "<!DOCTYPE coverage [<!ENTITY a 'b'>]><coverage line-rate='1'>",
                "Other".to_owned(),
            ),
            ("", "Other".to_owned()),
        ] {
            let found = match sniff(head.as_bytes()) {
                Sniff::Recognised => "Cobertura".to_owned(),
                Sniff::Other => "Other".to_owned(),
                Sniff::Refused(reason) => reason,
            };
            assert_eq!(found, expected, "{head}");
        }
    }
}

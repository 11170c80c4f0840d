//! Tells a tracefile of LCOV from other text.

use crate::coverage::row::Sniff;
use crate::xml::root;

/// What lines of a record begin with, behind the one that names the file.
const IN_A_RECORD: &[&str] = &[
    "BA:",
    "BRDA:",
    "BRF:",
    "BRH:",
    "DA:",
    "FN:",
    "FNA:",
    "FNDA:",
    "FNF:",
    "FNH:",
    "FNL:",
    "LF:",
    "LH:",
    "MCDC:",
    "MCF:",
    "MCH:",
    "VER:",
    "end_of_record",
];

/// Recognises LCOV by its first lines: perhaps names of tests, then `SF:` with a path, then a line of a record.
pub fn sniff(head: &[u8]) -> Sniff {
    let text = root::decode(head);
    let lines = text.trim_start_matches('\u{FEFF}').lines().map(str::trim);
    let mut lines = lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .skip_while(|line| line.starts_with("TN:"));
    let names_a_file = lines
        .next()
        .is_some_and(|line| line.len() > 3 && line.starts_with("SF:"));
    // A path may fill the first bytes.
    let goes_on = lines.next().is_none_or(|line| {
        IN_A_RECORD
            .iter()
            .any(|start| start.starts_with(line) || line.starts_with(start))
    });
    if names_a_file && goes_on {
        Sniff::Recognised
    } else {
        Sniff::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tracefile_is_told_from_other_text() {
        for (head, expected) in [
            ("TN:\nSF:src/a.c\nFN:1,main\n", Sniff::Recognised),
            ("\u{FEFF}SF:src/a.ts\r\nDA:1,1\r\nend_of_record\r\n", Sniff::Recognised),
            (
                "# made by hand\n\nTN:one\nTN:two\nSF:a.c\nend_of_record",
                Sniff::Recognised,
            ),
            ("SF:/very/long", Sniff::Recognised),
            ("SF:a.c\nBRD", Sniff::Recognised),
            ("TN:\n", Sniff::Other),
            ("TN:\nDA:1,1\n", Sniff::Other),
            ("SF:\nDA:1,1\n", Sniff::Other),
            ("SF:San Francisco\nLA:Los Angeles\n", Sniff::Other),
            ("Lines:\nSF:a.c\nDA:1,1\n", Sniff::Other),
            ("mode: atomic\na.go:1.2,3.4 1 1\n", Sniff::Other),
            ("<report/>", Sniff::Other),
            ("", Sniff::Other),
        ] {
            assert_eq!(sniff(head.as_bytes()), expected, "{head}");
        }
        let text: Vec<u8> = "\u{FEFF}SF:a.ps1\r\nDA:1,1\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(sniff(&text), Sniff::Recognised);
    }
}

//! Tells from its first bytes whether a file is output of Spectral.

use serde_json::Value;

use super::text::{NOTHING, Said, Style, said};
use crate::scanner::head::{Head, Sniff};
use crate::scanner::lines::first_lines;

/// Recognises the members of the first result, or the first lines of a text. A list without any is a report by what
/// Spectral says behind it, or if the file's name says so.
pub(crate) fn sniff(head: &Head<'_>) -> Sniff {
    if let Value::Array(elements) = &head.document {
        return match elements.first() {
            Some(first) => Sniff::of(is_result(first) || is_code_climate(first)),
            None if head.is_whole => Sniff::Nameless,
            None => {
                let text = String::from_utf8_lossy(&head.bytes[..head.bytes.len().min(200)]);
                Sniff::of(text.trim_start().starts_with("[]") && text.contains(NOTHING))
            }
        };
    }
    let lines = first_lines(head.bytes, 2);
    let said: Vec<_> = lines.iter().map(|line| said(line)).collect();
    Sniff::of(matches!(
        said.as_slice(),
        [
            Said::Result(Style::GitHub | Style::TeamCity | Style::Text, _)
                | Said::Type(_)
                | Said::Nothing
                | Said::NoFile,
            ..
        ] | [Said::Other(_), Said::Result(Style::Stylish, _)]
    ))
}

fn is_result(value: &Value) -> bool {
    value["code"].is_string() && value["path"].is_array() && value["message"].is_string()
}

/// Nothing in Code Climate names its tool; the fingerprints of Spectral are made of file, place and rule.
fn is_code_climate(value: &Value) -> bool {
    let (path, rule) = (&value["location"]["path"], &value["check_name"]);
    let (Some(path), Some(rule)) = (path.as_str(), rule.as_str()) else {
        return false;
    };
    let Some(fingerprint) = value["fingerprint"].as_str() else {
        // It is the last member: a long description may have cut it off.
        return false;
    };
    let place = fingerprint.strip_prefix(path).and_then(|rest| rest.strip_suffix(rule));
    place.is_some_and(|place| place.len() > 1 && place.starts_with(':') && place.ends_with(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_known_by_its_first_result() {
        for (head, expected) in [
            (
                r#"[{"code": "info-contact", "path": ["info"], "message": "m", "sev"#,
                Sniff::Recognised,
            ),
            (
                r#"[{"check_name": "a", "location": {"path": "o/a.yaml"}, "fingerprint": "o/a.yaml:info:a"}]"#,
                Sniff::Recognised,
            ),
            (
                r#"[{"check_name": "a", "location": {"path": "o/a.yaml"}, "fingerprint": "o/a.yaml::a"}]"#,
                Sniff::Recognised,
            ),
            (
                r#"[{"check_name": "F401", "location": {"path": "a.py"}, "fingerprint": "6bac89e9"}]"#,
                Sniff::Other,
            ),
            ("[]No results with a severity of 'error' found!\n", Sniff::Recognised),
            ("No results with a severity of 'warn' found!\n", Sniff::Recognised),
            ("No files found to lint. Please check your file path", Sniff::Recognised),
            ("[]", Sniff::Nameless),
            ("[] []", Sniff::Other),
            (
                "\n/a.yaml\n  1:6  warning  info-contact  Info object  info\n",
                Sniff::Recognised,
            ),
            ("\n/a.js\n  1:6  warning  'a' is not defined  no-undef\n", Sniff::Other),
            (
                "##teamcity[inspectionType category='openapi' id='a' name='a' description='warning -- b']\n",
                Sniff::Recognised,
            ),
            (
                "::warning title=a,file=b,col=6,endColumn=7,line=1,endLine=3::c",
                Sniff::Recognised,
            ),
            ("::warning file=b,line=1,col=6::c", Sniff::Other),
            ("a.yaml:1:6 error parser \"b\"", Sniff::Recognised),
            (r#"{"code": "a", "path": [], "message": "m"}"#, Sniff::Other),
            ("", Sniff::Other),
        ] {
            assert_eq!(sniff(&Head::of(head.as_bytes())), expected, "{head}");
        }
    }
}

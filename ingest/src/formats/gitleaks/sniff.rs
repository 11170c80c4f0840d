//! Tells from its first bytes whether a file is a report of Gitleaks, in JSON or CSV.

use serde_json::Value;

use super::csv::{Record, Records};
use crate::json::utf8::Utf8;
use crate::scanner::head::{Head, Sniff};

/// What a generation of Gitleaks calls what is read; of v7 not everything is there.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) rule: &'static str,
    pub(super) commit: &'static str,
    pub(super) file: &'static str,
    pub(super) link: &'static str,
    pub(super) start_line: &'static str,
    pub(super) end_line: &'static str,
    /// What it found: no other format has a member of this name beside the others.
    found: &'static [&'static str],
    /// What else a report has.
    others: &'static [&'static str],
}

impl Names {
    /// Whether a report may have a member of this name.
    fn has(&self, name: &str) -> bool {
        let known = [
            self.rule,
            self.commit,
            self.file,
            self.link,
            self.start_line,
            self.end_line,
        ];
        let mut known = known.iter().chain(self.found).chain(self.others);
        !name.is_empty() && known.any(|known| *known == name)
    }
}

/// Gitleaks 8.
pub(super) static V8: Names = Names {
    rule: "RuleID",
    commit: "Commit",
    file: "File",
    link: "SymlinkFile",
    start_line: "StartLine",
    end_line: "EndLine",
    found: &["Match", "Secret"],
    others: &[
        "Author",
        "Context",
        "Date",
        "Description",
        "Email",
        "EndColumn",
        "Entropy",
        "Fingerprint",
        "Message",
        "StartColumn",
        "Tags",
    ],
};
/// Gitleaks 7 and before.
pub(super) static V7: Names = Names {
    rule: "rule",
    commit: "commit",
    file: "file",
    link: "",
    start_line: "lineNumber",
    end_line: "",
    found: &["offender"],
    others: &[
        "author",
        "commitMessage",
        "commitMsg",
        "date",
        "email",
        "leakURL",
        "line",
        "repo",
        "tags",
    ],
};
/// Members that make a report: what was found, and so many others, since a long line may fill the first bytes.
const N_MEMBERS: usize = 3;

/// The first record of a report in CSV.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) names: &'static Names,
    pub(super) columns: Vec<String>,
}

impl Header {
    /// Reads it; none where it is of no report.
    pub(super) fn of(record: &Record) -> Option<Self> {
        let unmarked = |text: String| text.trim_start_matches('\u{FEFF}').to_owned();
        let columns: Vec<_> = record.fields.iter().map(|field| unmarked(field.text())).collect();
        let has = |name: &str| columns.iter().any(|column| column == name);
        let is_of = |names: &Names| {
            [names.rule, names.commit, names.file].iter().all(|name| has(name))
                && names.found.iter().any(|name| has(name))
        };
        let names = [&V8, &V7].into_iter().find(|names| is_of(names))?;
        Some(Self { names, columns })
    }
}

/// Recognises the members of the first object, or the columns. `[]`, `null`, or a list that breaks off before it tells, is a
/// report if the file's name says so.
pub(crate) fn sniff(head: &Head<'_>) -> Sniff {
    let first = head.document.get(0).and_then(Value::as_object);
    let is_of = |names: &Names| {
        let members = || first.into_iter().flat_map(|members| members.keys());
        let n_known = members().filter(|name| names.has(name)).count();
        n_known >= N_MEMBERS && members().any(|name| names.found.contains(&name.as_str()))
    };
    if is_of(&V8) || is_of(&V7) || is_csv(head) {
        Sniff::Recognised
    } else if is_untold(head) {
        Sniff::Nameless
    } else {
        Sniff::Other
    }
}

fn is_csv(head: &Head<'_>) -> bool {
    let mut source = head.bytes;
    let mut utf8 = Utf8::new(&mut source);
    let mut records = Records::new(&mut utf8);
    matches!(&records.next(), Ok(Some(record)) if Header::of(record).is_some())
}

/// Whether nothing in a list, as far as it is seen, speaks against a report.
fn is_untold(head: &Head<'_>) -> bool {
    let Value::Array(elements) = &head.document else {
        return head.is_whole && head.document.is_null();
    };
    match elements.as_slice() {
        [] => head.is_whole || head.is_cut,
        [Value::Object(members)] => head.is_cut && members.keys().all(|name| V8.has(name) || V7.has(name)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_known_by_what_it_holds() {
        let long = format!(
            r#"[{{"Description": "x", "StartLine": 1, "EndLine": 1, "Match": "{}"#,
            "x".repeat(70_000)
        );
        for (head, expected) in [
            (
                r#"[{"RuleID": "a", "Secret": "", "File": "b", "Commit": ""}]"#,
                Sniff::Recognised,
            ),
            (
                r#"[ {"Description": "a", "StartLine": 1, "EndLine": 2, "Match": "x"#,
                Sniff::Recognised,
            ),
            (long.as_str(), Sniff::Recognised),
            (
                r#"[{"line": "x", "lineNumber": 3, "offender": "x", "commit": "c""#,
                Sniff::Recognised,
            ),
            (
                "RuleID,Commit,File,SymlinkFile,Secret,Match,StartLine\n",
                Sniff::Recognised,
            ),
            ("\u{FEFF}RuleID,Commit,File,Secret\r\n", Sniff::Recognised),
            (
                "repo,line,commit,offender,leakURL,rule,tags,commitMsg,author,email,file,date\n",
                Sniff::Recognised,
            ),
            ("[]\n", Sniff::Nameless),
            ("\u{FEFF} [ ]", Sniff::Nameless),
            ("null", Sniff::Nameless),
            ("[", Sniff::Nameless),
            (r#"[{"Descript"#, Sniff::Nameless),
            (r#"[{"line": "x"#, Sniff::Nameless),
            ("[1]", Sniff::Other),
            ("[] []", Sniff::Other),
            (r#"[{"name": "x"#, Sniff::Other),
            (r#"[{"RuleID": "a", "Match": "b"}]"#, Sniff::Other),
            (
                r#"[{"File": "a", "Commit": "b", "Author": "c", "Date": "d"}]"#,
                Sniff::Other,
            ),
            (
                r#"{"RuleID": "a", "Secret": "b", "File": "c", "Commit": "d"}"#,
                Sniff::Other,
            ),
            ("RuleID,Commit,File\n", Sniff::Other),
            ("a,b,c\n", Sniff::Other),
            ("nul", Sniff::Other),
            ("", Sniff::Other),
            ("<testsuite/>", Sniff::Other),
        ] {
            assert_eq!(
                sniff(&Head::of(head.as_bytes())),
                expected,
                "{}",
                &head[..head.len().min(80)]
            );
            let little: Vec<u8> = head.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert_eq!(
                sniff(&Head::of(&little)),
                expected,
                "in UTF-16: {}",
                &head[..head.len().min(80)]
            );
        }
    }
}

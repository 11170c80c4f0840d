//! Tells from its first bytes whether a file is a report of Gitleaks, in JSON or CSV.

use super::csv::{Record, Records};
use crate::json::lexer::{Break, Lexer, Token};
use crate::json::utf8::Utf8;

/// What a file is, as far as its first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sniff {
    /// A report with at least one secret.
    Gitleaks,
    /// `[]`, `null`, or a list that breaks off before it tells: a report if the file's name says so.
    Nameless,
    /// Something else.
    Other,
}

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

/// Recognises the members of the first object, or the columns.
pub fn sniff(head: &[u8]) -> Sniff {
    let mut source = head;
    let mut utf8 = Utf8::new(&mut source);
    let mut members = Vec::new();
    let mut lexer = Lexer::new(&mut utf8);
    let is_list = match first_members(&mut lexer, &mut members) {
        // A break is expected where the first bytes end.
        Ok(is_list) => is_list,
        Err(_) => lexer.depth() > 0 && lexer.is_over(),
    };
    let is_of = |names: &Names| {
        let known = [
            names.rule,
            names.commit,
            names.file,
            names.link,
            names.start_line,
            names.end_line,
        ];
        let is_known = |name: &&String| known.iter().chain(names.others).any(|known| known == name);
        let n_known = members.iter().filter(is_known).count();
        n_known >= N_MEMBERS && members.iter().any(|name| names.found.contains(&name.as_str()))
    };
    if is_of(&V8) || is_of(&V7) {
        return Sniff::Gitleaks;
    }
    if is_list && members.iter().all(|name| is_member(name)) {
        return Sniff::Nameless;
    }
    let mut source = head;
    let mut utf8 = Utf8::new(&mut source);
    let mut records = Records::new(&mut utf8);
    let is_csv = matches!(&records.next(), Ok(Some(record)) if Header::of(record).is_some());
    if is_csv { Sniff::Gitleaks } else { Sniff::Other }
}

fn is_member(name: &str) -> bool {
    [&V8, &V7].iter().any(|names| {
        let known = [names.rule, names.commit, names.file, names.start_line, names.end_line];
        known
            .iter()
            .chain(names.found)
            .chain(names.others)
            .any(|known| *known == name)
    })
}

/// Collects the members of the first object of a list; tells whether it is a list of such, or null.
fn first_members(lexer: &mut Lexer<'_>, members: &mut Vec<String>) -> Result<bool, Break> {
    match lexer.next()? {
        Token::ArrayStart => {}
        first => return Ok(first == Token::Null && lexer.next()? == Token::End),
    }
    match lexer.next()? {
        Token::ObjectStart => {}
        first => return Ok(first == Token::ArrayEnd && lexer.next()? == Token::End),
    }
    while lexer.next()? == Token::Key {
        members.push(lexer.text().to_owned());
        let first = lexer.next()?;
        lexer.skip(first)?;
    }
    // It has its end, and does not tell what it is.
    Ok(false)
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
                Sniff::Gitleaks,
            ),
            (
                r#"[ {"Description": "a", "StartLine": 1, "EndLine": 2, "Match": "x"#,
                Sniff::Gitleaks,
            ),
            (long.as_str(), Sniff::Gitleaks),
            (
                r#"[{"line": "x", "lineNumber": 3, "offender": "x", "commit": "c""#,
                Sniff::Gitleaks,
            ),
            (
                "RuleID,Commit,File,SymlinkFile,Secret,Match,StartLine\n",
                Sniff::Gitleaks,
            ),
            ("\u{FEFF}RuleID,Commit,File,Secret\r\n", Sniff::Gitleaks),
            (
                "repo,line,commit,offender,leakURL,rule,tags,commitMsg,author,email,file,date\n",
                Sniff::Gitleaks,
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
            assert_eq!(sniff(head.as_bytes()), expected, "{}", &head[..head.len().min(80)]);
            let little: Vec<u8> = head.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert_eq!(sniff(&little), expected, "in UTF-16: {}", &head[..head.len().min(80)]);
        }
    }
}

//! Every fixture against its snapshot, what must hold for any bytes, and that no secret is left.

use domain::source::SourceStatus;

use super::reader::read;
use super::redaction::copy;
use crate::scanner::snapshot::{copied, rows};
use crate::scanner::trials::{Trial, VALUES, canary};

const TRIAL: Trial = Trial {
    name: "gitleaks",
    read,
    clean: copy,
};

#[test]
fn every_fixture_reads_as_its_snapshot_says() {
    TRIAL.reads_every_fixture_as_its_snapshot_says();
}

#[test]
fn a_report_is_recognised_by_its_content() {
    TRIAL.is_recognised_by_its_content(&["odd_members"]);
}

#[test]
fn the_size_of_the_pieces_changes_nothing() {
    TRIAL.depends_on_no_size_of_pieces();
}

#[test]
fn a_copy_without_secrets_lands_byte_for_byte() {
    TRIAL.copies_byte_for_byte();
}

/// A report with everything that matters.
fn file() -> String {
    let leak = |n: usize| {
        format!(
            r#"{{"Description": "A \"rule\" é", "StartLine": {n}, "EndLine": {n}, "Match": "k = \ud83d\ude00{n}", "Secret": "s{n}",
            "File": "src/f{}.py", "SymlinkFile": "", "Commit": "{:040x}", "Entropy": 3.{n}, "Author": "a", "Tags": ["x"], "RuleID": "r{}"}}"#,
            n % 2,
            n % 4,
            n % 3
        )
    };
    let leaks: Vec<_> = (1..12).map(leak).collect();
    format!("[{}]", leaks.join(",\n"))
}

fn csv() -> String {
    let head = "RuleID,Commit,File,SymlinkFile,Secret,Match,StartLine,EndLine,StartColumn,EndColumn,Author,Message,Date,Email,Fingerprint,Tags\n";
    let leak = |n: usize| {
        format!(
            "r{n},{:040x},\"a,{n}.py\",,s{n},\"k = \"\"s{n}\"\"\",{n},{n},1,2,a,\"m\nn\",d,e,f:{n},t\n",
            n % 4
        )
    };
    (1..12).map(leak).fold(head.to_owned(), |text, leak| text + &leak)
}

#[test]
fn a_file_cut_anywhere_keeps_the_findings_before_the_cut() {
    TRIAL.survives_every_cut(&file());
}

#[test]
fn a_record_of_csv_that_was_cut_proves_nothing() {
    let file = csv();
    let mut n_before = 0;
    for cut in 0..file.len() {
        let (copy, _) = copied(copy, &file.as_bytes()[..cut]);
        let (outline, rows) = rows(read, &mut copy.as_slice());
        let is_between = cut > 0 && file.as_bytes()[cut - 1] == b'\n' && !file[..cut].ends_with("m\n");
        let n_findings = rows.len().saturating_sub(1);
        assert_eq!(
            outline.status == SourceStatus::Complete,
            is_between,
            "cut at {cut}: {outline:?}"
        );
        assert!(n_findings >= n_before, "cut at {cut} loses a finding");
        n_before = n_findings;
    }
    assert_eq!(n_before, 11);
}

#[test]
fn no_byte_makes_the_reader_or_the_copy_fail() {
    TRIAL.survives_every_byte(&file());
    TRIAL.survives_every_byte(&csv());
}

#[test]
fn only_a_failing_source_is_an_error() {
    TRIAL.fails_only_with_its_source(r#"[{"RuleID": "a", "File": "b", "Secret": ""}, "#);
    TRIAL.fails_only_with_its_source("RuleID,Commit,File,Secret\na,,b,\n");
}

#[test]
fn members_of_any_type_are_absent_and_no_error() {
    for value in VALUES {
        for name in [
            "RuleID",
            "rule",
            "File",
            "SymlinkFile",
            "Commit",
            "StartLine",
            "EndLine",
            "Description",
            "Secret",
        ] {
            let file = format!(r#"[{{"{name}": {value}}}, {value}]"#);
            let (copy, _) = copied(copy, file.as_bytes());
            for bytes in [file.as_bytes(), &copy] {
                let (outline, rows) = rows(read, &mut &*bytes);
                assert_eq!(outline.status, SourceStatus::Complete, "{file}: {:?}", outline.reason);
                assert!(rows.len() >= 2, "{file}");
            }
        }
    }
}

#[test]
fn no_text_but_of_rule_and_place_is_left() {
    let canary = canary();
    for member in [
        "Match",
        "Secret",
        "Line",
        "Context",
        "Message",
        "Author",
        "Email",
        "Date",
        "Fingerprint",
        "Link",
        "Commit",
        "Attributes",
        "line",
        "offender",
        "commitMessage",
        "author",
        "email",
        "leakURL",
        "repo",
        "repoURL",
        "date",
        "tags",
        "commit",
        "operation",
    ] {
        for value in [
            format!("\"a {canary} b\""),
            format!("[\"{canary}\"]"),
            format!("{{\"x\": {{\"{canary}\": [\"{canary}\"]}}}}"),
        ] {
            let file = format!(r#"[{{"RuleID": "r", "File": "f", "{member}": {value}, "StartLine": 3}}]"#);
            let copy = TRIAL.without(&file, &canary);
            assert!(
                copy.starts_with(r#"[{"RuleID": "r", "File": "f", ""#) && copy.ends_with(r#", "StartLine": 3}]"#),
                "{copy}"
            );
        }
    }
    TRIAL.without(&format!(r#"[{{"Tags": ["{canary}"]}}]"#), &canary);
    TRIAL.without(&format!(r#"["{canary}"]"#), &canary);
    TRIAL.without(&format!(r#"{{"Secret": "{canary}"}}"#), &canary);
    TRIAL.without(&format!(r#"[{{"Secret": "{canary}"#), &canary);
    TRIAL.without(&format!(r#"[{{"Secret": "" "{canary}"}}]"#), &canary);
    TRIAL.without(&format!(r#"[{{"File": "{canary}"#), &canary);
    TRIAL.without(r#"[{"Secret": 271828182845}]"#, "271828182845");
}

#[test]
fn no_column_but_of_rule_and_place_is_left() {
    let canary = canary();
    let head =
        "RuleID,Commit,File,SymlinkFile,Secret,Match,StartLine,EndLine,Author,Message,Date,Email,Fingerprint,Tags,Link";
    for (position, column) in head.split(',').enumerate() {
        if ["RuleID", "File", "SymlinkFile"].contains(&column) {
            continue;
        }
        for value in [canary.clone(), format!("\"a, {canary} \"\"b\"\"\n\"")] {
            let fields: Vec<_> = (0..15)
                .map(|at| if at == position { value.as_str() } else { "7" })
                .collect();
            let file = format!("{head}\n{}\n", fields.join(","));
            let copy = TRIAL.without(&file, &canary);
            assert!(
                copy.starts_with(&format!("{head}\n7,")) && copy.ends_with('\n'),
                "{copy}"
            );
            // Cut in the middle, or with a field too many, no field is known to be what its column says.
            TRIAL.without(file.trim_end().trim_end_matches(",7"), &canary);
            TRIAL.without(&format!("{head}\n7,{}\n", fields.join(",")), &canary);
        }
    }
    TRIAL.without(
        &format!("repo,commit,offender,rule,file\n{canary},,{canary},r,f\n"),
        &canary,
    );
    TRIAL.without(&format!("column,other\n{canary},{canary}\n"), &canary);
    TRIAL.without(
        &format!("RuleID,Commit,File,Secret\nr,,\"f{canary}\"x\"{canary}\",s\n"),
        &canary,
    );
}

#[test]
fn a_secret_is_the_same_in_json_in_csv_and_in_sarif() {
    TRIAL.agrees_with_sarif("as_sarif.json", "gitleaks_as_native.sarif");
    TRIAL.agrees_with_sarif("csv_as_sarif.csv", "gitleaks_as_native.sarif");
}

//! gotestsum: a rerun is a repeated `testcase`, and a package lists its failed executions first, then the skipped
//! ones, then the passed ones.

use std::fmt::Write as _;

use chrono::SecondsFormat;

use super::failure::Failure;
use super::{Case, Context, Counts, Document, Ending, groups};
use crate::files::xml;

/// `junit.xml`.
pub(super) fn write(context: &Context<'_>, cases: &[Case<'_>]) -> Vec<Document> {
    let counts = Counts::of(cases);
    let mut document = Document::new("junit.xml", cases.len() + counts.earlier);
    document.text.push_str("<testsuites");
    totals(&mut document.text, counts);
    document.text.push_str(" errors=\"0\">\n");
    for (package, cases) in groups(cases, |test| &test.class_name) {
        let counts = Counts::of(cases.iter().copied());
        let out = &mut document.text;
        out.push_str("\t<testsuite");
        totals(out, counts);
        xml::attribute(out, "name", package);
        if let Some(first) = cases.first() {
            xml::plain(
                out,
                "timestamp",
                first.started_at.to_rfc3339_opts(SecondsFormat::Secs, true),
            );
        }
        out.push_str(">\n\t\t<properties>\n\t\t\t<property name=\"go.version\" value=\"go1.26.1 linux/amd64\"></property>\n\t\t</properties>\n");
        for case in &cases {
            for milliseconds in &case.earlier_ms {
                write_case(&mut document, context, case, *milliseconds, Ending::Failed);
            }
            if case.ending == Ending::Failed {
                write_case(&mut document, context, case, case.last_ms, Ending::Failed);
            }
        }
        for ending in [Ending::Skipped, Ending::Passed] {
            for case in cases.iter().filter(|case| case.ending == ending) {
                write_case(&mut document, context, case, case.last_ms, ending);
            }
        }
        document.text.push_str("\t</testsuite>\n");
    }
    document.text.push_str("</testsuites>\n");
    vec![document]
}

fn totals(out: &mut String, counts: Counts) {
    xml::plain(out, "tests", counts.tests + counts.earlier);
    xml::plain(out, "failures", counts.failures + counts.earlier);
    time(out, counts.milliseconds);
}

fn time(out: &mut String, milliseconds: i64) {
    let _ = write!(out, " time=\"{}.{:03}000\"", milliseconds / 1000, milliseconds % 1000);
}

fn write_case(document: &mut Document, context: &Context<'_>, case: &Case<'_>, milliseconds: i64, ending: Ending) {
    let name = &case.test.name;
    document.text.push_str("\t\t");
    let out = document.open_case();
    xml::attribute(out, "classname", &case.test.class_name);
    xml::attribute(out, "name", name);
    time(out, milliseconds);
    out.push('>');
    case.properties(out);
    match ending {
        Ending::Passed => {}
        Ending::Failed | Ending::Error => {
            let words = Failure::of(context, case);
            let text = format!(
                "=== RUN   {name}\n    {}:{}: got {}, want {}\n--- FAIL: {name}\n",
                case.test.file, words.line, words.found, words.expected
            );
            out.push_str("\n\t\t\t<failure message=\"Failed\" type=\"\">");
            xml::escape(out, &text);
            out.push_str("</failure>\n\t\t");
        }
        Ending::Skipped => {
            out.push_str("\n\t\t\t<skipped");
            xml::attribute(out, "message", &format!("=== RUN   {name}\n--- SKIP: {name} (0.00s)\n"));
            out.push_str("></skipped>\n\t\t");
        }
    }
    out.push_str("</testcase>\n");
}

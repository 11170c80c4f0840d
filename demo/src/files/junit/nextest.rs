//! cargo-nextest: Surefire's elements, each with its own time.

use std::fmt::Write as _;

use chrono::{SecondsFormat, TimeDelta};
use domain::clock::Timestamp;

use super::failure::Failure;
use super::{Case, Context, Counts, Document, Ending, groups};
use crate::files::xml;

/// `junit.xml`.
pub(super) fn write(context: &Context<'_>, cases: &[Case<'_>]) -> Vec<Document> {
    let counts = Counts::of(cases);
    let mut document = Document::new("junit.xml", cases.len() + counts.earlier * 2);
    let out = &mut document.text;
    out.push_str("<testsuites name=\"nextest-run\"");
    xml::plain(out, "tests", counts.tests);
    xml::plain(out, "failures", counts.failures);
    xml::plain(out, "errors", counts.errors);
    timestamp(out, context.execution.started_at);
    xml::seconds(out, "time", counts.milliseconds);
    out.push_str(">\n");
    for (class_name, cases) in groups(cases, |test| &test.class_name) {
        let out = &mut document.text;
        out.push_str("    <testsuite");
        xml::attribute(out, "name", class_name);
        let counts = Counts::of(cases.iter().copied());
        xml::plain(out, "tests", counts.tests);
        xml::plain(out, "disabled", counts.skipped);
        xml::plain(out, "errors", counts.errors);
        xml::plain(out, "failures", counts.failures);
        out.push_str(">\n");
        for case in cases {
            write_case(&mut document, context, case);
        }
        document.text.push_str("    </testsuite>\n");
    }
    document.text.push_str("</testsuites>\n");
    vec![document]
}

fn timestamp(out: &mut String, at: Timestamp) {
    xml::plain(out, "timestamp", at.to_rfc3339_opts(SecondsFormat::Millis, false));
}

fn write_case(document: &mut Document, context: &Context<'_>, case: &Case<'_>) {
    // The case tells of the last execution where it passed, else of the first; the others stand inside, in order.
    let passed = case.ending == Ending::Passed;
    let (mut own_at, mut other_at) = (case.started_at, case.started_at);
    if passed {
        own_at += TimeDelta::milliseconds(case.total_ms() - case.last_ms);
    } else {
        other_at += TimeDelta::milliseconds(case.last_ms);
    }
    document.text.push_str("        ");
    let out = document.open_case();
    xml::attribute(out, "name", &case.test.name);
    xml::attribute(out, "classname", &case.test.class_name);
    timestamp(out, own_at);
    xml::seconds(out, "time", case.last_ms);
    if passed && case.earlier_ms.is_empty() && case.quarantine.is_none() {
        out.push_str("/>\n");
        return;
    }
    out.push_str(">\n");
    case.properties(out);
    let words = Failure::of(context, case);
    let message = format!(
        "thread '{}' panicked at {}:{}:5",
        case.test.name, case.test.file, words.line
    );
    let text = format!(
        "{message}:\nassertion `left == right` failed\n  left: {}\n right: {}",
        words.found, words.expected
    );
    let kind = "test failure with exit code 101";
    match case.ending {
        Ending::Passed => {}
        Ending::Failed => {
            out.push_str("            <failure");
            xml::attribute(out, "message", &message);
            xml::plain(out, "type", kind);
            out.push('>');
            xml::text(out, &text);
            out.push_str("</failure>\n");
        }
        Ending::Error => {
            out.push_str("            <error type=\"execution failure\">");
            xml::text(out, words.cause);
            out.push_str("</error>\n");
        }
        Ending::Skipped => out.push_str("            <skipped/>\n"),
    }
    let element = if passed { "flakyFailure" } else { "rerunFailure" };
    for milliseconds in &case.earlier_ms {
        let _ = write!(out, "            <{element}");
        timestamp(out, other_at);
        xml::seconds(out, "time", *milliseconds);
        xml::attribute(out, "message", &message);
        xml::plain(out, "type", kind);
        out.push('>');
        xml::text(out, &text);
        let _ = writeln!(out, "</{element}>");
        other_at += TimeDelta::milliseconds(*milliseconds);
    }
    out.push_str("        </testcase>\n");
}

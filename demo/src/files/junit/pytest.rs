//! pytest, `junit_family=xunit2`, alone and with pytest-rerunfailures 16.6.1, which writes each failed rerun as one
//! more bare `testcase` before the last one and leaves it out of `tests`.

use chrono::SecondsFormat;

use super::failure::Failure;
use super::{Case, Context, Counts, Document, Ending};
use crate::files::xml;

/// `junit.xml`.
pub(super) fn write(context: &Context<'_>, cases: &[Case<'_>]) -> Vec<Document> {
    let counts = Counts::of(cases);
    let mut document = Document::new("junit.xml", cases.len() + counts.earlier);
    let out = &mut document.text;
    out.push_str("<testsuites name=\"pytest tests\"><testsuite");
    xml::attribute(out, "name", &context.suite.name);
    xml::plain(out, "errors", counts.errors);
    xml::plain(out, "failures", counts.failures);
    xml::plain(out, "skipped", counts.skipped);
    xml::plain(out, "tests", counts.tests);
    xml::seconds(out, "time", counts.milliseconds);
    let started_at = context.execution.started_at;
    xml::plain(
        out,
        "timestamp",
        started_at.to_rfc3339_opts(SecondsFormat::Micros, false),
    );
    out.push_str(" hostname=\"runner\">");
    for case in cases {
        document.starts.push(document.text.len());
        let out = &mut document.text;
        for milliseconds in &case.earlier_ms {
            bare(out, case, *milliseconds);
        }
        if case.ending == Ending::Passed {
            bare(out, case, case.last_ms);
            continue;
        }
        names(out, case, case.last_ms);
        out.push('>');
        case.properties(out);
        ending(out, context, case);
        out.push_str("</testcase>");
    }
    document.text.push_str("</testsuite></testsuites>");
    vec![document]
}

fn names(out: &mut String, case: &Case<'_>, milliseconds: i64) {
    out.push_str("<testcase");
    xml::attribute(out, "classname", &case.test.class_name);
    xml::attribute(out, "name", &case.test.name);
    xml::seconds(out, "time", milliseconds);
}

/// A case that nothing but properties stands in.
fn bare(out: &mut String, case: &Case<'_>, milliseconds: i64) {
    names(out, case, milliseconds);
    if case.quarantine.is_none() {
        out.push_str(" />");
        return;
    }
    out.push('>');
    case.properties(out);
    out.push_str("</testcase>");
}

fn ending(out: &mut String, context: &Context<'_>, case: &Case<'_>) {
    let failure = Failure::of(context, case);
    let (expected, found, line, cause) = (failure.expected, failure.found, failure.line, failure.cause);
    let file = &case.test.file;
    match case.ending {
        Ending::Passed => {}
        Ending::Failed => {
            out.push_str("<failure");
            xml::attribute(out, "message", &format!("assert {found} == {expected}"));
            out.push('>');
            let trace = format!("E       assert {found} == {expected}\n\n{file}:{line}: AssertionError");
            xml::text(out, &trace);
            out.push_str("</failure>");
        }
        Ending::Error => {
            out.push_str("<error");
            let message = format!("failed on setup with \"ConnectionError: {cause}\"");
            xml::attribute(out, "message", &message);
            out.push('>');
            let trace = format!("E       ConnectionError: {cause}\n\n{file}:{line}: ConnectionError");
            xml::text(out, &trace);
            out.push_str("</error>");
        }
        Ending::Skipped => {
            out.push_str("<skipped type=\"pytest.skip\" message=\"not on this platform\">");
            xml::text(out, &format!("{file}:{line}: not on this platform"));
            out.push_str("</skipped>");
        }
    }
}

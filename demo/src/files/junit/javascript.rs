//! jest-junit and Playwright: a suite per file; retries leave no trace.

use chrono::SecondsFormat;

use super::failure::Failure;
use super::{Case, Context, Counts, Document, Ending, groups};
use crate::files::xml;

/// jest-junit's `junit.xml`.
pub(super) fn write_jest(context: &Context<'_>, cases: &[Case<'_>]) -> Vec<Document> {
    let counts = Counts::of(cases);
    let mut document = Document::new("junit.xml", cases.len());
    let out = &mut document.text;
    out.push_str("<testsuites name=\"jest tests\"");
    xml::plain(out, "tests", counts.tests);
    xml::plain(out, "failures", counts.failures);
    xml::plain(out, "errors", counts.errors);
    xml::seconds(out, "time", counts.milliseconds);
    out.push_str(">\n");
    for (file, cases) in groups(cases, |test| &test.file) {
        let counts = Counts::of(cases.iter().copied());
        let out = &mut document.text;
        out.push_str("  <testsuite");
        xml::attribute(out, "name", file);
        xml::plain(out, "errors", counts.errors);
        xml::plain(out, "failures", counts.failures);
        xml::plain(out, "skipped", counts.skipped);
        if let Some(first) = cases.first() {
            xml::plain(out, "timestamp", first.started_at.format("%Y-%m-%dT%H:%M:%S"));
        }
        xml::seconds(out, "time", counts.milliseconds);
        xml::plain(out, "tests", counts.tests);
        out.push_str(">\n");
        for case in cases {
            document.text.push_str("    ");
            let out = document.open_case();
            xml::attribute(out, "classname", &case.test.class_name);
            xml::attribute(out, "name", &case.test.name);
            xml::seconds(out, "time", case.last_ms);
            out.push_str(">\n");
            case.properties(out);
            match case.ending {
                Ending::Passed => {}
                Ending::Failed | Ending::Error => {
                    let words = Failure::of(context, case);
                    out.push_str("      <failure>");
                    let text = format!(
                        "Error: expect(received).toBe(expected) // Object.is equality\n\nExpected: {}\nReceived: {}\n    at Object.<anonymous> ({}:{}:19)",
                        words.expected, words.found, case.test.file, words.line
                    );
                    xml::text(out, &text);
                    out.push_str("</failure>\n");
                }
                Ending::Skipped => out.push_str("      <skipped/>\n"),
            }
            out.push_str("    </testcase>\n");
        }
        document.text.push_str("  </testsuite>\n");
    }
    document.text.push_str("</testsuites>\n");
    vec![document]
}

/// Playwright's `results.xml`; `hostname` is the project.
pub(super) fn write_playwright(context: &Context<'_>, cases: &[Case<'_>]) -> Vec<Document> {
    let leg = &context.execution.leg;
    let project = if leg.is_empty() { "chromium" } else { leg };
    let counts = Counts::of(cases);
    let mut document = Document::new("results.xml", cases.len());
    // Playwright writes no declaration.
    document.text.clear();
    let out = &mut document.text;
    out.push_str("<testsuites id=\"\" name=\"\"");
    totals(out, counts);
    xml::plain(out, "errors", counts.errors);
    xml::seconds(out, "time", counts.milliseconds);
    out.push_str(">\n");
    for (file, cases) in groups(cases, |test| &test.file) {
        let counts = Counts::of(cases.iter().copied());
        let out = &mut document.text;
        out.push_str("<testsuite");
        xml::attribute(out, "name", file);
        if let Some(first) = cases.first() {
            let started_at = first.started_at.to_rfc3339_opts(SecondsFormat::Millis, true);
            xml::plain(out, "timestamp", started_at);
        }
        xml::attribute(out, "hostname", project);
        totals(out, counts);
        xml::seconds(out, "time", counts.milliseconds);
        xml::plain(out, "errors", counts.errors);
        out.push_str(">\n");
        for case in cases {
            let out = document.open_case();
            xml::attribute(out, "name", &case.test.name);
            xml::attribute(out, "classname", &case.test.class_name);
            xml::seconds(out, "time", case.last_ms);
            out.push_str(">\n");
            case.properties(out);
            playwright_ending(out, context, case, project);
            out.push_str("</testcase>\n");
        }
        document.text.push_str("</testsuite>\n");
    }
    document.text.push_str("</testsuites>");
    vec![document]
}

fn totals(out: &mut String, counts: Counts) {
    xml::plain(out, "tests", counts.tests);
    xml::plain(out, "failures", counts.failures);
    xml::plain(out, "skipped", counts.skipped);
}

fn playwright_ending(out: &mut String, context: &Context<'_>, case: &Case<'_>, project: &str) {
    let (file, name) = (&case.test.file, &case.test.name);
    if case.ending == Ending::Passed {
        return;
    }
    let words = Failure::of(context, case);
    let (element, kind, what) = match case.ending {
        Ending::Passed => return,
        Ending::Skipped => {
            out.push_str("<skipped>\n</skipped>\n");
            return;
        }
        Ending::Failed => {
            let what = format!(
                "Error: expect(locator).toHaveCount(expected) failed\n\n    Expected: {}\n    Received: {}",
                words.expected, words.found
            );
            ("failure", "FAILURE", what)
        }
        Ending::Error => ("error", "ERROR", format!("Error: page.goto: {}", words.cause)),
    };
    let line = words.line;
    out.push('<');
    out.push_str(element);
    let message = format!("{} {name}", file.rsplit('/').next().unwrap_or_default());
    xml::attribute(out, "message", &message);
    xml::attribute(out, "type", kind);
    out.push_str(">\n");
    let text = format!("  [{project}] › {file}:{line}:5 › {name}\n\n    {what}\n\n        at {file}:{line}:5\n");
    xml::character_data(out, &text);
    out.push_str("\n</");
    out.push_str(element);
    out.push_str(">\n");
}

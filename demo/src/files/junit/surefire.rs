//! Maven Surefire 3: one file per class; its counts are of executions.

use std::fmt::Write as _;

use super::failure::Failure;
use super::{Case, Context, Counts, Document, Ending, groups};
use crate::files::xml;

/// `TEST-<class>.xml` for each class.
pub(super) fn write(context: &Context<'_>, cases: &[Case<'_>]) -> Vec<Document> {
    groups(cases, |test| &test.class_name)
        .into_iter()
        .map(|(class_name, cases)| class(context, class_name, &cases))
        .collect()
}

fn class(context: &Context<'_>, class_name: &str, cases: &[&Case<'_>]) -> Document {
    let counts = Counts::of(cases.iter().copied());
    let name = format!("TEST-{}.xml", class_name.replace(['/', '\\'], "."));
    let mut document = Document::new(name, cases.len() + counts.earlier * 3);
    let out = &mut document.text;
    out.push_str(
        "<testsuite xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:noNamespaceSchemaLocation=\"https://maven.apache.org/surefire/maven-surefire-plugin/xsd/surefire-test-report.xsd\" version=\"3.0.2\"",
    );
    xml::attribute(out, "name", class_name);
    xml::seconds(out, "time", counts.milliseconds);
    xml::plain(out, "tests", counts.tests + counts.earlier);
    xml::plain(out, "errors", counts.errors);
    xml::plain(out, "skipped", counts.skipped);
    xml::plain(out, "failures", counts.failures + counts.earlier);
    xml::plain(out, "flakes", counts.flakes);
    out.push_str(">\n  <properties>\n    <property name=\"java.version\" value=\"21.0.5\"/>\n  </properties>\n");
    for case in cases {
        document.text.push_str("  ");
        let out = document.open_case();
        xml::attribute(out, "name", &case.test.name);
        xml::attribute(out, "classname", class_name);
        // Reruns carry no time of their own: the case's is of them all.
        xml::seconds(out, "time", case.total_ms());
        if case.ending == Ending::Passed && case.earlier_ms.is_empty() && case.quarantine.is_none() {
            out.push_str("/>\n");
            continue;
        }
        out.push_str(">\n");
        case.properties(out);
        verdicts(out, context, case);
        out.push_str("  </testcase>\n");
    }
    document.text.push_str("</testsuite>\n");
    document
}

fn verdicts(out: &mut String, context: &Context<'_>, case: &Case<'_>) {
    let words = Failure::of(context, case);
    let message = format!("expected: <{}> but was: <{}>", words.expected, words.found);
    let class_name = &case.test.class_name;
    let trace = |kind: &str, message: &str| {
        let simple = class_name.rsplit('.').next().unwrap_or(class_name);
        format!(
            "{kind}: {message}\n\tat {class_name}.{}({simple}.java:{})\n",
            case.test.name, words.line
        )
    };
    let failed = "org.opentest4j.AssertionFailedError";
    let broken = "java.lang.IllegalStateException";
    match case.ending {
        Ending::Passed => {}
        Ending::Failed => single(out, "failure", failed, &message, &trace(failed, &message)),
        Ending::Error => single(out, "error", broken, words.cause, &trace(broken, words.cause)),
        Ending::Skipped => out.push_str("    <skipped message=\"not on this platform\"/>\n"),
    }
    let element = if case.ending == Ending::Passed {
        "flakyFailure"
    } else {
        "rerunFailure"
    };
    for _ in &case.earlier_ms {
        let _ = write!(out, "    <{element}");
        xml::attribute(out, "message", &message);
        xml::attribute(out, "type", failed);
        out.push_str(">\n      <stackTrace>");
        xml::character_data(out, &trace(failed, &message));
        let _ = writeln!(out, "</stackTrace>\n    </{element}>");
    }
}

fn single(out: &mut String, element: &str, kind: &str, message: &str, trace: &str) {
    let _ = write!(out, "    <{element}");
    xml::attribute(out, "message", message);
    xml::attribute(out, "type", kind);
    out.push('>');
    xml::character_data(out, trace);
    let _ = writeln!(out, "</{element}>");
}

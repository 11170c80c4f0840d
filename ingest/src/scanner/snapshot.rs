//! What is read of a scanner's report as text, for the snapshots of fixtures.

use std::fmt::Write as _;
use std::io::BufRead;

use domain::clock::format_timestamp;
use domain::finding::{Finding, Suppression};
use domain::scan::Scan;

use super::{Clean, Outline, Read, Row};

/// Reads a file; each row as one line.
pub(crate) fn rows(read: Read, input: &mut dyn BufRead) -> (Outline, Vec<String>) {
    let mut rows = Vec::new();
    let outline = read(input, &mut |row| {
        rows.push(match row {
            Row::Finding(finding) => finding_line(finding),
            Row::Scan(scan) => scan_line(scan),
        });
        Ok(())
    });
    let outline = outline.unwrap();
    assert_eq!(outline.n_rows, i64::try_from(rows.len()).unwrap());
    (outline, rows)
}

/// What lands of a file, and how many secrets were taken out.
pub(crate) fn copied(copy: Clean, bytes: &[u8]) -> (Vec<u8>, i64) {
    let mut copied = Vec::new();
    let n = copy(&mut &*bytes, &mut copied).unwrap();
    (copied, n)
}

/// Writes what lands of a file, and what is read from that, as the snapshots hold it.
pub(crate) fn render(read: Read, copy: Clean, bytes: &[u8]) -> String {
    let (landed, n_redactions) = copied(copy, bytes);
    let (outline, rows) = rows(read, &mut landed.as_slice());
    let mut text = format!(
        "{}, dialect {}, {} rows, {n_redactions} redactions\n",
        outline.status.as_str(),
        outline.dialect.as_deref().unwrap_or("unknown"),
        outline.n_rows
    );
    if let Some(reason) = &outline.reason {
        let _ = writeln!(text, "reason: {reason}");
    }
    for (code, warning) in outline.warnings.iter() {
        let _ = writeln!(text, "warning: {code} x {}, first at {}", warning.n, warning.first);
    }
    for row in rows {
        text.push_str(&row);
        text.push('\n');
    }
    text
}

/// Writes a finding as one line; what is absent leaves its place empty.
fn finding_line(finding: &Finding) -> String {
    let assessment = finding.assessment;
    let mut line = format!(
        "  {}.{} {} {} {} ({}{})",
        finding.scan,
        finding.result,
        finding.identity.class.as_str(),
        finding.rule_id,
        assessment.severity.as_str(),
        assessment.basis.as_str(),
        if assessment.is_disputed { ", disputed" } else { "" },
    );
    if let Some(path) = &finding.path {
        let _ = write!(line, " | {path}");
    }
    if let Some(start) = finding.start_line {
        let _ = write!(line, ":{start}");
    }
    let _ = write!(
        line,
        " | by {} {:?}",
        finding.identity.basis.as_str(),
        finding.identity.parts
    );
    if finding.occurrence > 0 {
        let _ = write!(line, " #{}", finding.occurrence);
    }
    for (label, value) in [
        ("name", &finding.rule_name),
        ("message", &finding.message),
        ("score", &finding.security_severity),
        ("word", &finding.tool_severity),
        ("at", &finding.logical_location),
        ("package", &finding.package),
        ("purl", &finding.purl),
        ("version", &finding.installed_version),
        ("vulnerability", &finding.vulnerability_id),
        ("ids", &finding.vulnerability_ids),
        ("commit", &finding.commit_sha),
        ("fingerprints", &finding.fingerprints),
        ("baseline", &finding.baseline_state),
        ("justification", &finding.suppression_justification),
    ] {
        if let Some(value) = value {
            let _ = write!(line, " | {label} {value:?}");
        }
    }
    if let Some(suppression) = finding.suppression {
        let _ = write!(line, " | {}", Suppression::as_str(suppression));
    }
    line
}

/// Writes a scan as one line.
fn scan_line(scan: &Scan) -> String {
    let mut line = format!(
        "scan {} {:?} ({}) {}, {:?} results, {} findings",
        scan.scan,
        scan.tool,
        scan.tool_family,
        scan.completeness.as_str(),
        scan.n_results,
        scan.n_findings
    );
    for (label, value) in [
        ("because", &scan.reason),
        ("version", &scan.tool_version),
        ("category", &scan.category),
        ("image", &scan.image),
        ("revision", &scan.revision),
        ("branch", &scan.branch),
    ] {
        if let Some(value) = value {
            let _ = write!(line, " | {label} {value:?}");
        }
    }
    for (label, time) in [("from", scan.started_at), ("to", scan.ended_at)] {
        if let Some(time) = time {
            let _ = write!(line, " | {label} {}", format_timestamp(time));
        }
    }
    if let Some(successful) = scan.execution_successful {
        let _ = write!(line, " | successful {successful}");
    }
    if let Some(code) = scan.exit_code {
        let _ = write!(line, " | exit {code}");
    }
    if scan.is_truncated {
        line.push_str(" | truncated");
    }
    line
}

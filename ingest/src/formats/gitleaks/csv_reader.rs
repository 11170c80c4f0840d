//! Reads a report in CSV.

use std::io::{self, BufRead};

use domain::scan::Scan;
use domain::source::{SourceStatus, Warnings};

use super::csv::{Field, Records};
use super::leak::{Leak, TOOL};
use super::sniff::Header;
use crate::scanner::class::family;
use crate::scanner::reading::scan_of;
use crate::scanner::window::Window;
use crate::scanner::{Outline, Row};

/// Reads the records of a file, and gives out its rows.
pub(super) fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row<'_>) -> io::Result<()>) -> io::Result<Outline> {
    let mut warnings = Warnings::default();
    let mut records = Records::new(input);
    let mut window = Window::new(emit);
    let first = records.next()?.unwrap_or_default();
    let Some(header) = Header::of(&first) else {
        let reason = "not Gitleaks: no column of a report".to_owned();
        return Ok(outline(SourceStatus::Refused, Some(reason), 0, warnings));
    };
    let mut n_results = 0;
    let mut broken = first
        .end
        .is_empty()
        .then(|| "truncated: a header without its end".to_owned());
    while let Some(record) = records.next()? {
        if record.is_blank() {
            continue;
        }
        let at = record.at;
        let is_ragged = !record.is_in(header.columns.len());
        if record.end.is_empty() {
            // Gitleaks ends every record: what lacks its end was cut.
            broken = Some(format!("truncated: a record without its end at byte {at}"));
            if record.fields.len() < header.columns.len() {
                break;
            }
        }
        let mut fields: Vec<_> = record.fields.iter().map(Field::text).collect();
        if is_ragged {
            warnings.add("fields_differ", || {
                format!("byte {at}: {} fields in {} columns", fields.len(), header.columns.len())
            });
            // Nothing says which column a field belongs to.
            fields.clear();
        }
        let leak = Leak::of_csv(&header, &fields);
        // A place in a commit is one secret, whatever stands behind it: nothing waits.
        window.push(leak.finding(i32::try_from(n_results).unwrap_or(i32::MAX)))?;
        n_results += 1;
    }
    if let Some(damage) = &records.damage {
        broken = Some(format!("damaged: {damage}"));
    }
    let scan = Scan {
        n_results: Some(n_results),
        ..scan_of(TOOL)
    };
    let n_rows = window.close(scan, broken.as_deref())?;
    let status = if broken.is_some() {
        SourceStatus::Partial
    } else {
        SourceStatus::Complete
    };
    Ok(outline(status, broken, n_rows, warnings))
}

fn outline(status: SourceStatus, reason: Option<String>, n_rows: i64, warnings: Warnings) -> Outline {
    Outline {
        dialect: Some(family(TOOL)),
        status,
        reason,
        n_rows,
        warnings,
    }
}

//! Reads a report in CSV.

use std::io::{self, BufRead};

use domain::scan::{Completeness, Scan};
use domain::source::{SourceStatus, Warnings};

use super::csv::{Field, Records};
use super::leak::{Leak, TOOL};
use super::sniff::Header;
use crate::scanner::native::{Rows, scan_by};

/// Reads the records of a file, and gives out its rows.
pub(super) fn read(
    input: &mut dyn BufRead,
    rows: &mut Rows<'_>,
) -> io::Result<(SourceStatus, Option<String>, Warnings)> {
    let mut warnings = Warnings::default();
    let mut records = Records::new(input);
    let first = records.next()?.unwrap_or_default();
    let Some(header) = Header::of(&first) else {
        let reason = "not Gitleaks: no column of a report".to_owned();
        return Ok((SourceStatus::Refused, Some(reason), warnings));
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
        rows.one(leak.finding(i32::try_from(n_results).unwrap_or(i32::MAX)))?;
        n_results += 1;
    }
    if let Some(damage) = &records.damage {
        broken = Some(format!("damaged: {damage}"));
    }
    let completeness = if broken.is_some() {
        Completeness::Partial
    } else {
        Completeness::Complete
    };
    rows.scan(Scan {
        completeness,
        is_truncated: broken.is_some(),
        reason: broken.clone(),
        n_results: Some(n_results),
        ..scan_by(TOOL)
    })?;
    let status = if broken.is_some() {
        SourceStatus::Partial
    } else {
        SourceStatus::Complete
    };
    Ok((status, broken, warnings))
}

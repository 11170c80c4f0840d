//! `.quarantine.toml` as a commit left it: `[[quarantine]] test, ticket, owner, reason`, and for an extension
//! `extended_until, approved_by`.

use domain::clock::{Timestamp, parse_timestamp};
use domain::quarantine::QuarantineEntry;
use domain::source::Warnings;
use lake::tables::quarantine_entries;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use toml::{Table, Value};

use super::changes::CommitObject;
use super::fields::{needed, parse};
use super::kinds::Reading;
use crate::report::Rows;

/// The commit as served, and the file in it. Its base 64 is undone, so that credentials in it are seen before it lands.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuarantineListDocument {
    pub(crate) commit: Box<RawValue>,
    /// Null: the commit removed the file.
    pub(crate) text: Option<String>,
}

/// One entry.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    test: String,
    ticket: Option<String>,
    owner: Option<String>,
    reason: Option<String>,
    extended_until: Option<Timestamp>,
    approved_by: Option<String>,
}

/// A list.
#[derive(Debug, Default)]
pub(crate) struct List {
    pub(crate) entries: Vec<Entry>,
    /// False: something in it could not be read, so that absence from it says nothing.
    pub(crate) is_whole: bool,
    pub(crate) warnings: Warnings,
}

/// Reads a list, as much of it as there is.
pub(crate) fn read_list(text: &str) -> List {
    let mut list = List {
        is_whole: true,
        ..List::default()
    };
    let table: Table = match text.parse() {
        Ok(table) => table,
        Err(error) => {
            list.is_whole = false;
            list.warnings.add("list_unreadable", || error.to_string());
            return list;
        }
    };
    let entries = match table.get("quarantine") {
        None if table.is_empty() => return list,
        Some(Value::Array(entries)) => entries.as_slice(),
        _ => {
            list.is_whole = false;
            list.warnings
                .add("list_unreadable", || "no array of tables `quarantine`".to_owned());
            return list;
        }
    };
    for (position, entry) in entries.iter().enumerate() {
        let place = || format!("entry {position}");
        let test = entry.get("test").and_then(Value::as_str).map(str::trim);
        let Some(test) = test.filter(|test| !test.is_empty()) else {
            list.is_whole = false;
            list.warnings.add("entry_without_test", place);
            continue;
        };
        let mut text = |key: &str| match entry.get(key)? {
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Value::Integer(number) => Some(number.to_string()),
            _ => {
                list.warnings
                    .add("value_unreadable", || format!("`{key}` of {}", place()));
                None
            }
        };
        let (ticket, owner, reason) = (text("ticket"), text("owner"), text("reason"));
        let approved_by = text("approved_by");
        let until = match entry.get("extended_until") {
            Some(Value::Datetime(until)) => Some(until.to_string()),
            Some(Value::String(until)) => Some(until.clone()),
            Some(other) => Some(other.to_string()),
            None => None,
        };
        let extended_until = until.and_then(|until| {
            let read = parse_timestamp(until.trim()).ok();
            if read.is_none() {
                list.warnings.add("value_unreadable", || {
                    format!("`extended_until` of {}: `{until}` is not a time", place())
                });
            }
            read
        });
        list.entries.push(Entry {
            test: test.to_owned(),
            ticket,
            owner,
            reason,
            extended_until,
            approved_by,
        });
    }
    list
}

/// Rows of a list: one for each entry, or one that says that there is none.
pub(super) fn read(object: &[u8], reading: &Reading<'_>) -> Result<Vec<Rows>, String> {
    let document: QuarantineListDocument = parse(object)?;
    let commit: CommitObject = parse(document.commit.get().as_bytes())?;
    let committed_at = needed(commit.committed_at(), "committer.date")?;
    // A removed file is an empty list.
    let list = read_list(document.text.as_deref().unwrap_or_default());
    reading.warnings.replace(list.warnings);
    let row = |(position, entry): (usize, Option<Entry>)| {
        let test = entry.as_ref().map(|entry| entry.test.clone());
        let entry = entry.unwrap_or_default();
        QuarantineEntry {
            repository: reading.context.repository.clone(),
            commit_sha: commit.sha.clone(),
            committed_at,
            position: i32::try_from(position).unwrap_or(i32::MAX),
            is_whole: list.is_whole,
            test,
            ticket: entry.ticket,
            owner: entry.owner,
            reason: entry.reason,
            extended_until: entry.extended_until,
            approved_by: entry.approved_by,
        }
    };
    let mut entries: Vec<Option<Entry>> = list.entries.into_iter().map(Some).collect();
    if entries.is_empty() {
        entries.push(None);
    }
    let rows = entries.into_iter().enumerate().map(row).collect();
    Ok(vec![reading.rows(&quarantine_entries::TABLE, rows)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(list: &List) -> Vec<(&'static str, i64)> {
        list.warnings.iter().map(|(code, warning)| (code, warning.n)).collect()
    }

    #[test]
    fn entries_are_read_with_all_that_they_say() {
        let list = read_list(
            "[[quarantine]]\ntest = 'a.B::c'\nticket = 'https://github.com/acme/api/issues/7'\nowner = 'qa'\n\
             reason = 'fails by chance'\nextended_until = 2026-05-01T10:00:00Z\napproved_by = 'claire'\n\
             [[quarantine]]\ntest = ' d::e '\nticket = 12\nextended_until = '2026-05-02'\nowner = ''\n",
        );
        let until = |text| parse_timestamp(text).ok();
        assert!(list.is_whole);
        assert_eq!(codes(&list), []);
        assert_eq!(
            list.entries,
            [
                Entry {
                    test: "a.B::c".to_owned(),
                    ticket: Some("https://github.com/acme/api/issues/7".to_owned()),
                    owner: Some("qa".to_owned()),
                    reason: Some("fails by chance".to_owned()),
                    extended_until: until("2026-05-01T10:00:00Z"),
                    approved_by: Some("claire".to_owned()),
                },
                Entry {
                    test: "d::e".to_owned(),
                    ticket: Some("12".to_owned()),
                    extended_until: until("2026-05-02"),
                    ..Entry::default()
                },
            ]
        );
    }

    #[test]
    fn what_cannot_be_read_is_counted_and_is_no_empty_list() {
        for (text, is_whole, n_entries, warnings) in [
            ("", true, 0, vec![]),
            ("# nobody\n", true, 0, vec![]),
            ("quarantine = []", true, 0, vec![]),
            ("[[quarantine]\ntest = 'a'", false, 0, vec![("list_unreadable", 1)]),
            ("[[quarantined]]\ntest = 'a'", false, 0, vec![("list_unreadable", 1)]),
            ("quarantine = 'a'", false, 0, vec![("list_unreadable", 1)]),
            (
                "[[quarantine]]\nname = 'a'\n[[quarantine]]\ntest = 'b'\n[[quarantine]]\ntest = ' '",
                false,
                1,
                vec![("entry_without_test", 2)],
            ),
            (
                "[[quarantine]]\ntest = 'a'\nextended_until = 'soon'\napproved_by = ['x']",
                true,
                1,
                vec![("value_unreadable", 2)],
            ),
        ] {
            let list = read_list(text);
            assert_eq!((list.is_whole, list.entries.len()), (is_whole, n_entries), "{text}");
            assert_eq!(codes(&list), warnings, "{text}");
        }
    }
}

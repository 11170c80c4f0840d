//! Lists made up for tests of the boards. Compiled for tests only.

use std::sync::Arc;

use query::answer::{Cell, Column, Table};
use query::definition::{Definition, Kind};

use crate::sample_definitions::{columns, definition};
use crate::samples::{HOSTILE, asked, at};

/// A list of CSV: an empty field is null, `HOSTILE` the hostile name; columns are typed by their names.
fn list(id: &str, csv: &str) -> Table {
    let mut lines = csv.lines();
    let names: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let cell = |name: &str, text: &str| match text {
        "" => Cell::Null,
        "HOSTILE" => Cell::Text(HOSTILE.to_owned()),
        "true" => Cell::Boolean(true),
        "false" => Cell::Boolean(false),
        _ if name.ends_with("_at") || name == "since" => Cell::Time(at(text)),
        _ if name.ends_with("_left") || name.ends_with("seconds") => Cell::Float(text.parse().unwrap_or_default()),
        _ if name.starts_with("n_") || name == "n" || name == "commits_judged" => {
            Cell::Integer(text.parse().unwrap_or_default())
        }
        _ => Cell::Text(text.to_owned()),
    };
    let documented: Vec<(&str, &str)> = names.iter().map(|name| (*name, "What it is.")).collect();
    let definition = Definition {
        columns: columns(&documented),
        ..definition(Kind::List, "list", id, id, "A list.", "select 1")
    };
    let column = |name: &&str| Column {
        name: (*name).to_owned(),
        doc: "What it is.".to_owned(),
    };
    Table {
        columns: names.iter().map(column).collect(),
        definition: Some(Arc::new(definition)),
        asked: asked(),
        rows: lines
            .map(|line| {
                names
                    .iter()
                    .zip(line.split(','))
                    .map(|(name, text)| cell(name, text))
                    .collect()
            })
            .collect(),
    }
}

/// The same list without rows.
pub(crate) fn emptied(table: &Table) -> Table {
    Table {
        rows: vec![],
        ..table.clone()
    }
}

/// The same list with the rows whose `column` is `word`.
pub(crate) fn only(table: &Table, column: &str, word: &str) -> Table {
    let index = table
        .columns
        .iter()
        .position(|known| known.name == column)
        .unwrap_or_default();
    let mut table = table.clone();
    table.rows.retain(|row| row[index] == Cell::Text(word.to_owned()));
    table
}

/// One branch is red, one was never judged, two are green.
pub(crate) fn main_branches() -> Table {
    list(
        "main_branches",
        "repository,state,since,seconds,is_breach,n_checks,checks,opened_on,commits_judged,last_commit_at\n\
         neurocipher/console,red,2026-11-23T17:16:00Z,24240,true,2,HOSTILE,9fceb02d0ae598e95dc970b74767f19372d61af8,55,\
         2026-11-23T17:00:00Z\n\
         neurocipher/docs,unknown,,,false,,,,0,2026-11-20T08:00:00Z\n\
         neurocipher/ingest-api,green,2026-11-23T22:00:00Z,7200,false,,,,98,2026-11-23T21:30:00Z\n\
         neurocipher/a-repository-with-a-rather-long-name,green,2026-11-12T00:00:00Z,1036800,false,,,,12,\
         2026-11-23T12:00:00Z",
    )
}

/// Outages open, fixed, left by re-run, longer than the window, and of a minute.
pub(crate) fn outages() -> Table {
    list(
        "outages",
        "repository,opened_at,closed_at,seconds,is_breach,is_rerun_alone,n_checks,checks,opened_on\n\
         neurocipher/console,2026-11-23T17:16:00Z,,24240,true,false,2,HOSTILE,9fceb02d0ae598e95dc970b74767f19372d61af8\n\
         neurocipher/console,2026-11-01T00:00:00Z,2026-11-11T00:00:00Z,864000,true,false,1,lint,9fceb02d0ae5\n\
         neurocipher/ingest-api,2026-11-23T21:00:00Z,2026-11-23T22:00:00Z,3600,false,true,1,unit,9fceb02d0ae5\n\
         neurocipher/ingest-api,2026-11-10T00:00:00Z,2026-11-10T00:01:00Z,60,false,false,1,types,9fceb02d0ae5",
    )
}

/// What could not be had.
pub(crate) fn gap_counts() -> Table {
    list(
        "gap_counts",
        "repository,resource,reason,n,from_at,to_at,observed_at\n\
         neurocipher/ingest-api,artifact,expired,12,2026-11-10T00:00:00Z,2026-11-12T00:00:00Z,2026-11-24T00:00:00Z\n\
         neurocipher/console,runs,HOSTILE,1,,,2026-11-24T00:00:00Z",
    )
}

/// What was taken in, with losses and a silent scanner.
pub(crate) fn ingest_health() -> Table {
    list(
        "ingest_health",
        "repository,format,n,n_rows,n_partial,n_refused,newest_at,lag_seconds,is_silent,known_at\n\
         neurocipher/console,junit,812,90412,1,0,2026-11-23T23:00:00Z,3600,false,2026-11-23T23:48:10Z\n\
         neurocipher/console,sarif,40,51,0,2,2026-11-21T23:00:00Z,176400,true,2026-11-23T23:48:10Z\n\
         neurocipher/ingest-api,junit,90,8121,0,0,2026-11-23T20:00:00Z,14400,false,2026-11-23T23:48:10Z\n\
         HOSTILE,github_run,90,90,0,0,2026-11-23T20:00:00Z,14400,false,2026-11-23T23:48:10Z",
    )
}

/// A quarantine in each state.
pub(crate) fn quarantines() -> Table {
    list(
        "quarantines",
        "repository,class_name,name,test_id,tagged_by,tagged_at,started_at,due_at,days_left,ticket,owner,reason,\
         is_extended,approved_by,released_at,n_clean,n_clean_needed,state,is_breached\n\
         neurocipher/console,HOSTILE,HOSTILE,aaaabbbbcc33,property,2026-11-01T00:00:00Z,2026-11-01T00:00:00Z,\
         2026-11-15T00:00:00Z,-9,javascript:alert(1),,HOSTILE,true,HOSTILE,,3,149,overdue,true\n\
         neurocipher/console,tests.test_session,test_refresh,aaaabbbbcc22,issue,2026-11-12T00:00:00Z,\
         2026-11-12T00:00:00Z,2026-11-26T00:00:00Z,2,https://github.com/neurocipher/console/issues/812,ada,Races,false,,,\
         88,149,active,false\n\
         neurocipher/ingest-api,,drains,,list,2026-11-22T00:00:00Z,2026-11-22T00:00:00Z,2026-12-06T00:00:00Z,12,,ben,,\
         false,,,0,149,active,false\n\
         neurocipher/ingest-api,io.QueueTest,drained,aaaabbbbcc44,name,2026-10-01T00:00:00Z,2026-10-01T00:00:00Z,\
         2026-10-15T00:00:00Z,,https://github.com/neurocipher/ingest-api/issues/7,ben,,false,,2026-10-20T00:00:00Z,12,149,\
         released_unproven,true\n\
         neurocipher/ingest-api,io.QueueTest,fills,aaaabbbbcc55,name,2026-10-01T00:00:00Z,2026-10-01T00:00:00Z,\
         2026-10-15T00:00:00Z,,https://github.com/neurocipher/ingest-api/issues/8,ben,,false,,2026-10-14T00:00:00Z,160,\
         149,released_proven,false",
    )
}

/// A finding in each state, two of them past their deadline.
pub(crate) fn security_clocks() -> Table {
    list(
        "security_clocks",
        "repository,item,severity,tool,rule_id,path,package,started_at,due_at,hours_left,fixed_at,state,is_continued,\
         first_scan,fixing_scan\n\
         neurocipher/console,i1,critical,trivy,HOSTILE,HOSTILE,HOSTILE,2026-11-20T00:00:00Z,2026-11-21T00:00:00Z,-72,,\
         breached,true,s1,\n\
         neurocipher/console,i2,high,codeql,js/xss,src/a.ts,,2026-11-18T00:00:00Z,2026-11-21T00:00:00Z,-72,,breached,\
         false,s1,\n\
         neurocipher/console,i3,high,trivy,CVE-2026-1,,openssl,2026-11-23T00:00:00Z,2026-11-26T00:00:00Z,48,,open,false,\
         s1,\n\
         neurocipher/console,i4,critical,gitleaks,,.env,,2026-11-10T00:00:00Z,2026-11-11T00:00:00Z,,\
         2026-11-12T00:00:00Z,late,false,s1,s2\n\
         neurocipher/console,i5,high,trivy,CVE-2026-2,,zlib,2026-11-10T00:00:00Z,2026-11-13T00:00:00Z,,\
         2026-11-11T00:00:00Z,met,false,s1,s2",
    )
}

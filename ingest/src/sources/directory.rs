//! The directory source: files that CI left in a folder, with what is said about the run that left them.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::{Path, PathBuf};

use domain::clock::Timestamp;
use domain::run::Run;
use domain::source::SourceContext;

use super::archive::{self, Stop};
use super::item::{Document, Item, Origin};
use crate::coverage::row::Row;
use crate::error::{Error, Result};
use crate::formats::junit;
use crate::formats::registry::{self, HEAD_BYTES, JUNIT, Recognised, SARIF, recognise};
use crate::payload::Payload;
use crate::redaction::Content;
use crate::scanner;

/// A folder, or a file, with the run that left it.
#[derive(Debug, Clone)]
pub struct RunDirectory {
    /// The folder or file.
    pub path: PathBuf,
    /// What is said about the run; its times are filled in from the reports where nothing is said.
    pub run: StatedRun,
    /// The job that left it, where known.
    pub job: Option<String>,
}

/// A run as a person or a table states it; times may be left to the reports.
#[derive(Debug, Clone)]
pub struct StatedRun {
    /// Everything but the times.
    pub run: Run,
    /// When it started.
    pub started_at: Option<Timestamp>,
    /// When it completed.
    pub completed_at: Option<Timestamp>,
}

/// Files that belong to no format, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Walk {
    /// The files, in the order of their paths.
    pub files: Vec<(PathBuf, String)>,
    /// Symbolic links and other things that are not followed.
    pub not_followed: Vec<String>,
}

/// Lists the files below `root`, in the order of their paths; symbolic links are not followed.
pub fn walk(root: &Path) -> Result<Walk> {
    let read = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Read { path, source }
    };
    let mut walked = Walk::default();
    if std::fs::metadata(root).map_err(read(root))?.is_file() {
        let shown = root.file_name().unwrap_or_default().to_string_lossy().into_owned();
        walked.files.push((root.to_owned(), shown));
        return Ok(walked);
    }
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(read(&folder))? {
            let entry = entry.map_err(read(&folder))?;
            let path = entry.path();
            let shown = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .to_string_lossy()
                .replace('\\', "/");
            let kind = entry.file_type().map_err(read(&path))?;
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                walked.files.push((path, shown));
            } else {
                walked.not_followed.push(shown);
            }
        }
    }
    walked.files.sort_by(|a, b| a.1.cmp(&b.1));
    walked.not_followed.sort();
    Ok(walked)
}

impl RunDirectory {
    /// The run's document and the files below the folder, each with its context.
    pub(crate) fn items(&self) -> Result<(Vec<Item>, Vec<String>)> {
        let walked = walk(&self.path)?;
        let mut run = self.run.run.clone();
        let (started_at, completed_at) = match (self.run.started_at, self.run.completed_at) {
            (None, None) => reported_span(&walked).map_or_else(|| Err(self.no_time()), Ok)?,
            (started_at, Some(completed_at)) => (started_at.unwrap_or(completed_at), completed_at),
            (Some(started_at), None) => (started_at, started_at),
        };
        if completed_at < started_at {
            return Err(Error::Usage(format!("run {} completed before it started", run.run_id)));
        }
        run.created_at = started_at;
        run.started_at = Some(started_at);
        run.completed_at = Some(completed_at);
        let context = SourceContext {
            repository: run.repository.clone(),
            run_id: Some(run.run_id),
            run_attempt: Some(run.run_attempt),
            workflow: run.workflow.clone(),
            job: self.job.clone(),
            artifact: None,
        };
        // The document says nothing about the job: the same run told twice is told once.
        let document_context = SourceContext {
            job: None,
            ..context.clone()
        };
        let document = Document {
            format: "run",
            parser: crate::run_document::PARSER,
            bytes: crate::run_document::write(&run),
            shown: "run.json".to_owned(),
            context: document_context,
            completed_at,
        };
        let mut items = vec![Item {
            shown: document.shown.clone(),
            origin: Origin::Documents(vec![document]),
        }];
        for (path, shown) in walked.files {
            items.push(Item {
                shown,
                origin: Origin::File {
                    path,
                    context: context.clone(),
                    completed_at,
                },
            });
        }
        Ok((items, walked.not_followed))
    }

    fn no_time(&self) -> Error {
        Error::Usage(format!(
            "nothing tells when run {} happened: no report below `{}` carries a time; give `--started-at` or `--completed-at`",
            self.run.run.run_id,
            self.path.display()
        ))
    }
}

/// What a file turned out to be.
pub(crate) enum Visit<'a> {
    /// A payload, with its path, the archive that held it, and what it was recognised as.
    Payload {
        path: &'a str,
        artifact: Option<&'a str>,
        recognised: Recognised,
        payload: Payload,
    },
    /// A file of no format.
    Other { path: &'a str },
}

/// Shows the payloads of one file; archives are looked into.
pub(crate) fn visit(path: &Path, shown: &str, visitor: &mut dyn FnMut(Visit<'_>) -> Result<()>) -> Result<()> {
    let read = |source| Error::Read {
        path: path.to_owned(),
        source,
    };
    let mut file = File::open(path).map_err(read)?;
    let mut head = Vec::new();
    std::io::Read::take(&mut file, HEAD_BYTES as u64)
        .read_to_end(&mut head)
        .map_err(read)?;
    if recognise(&head) != Recognised::Zip {
        return visit_payload(shown, None, head, &mut file, visitor);
    }
    file.rewind().map_err(read)?;
    let artifact = Path::new(shown)
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let archive = std::io::BufReader::with_capacity(256 * 1024, &mut file);
    let walked = archive::walk(archive, &mut |name, head, rest| {
        visit_payload(name, Some(&artifact), head, rest, visitor)
    });
    match walked {
        Ok(()) => Ok(()),
        Err(Stop::Visitor(error)) => Err(error),
        Err(Stop::Refused(reason)) => {
            file.rewind().map_err(read)?;
            let payload = Payload::read(Vec::new(), &mut file, Content::Text).map_err(read)?;
            let recognised = Recognised::Refused { format: "zip", reason };
            visitor(Visit::Payload {
                path: shown,
                artifact: Some(&artifact),
                recognised,
                payload,
            })
        }
    }
}

fn visit_payload(
    path: &str,
    artifact: Option<&str>,
    head: Vec<u8>,
    rest: &mut dyn std::io::Read,
    visitor: &mut dyn FnMut(Visit<'_>) -> Result<()>,
) -> Result<()> {
    let recognised = recognise_payload(path, &head);
    if recognised == Recognised::Other {
        return visitor(Visit::Other { path });
    }
    // Also what is named or sniffed as SARIF and is not read: a refused payload lands like any other.
    let own = match &recognised {
        Recognised::Format(format) => registry::cleaner_of_scans(format.name),
        _ => None,
    };
    let clean = match own {
        None if ends_with(path, SARIF.name) || registry::is_sarif(&head) => registry::cleaner_of_scans(SARIF.name),
        clean => clean,
    };
    let payload = Payload::read(head, rest, clean.map_or(Content::Text, Content::Scans))?;
    visitor(Visit::Payload {
        path,
        artifact,
        recognised,
        payload,
    })
}

/// What a payload is, by its first bytes and by its path where they tell too little.
pub(crate) fn recognise_payload(path: &str, head: &[u8]) -> Recognised {
    let recognised = match recognise(head) {
        Recognised::Other if ends_with(path, SARIF.name) => Recognised::Refused {
            format: SARIF.name,
            reason: "not SARIF: its first bytes show no run".to_owned(),
        },
        // An empty log is nothing; an empty report is a report that was lost.
        Recognised::Refused { .. } if head.is_empty() && !ends_with(path, "xml") => Recognised::Other,
        Recognised::Other if ends_with(path, "xml") => Recognised::Refused {
            format: "unknown",
            reason: "not XML: it does not begin with an element".to_owned(),
        },
        Recognised::Zip => Recognised::Refused {
            format: "zip",
            reason: "archive: nested too deep or too large".to_owned(),
        },
        recognised => recognised,
    };
    registry::recognise_named(path, head).unwrap_or(recognised)
}

fn ends_with(path: &str, extension: &str) -> bool {
    let found = Path::new(path).extension();
    found.is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

/// The earliest and the latest time that the reports themselves state.
fn reported_span(walked: &Walk) -> Option<(Timestamp, Timestamp)> {
    let mut span: Option<(Timestamp, Timestamp)> = None;
    for (path, shown) in &walked.files {
        let visited = visit(path, shown, &mut |visit| {
            let Visit::Payload {
                recognised: Recognised::Format(format),
                mut payload,
                ..
            } = visit
            else {
                return Ok(());
            };
            let mut extend = |time: Option<Timestamp>| {
                if let Some(time) = time {
                    span = Some(span.map_or((time, time), |(first, last)| (first.min(time), last.max(time))));
                }
            };
            if format == JUNIT {
                junit::read(&mut *payload.open()?, &mut |result| {
                    extend(result.reported_at);
                    Ok(())
                })?;
            } else if let Some(read) = registry::reader_of_coverage(format.name) {
                read(&mut *payload.open()?, &mut |row| {
                    if let Row::Report(report) = row {
                        extend(report.reported_at);
                    }
                    Ok(())
                })?;
            } else if let Some(read) = registry::reader_of_scans(format.name) {
                read(&mut *payload.open()?, &mut |row| {
                    if let scanner::Row::Scan(scan) = row {
                        extend(scan.started_at);
                        extend(scan.ended_at);
                    }
                    Ok(())
                })?;
            }
            Ok(())
        });
        // What cannot be read now is met again, and told, when it is ingested.
        if visited.is_err() {
            return span;
        }
    }
    span
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a file is recognised as, and what lands of it.
    fn visited(name: &str, text: &str) -> (String, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, text).unwrap();
        let mut found = (String::new(), String::new());
        visit(&path, name, &mut |visit| {
            if let Visit::Payload {
                recognised,
                mut payload,
                ..
            } = visit
            {
                found.0 = match recognised {
                    Recognised::Format(format) => format.name.to_owned(),
                    Recognised::Refused { format, reason } => format!("{format} refused: {reason}"),
                    Recognised::Zip | Recognised::Other => "no payload".to_owned(),
                };
                payload.open()?.read_to_string(&mut found.1)?;
            }
            Ok(())
        })
        .unwrap();
        found
    }

    #[test]
    fn a_report_that_tells_too_little_is_a_scanners_by_its_name() {
        for (name, text, expected) in [
            ("out/gitleaks-report.json", "[]\n", "gitleaks"),
            ("Gitleaks.JSON", "null", "gitleaks"),
            ("gitleaks.json", "[{\"Descr", "gitleaks"),
            ("gitleaks.json", "", "gitleaks refused: empty: no bytes"),
            ("gitleaks.csv", "", "gitleaks refused: empty: no bytes"),
            ("gitleaks.log", "", ""),
            ("checkov_results.json", "", "checkov refused: empty: no bytes"),
            ("checkov_results.json", "[]", ""),
            ("tfsec.json", "", "tfsec refused: empty: no bytes"),
            ("trivy-image.json", "", "trivy refused: empty: no bytes"),
            ("gitleaks.sarif", "", "sarif refused: empty: no bytes"),
            ("tfsec.json", "{\"results\": null}", "tfsec"),
            ("results.json", "{\"results\": null}", ""),
            (
                "results.json",
                "{\"results\": [{\"rule_id\": \"a\", \"location\": {}}]}",
                "tfsec",
            ),
            ("results.json", "{\"check_type\": \"helm\", \"results\": {}}", "checkov"),
            ("gitleaks.json", "{}", ""),
            ("gitleaks/report.json", "[]", ""),
            ("report.json", "[]", ""),
            ("report.json", "", ""),
            (
                "report.json",
                "[{\"RuleID\": \"a\", \"File\": \"b\", \"Secret\": \"\", \"Commit\": \"\"}]",
                "gitleaks",
            ),
        ] {
            assert_eq!(visited(name, text).0, expected, "{name}: {text}");
        }
    }

    #[test]
    fn what_a_scanner_shows_is_taken_out_whatever_its_file_is_called() {
        let canary = ["canary", "of", "a", "secret"].join("~");
        let leak = format!(r#"[{{"RuleID": "a", "File": "b", "Commit": "", "StartLine": 1, "Secret": "{canary}"}}]"#);
        let cut = format!(r#"[{{"Author": "{canary}", "Description": "{canary}"#);
        let check = format!(r#"{{"results": {{"failed_checks": [{{"code_block": [[1, "{canary}"]]}}]}}}}"#);
        let result = format!(r#"{{"results": [{{"rule_id": "a", "location": {{}}, "description": "{canary}"}}]}}"#);
        for (name, text) in [
            ("a.json", &check),
            ("a.sarif", &check),
            ("a.json", &result),
            ("a.sarif", &result),
        ] {
            let (found, landed) = visited(name, text);
            assert!(["checkov", "tfsec"].contains(&found.as_str()), "{name}");
            assert!(!landed.contains(&canary), "{name}: {landed}");
        }
        for (name, text) in [
            ("a.json", &leak),
            ("a.sarif", &leak),
            ("a.xml", &leak),
            ("a", &leak),
            ("gitleaks.json", &leak),
            ("gitleaks.json", &cut),
        ] {
            let (found, landed) = visited(name, text);
            assert_eq!(found, "gitleaks", "{name}");
            assert!(!landed.contains(&canary), "{name}: {landed}");
        }
    }
}

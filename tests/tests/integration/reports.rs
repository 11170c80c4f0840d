//! Evidence reports as auditors take them: written by the program, the same bytes everywhere, checked with what every
//! machine has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::kill::plumbline;

/// Days of the simulated organization, which ends at the first of April.
const DAYS: &str = "8";
const WINDOWS: [(&str, &str); 3] = [
    ("2026-03-24", "2026-04-01"),
    ("2026-03-26", "2026-03-28"),
    ("2026-03-30T12:00:00Z", "2026-03-31T12:00:00Z"),
];

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A lake with what a simulated organization left behind.
fn lake(folder: &Path) -> PathBuf {
    let output = Command::new(plumbline())
        .args(["demo", "--check", "--seed", "2", "--days", DAYS, "--data"])
        .arg(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    folder.join("lake")
}

fn report(lake: &Path, id: &str, window: (&str, &str), out: &Path) -> Command {
    let mut command = Command::new(plumbline());
    command.args(["report", id, "--from", window.0, "--to", window.1, "--lake"]);
    command.arg(lake).arg("--out").arg(out);
    command
}

fn succeeds(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", text(&output.stderr));
    output
}

/// Every file below a folder, by its path.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn sha256sum(sums: &Path, folder: &Path) -> Output {
    let mut command = Command::new("sha256sum");
    command
        .args(["-c", "--strict", "--quiet"])
        .arg(sums)
        .current_dir(folder);
    command.output().unwrap()
}

/// The words between two texts, for each time that the first occurs.
fn between<'a>(content: &'a str, begin: &str, end: char) -> impl Iterator<Item = &'a str> {
    let parts: Vec<&str> = content.split(begin).skip(1).collect();
    parts.into_iter().filter_map(move |rest| rest.split(end).next())
}

#[test]
fn a_report_is_the_same_everywhere_and_can_be_checked_and_recomputed() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(&folder.path().join("demo"));
    for (number, window) in WINDOWS.into_iter().enumerate() {
        let (here, there) = (
            folder.path().join(format!("here-{number}")),
            folder.path().join(format!("there-{number}")),
        );
        succeeds(
            report(&lake, "adr-008", window, &here)
                .env("TZ", "UTC")
                .env("LC_ALL", "C.UTF-8"),
        );
        // One processor, another zone, no encoding.
        let mut alone = Command::new("taskset");
        let elsewhere = report(&lake, "adr-008", window, &there);
        alone
            .args(["-c", "0"])
            .arg(elsewhere.get_program())
            .args(elsewhere.get_args());
        succeeds(
            alone
                .env("TZ", "Asia/Kolkata")
                .env("LC_ALL", "C")
                .env("TOKIO_WORKER_THREADS", "1"),
        );
        let (found, again) = (files(&here), files(&there));
        assert_eq!(
            found.keys().collect::<Vec<_>>(),
            again.keys().collect::<Vec<_>>(),
            "{window:?}"
        );
        for (path, content) in &found {
            assert!(*content == again[path], "{window:?}: {path} differs");
        }
        links_lead_to_files(&found);
    }
    let here = folder.path().join("here-0");
    every_flipped_byte_is_found(&here);
    let checked = sha256sum(&here.join("lake.sha256"), &lake);
    assert!(checked.status.success(), "{}", text(&checked.stderr));
    recomputes(&lake, &here);
}

/// Pages need nothing from elsewhere, and every link of theirs leads to a file of the report, and to an anchor that is there.
fn links_lead_to_files(found: &BTreeMap<String, Vec<u8>>) {
    let pages: BTreeMap<&str, String> = found
        .iter()
        .filter(|(path, _)| Path::new(path).extension().is_some_and(|extension| extension == "html"))
        .map(|(path, content)| (path.as_str(), text(content)))
        .collect();
    assert!(pages.len() > 10, "{:?}", pages.keys());
    for (path, content) in &pages {
        assert!(!content.contains("<script") && !content.contains(" src="), "{path}");
        for href in between(content, " href=\"", '"') {
            let (target, anchor) = href.split_once('#').unwrap_or((href, ""));
            let target = match (target, path.rsplit_once('/')) {
                ("", _) => (*path).to_owned(),
                (target, None) => target.to_owned(),
                (target, Some((folder, _))) => match target.strip_prefix("../") {
                    Some(above) => above.to_owned(),
                    None => format!("{folder}/{target}"),
                },
            };
            assert!(found.contains_key(&target), "{path}: {href}");
            let has_anchor = || between(&pages[target.as_str()], " id=\"", '"').any(|id| id == anchor);
            assert!(anchor.is_empty() || has_anchor(), "{path}: {href}");
        }
    }
}

fn every_flipped_byte_is_found(report: &Path) {
    let sums = report.join("SHA256SUMS");
    let checked = sha256sum(&sums, report);
    assert!(checked.status.success(), "{}", text(&checked.stderr));
    let listed: BTreeSet<String> = text(&std::fs::read(&sums).unwrap())
        .lines()
        .map(|line| line.split_once("  ").unwrap().1.to_owned())
        .collect();
    let mut found: BTreeSet<String> = files(report).into_keys().collect();
    assert!(found.remove("SHA256SUMS"));
    assert_eq!(listed, found);
    for path in ["report.html", "csv/controls.csv", "sql/control/c07_03_coverage.sql"] {
        let path = report.join(path);
        let content = std::fs::read(&path).unwrap();
        let mut flipped = content.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        std::fs::write(&path, flipped).unwrap();
        assert!(!sha256sum(&sums, report).status.success(), "{}", path.display());
        std::fs::write(&path, content).unwrap();
    }
}

/// Each command of the report prints the file that it is named for, byte for byte, and the last one the report itself.
fn recomputes(lake: &Path, folder: &Path) {
    let readme = text(&std::fs::read(folder.join("README.txt")).unwrap());
    let mut n = 0;
    for line in readme.lines().map(str::trim).filter(|line| line.contains("| cmp - ")) {
        let (command, file) = line.split_once(" | cmp - ").unwrap();
        // One in four, as each opens the lake.
        n += 1;
        if n % 4 != 1 {
            continue;
        }
        let words = command.split(' ').skip(1).map(|word| match word {
            "LAKE" => lake.to_str().unwrap(),
            word => word,
        });
        let output = Command::new(plumbline()).args(words).output().unwrap();
        assert!(output.stdout == std::fs::read(folder.join(file)).unwrap(), "{command}");
    }
    assert!(n > 10, "{readme}");
    let again = folder.with_extension("again");
    let line = readme
        .lines()
        .find(|line| line.trim().starts_with("plumbline report"))
        .unwrap();
    let words = line.trim().split(' ').skip(1).map(|word| match word {
        "LAKE" => lake.to_str().unwrap(),
        "DIR" => again.to_str().unwrap(),
        word => word,
    });
    succeeds(Command::new(plumbline()).args(words));
    assert!(files(folder) == files(&again));
}

#[test]
fn a_report_that_cannot_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake");
    let taken = folder.path().join("taken");
    std::fs::create_dir(&taken).unwrap();
    std::fs::write(taken.join("minutes.txt"), "of a meeting").unwrap();
    let free = folder.path().join("free");
    for (id, window, out, says) in [
        (
            "adr-011",
            WINDOWS[0],
            &free,
            "there are: adr-008, adr-008n, adr-009, adr-010",
        ),
        ("adr-008", ("2026-04-01", "2026-03-01"), &free, "the window is empty"),
        ("adr-008", ("2026-04-01", "2999-01-01"), &free, "the window is not over"),
        ("adr-008", WINDOWS[0], &taken, "is not empty"),
    ] {
        let output = report(&lake, id, window, out).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{id} {window:?}: {output:?}");
        assert!(text(&output.stderr).contains(says), "{id}: {}", text(&output.stderr));
    }
    assert!(!free.exists());
    assert_eq!(files(&taken).len(), 1);
}

#[test]
fn a_report_over_an_empty_lake_passes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let output = succeeds(&mut report(&folder.path().join("lake"), "adr-010", WINDOWS[0], &out));
    assert!(
        text(&output.stdout).starts_with("adr-010: no evidence"),
        "{}",
        text(&output.stdout)
    );
    let page = text(&files(&out)["report.html"]);
    assert!(!page.contains("status pass"), "{page}");
}

//! The pytest plugin of `deploy/pytest`: its own tests under each pinned pytest, and a report that a real pytest wrote
//! with it, taken in by the program.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::kill::plumbline;
use crate::tidy::tree::root;

/// Has a test for each way to end, and the name of each says it.
const TESTS: &str = r#"
import pytest

attempts = {}

def attempt(name):
    attempts[name] = attempts.get(name, 0) + 1
    return attempts[name]

def test_passes():
    pass

@pytest.mark.flaky(reruns=2)
def test_passes_at_the_third_try():
    assert attempt("third") == 3

@pytest.mark.flaky(reruns=2, ticket="https://github.com/acme/api/issues/7", since="2026-11-01")
def test_never_passes():
    assert attempt("never") == 9

def test_is_listed():
    raise ValueError("by chance")
"#;

const LIST: &str =
    "[[quarantine]]\ntest = 'test_cart::test_is_listed'\nticket = 'https://github.com/acme/api/issues/8'\n";

const STATEMENT: &str = "select name, execution, outcome, retry_evidence, failure_type, message, is_quarantined, ticket
    from stg.test_results order by name, execution";

const ROWS: &str = "\
name,execution,outcome,retry_evidence,failure_type,message,is_quarantined,ticket
test_is_listed,0,failed,,,ValueError: by chance,true,https://github.com/acme/api/issues/8
test_never_passes,0,failed,rerun_element,AssertionError,assert 1 == 9,true,https://github.com/acme/api/issues/7
test_never_passes,1,failed,rerun_element,AssertionError,assert 2 == 9,true,https://github.com/acme/api/issues/7
test_never_passes,2,failed,rerun_element,AssertionError,assert 3 == 9,true,https://github.com/acme/api/issues/7
test_passes,0,passed,,,,false,
test_passes_at_the_third_try,0,failed,rerun_element,AssertionError,assert 1 == 3,false,
test_passes_at_the_third_try,1,failed,rerun_element,AssertionError,assert 2 == 3,false,
test_passes_at_the_third_try,2,passed,rerun_element,,,false,
";

/// The environments by their version of pytest.
fn environments() -> Vec<PathBuf> {
    let folder = root().join(".venv-pytest");
    let entries = std::fs::read_dir(&folder).expect("`.venv-pytest` is missing: run `make test`, or `tests/setup.sh`");
    let mut found: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    found.sort();
    assert!(found.len() >= 3, "{found:?}: run `tests/setup.sh`");
    found
}

fn pytest(environment: &Path, folder: &Path) -> Command {
    let mut command = Command::new(environment.join("bin/python"));
    command
        .args(["-m", "pytest", "-q", "-p", "no:cacheprovider"])
        .current_dir(folder)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env_remove("PYTEST_ADDOPTS");
    command
}

fn assert_done(output: &Output, place: &Path) -> String {
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{}: {out}{err}", place.display());
    out.into_owned()
}

#[test]
fn the_plugins_own_tests_pass_with_each_pinned_pytest() {
    for environment in environments() {
        let output = pytest(&environment, &root().join("deploy/pytest"))
            .args(["-n", "2"])
            .output()
            .unwrap();
        assert_done(&output, &environment);
    }
}

#[test]
fn what_pytest_writes_with_the_plugin_is_read_with_tags_and_every_execution() {
    for environment in environments() {
        for workers in ["0", "2"] {
            let folder = tempfile::tempdir().unwrap();
            let reports = folder.path().join("reports");
            std::fs::write(folder.path().join("test_cart.py"), TESTS).unwrap();
            std::fs::write(folder.path().join(".quarantine.toml"), LIST).unwrap();
            // Else the configuration of a folder above would count.
            std::fs::write(folder.path().join("pytest.ini"), "[pytest]\n").unwrap();
            let output = pytest(&environment, folder.path())
                .args(["-p", "no:flaky", "-p", "no:pytest-retry", "--strict-markers"])
                .args(["-n", workers, "--junitxml=reports/junit.xml"])
                .output()
                .unwrap();
            assert_done(&output, &environment);

            let lake = folder.path().join("lake");
            let output = Command::new(plumbline())
                .args(["ingest", "directory"])
                .arg(&reports)
                .arg("--lake")
                .arg(&lake)
                .args(["--repository", "acme/api", "--commit", &"a".repeat(40)])
                .args(["--branch", "main", "--event", "push", "--run-id", "1", "--attempt", "1"])
                .args(["--job", "unit-tests", "--completed-at", "2026-11-20T10:00:00Z"])
                .output()
                .unwrap();
            assert_done(&output, &environment);
            let output = Command::new(plumbline())
                .args(["sql", STATEMENT, "--as-of", "2026-11-23", "--format", "csv", "--lake"])
                .arg(&lake)
                .output()
                .unwrap();
            let rows = assert_done(&output, &environment).replace("\r\n", "\n");
            assert_eq!(rows, ROWS, "{}, {workers} workers", environment.display());
        }
    }
}

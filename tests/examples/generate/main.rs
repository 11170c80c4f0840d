//! Writes what `make bench` measures: the same bytes from the same arguments, on every machine.
//!
//! `generate runs FOLDER RUNS TESTS SHAPE`: one ZIP for each run and `runs.csv` for `plumbline ingest directory --runs`.
//! SHAPE is `pytest` (one report in each ZIP), `surefire` (one for each class) or `mixed` (half of the tests each).
//! `generate report FOLDER BYTES`: one JUnit file of about that size as `report.xml` and `report.zip`, no test twice.
//! `generate lake FOLDER DAYS`: a lake of an organization whose history grows while its tests stay; see `lake/mod.rs`.

mod lake;

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use chrono::{DateTime, Duration, Utc};
use domain::clock::{format_timestamp, parse_timestamp};
use zip::write::SimpleFileOptions;

const SEED: u64 = 20_251_001;
const FIRST_RUN_AT: &str = "2025-10-01T00:00:00Z";
const DAYS: i64 = 30;
const TESTS_OF_A_CLASS: usize = 34;
/// Of 10,000 executions.
const FAILED: u64 = 50;
/// Of 10,000 tests.
const SKIPPED: u64 = 100;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["runs", folder, n_runs, n_tests, shape] => runs(
            Path::new(folder),
            n_runs.parse()?,
            n_tests.parse()?,
            Shape::parse(shape)?,
        ),
        ["report", folder, bytes] => report(Path::new(folder), bytes.parse()?),
        ["lake", folder, days] => lake::write(folder, days.parse()?),
        _ => bail!(
            "usage: generate runs FOLDER RUNS TESTS SHAPE | generate report FOLDER BYTES | generate lake FOLDER DAYS"
        ),
    }
}

/// How the tests of a run are spread over reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Pytest,
    Surefire,
    Mixed,
}

impl Shape {
    fn parse(name: &str) -> anyhow::Result<Self> {
        Ok(match name {
            "pytest" => Self::Pytest,
            "surefire" => Self::Surefire,
            "mixed" => Self::Mixed,
            _ => bail!("`{name}` is not `pytest`, `surefire` or `mixed`"),
        })
    }
}

/// Steele, Lea and Flood's splitmix64: small, and fixed for ever.
#[derive(Debug, Clone)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// Between 0, not included, and 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    fn unit(&mut self) -> f64 {
        ((self.next() >> 11) + 1) as f64 / 9_007_199_254_740_993.0
    }

    /// Log-normal around a median.
    fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        let radius = (-2.0 * self.unit().ln()).sqrt();
        let angle = std::f64::consts::TAU * self.unit();
        median * (sigma * radius * angle.cos()).exp()
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        let n = words.len() as u64;
        words[usize::try_from(self.below(n)).unwrap_or_default()]
    }
}

const NOUNS: &[&str] = &[
    "Invoice",
    "Ledger",
    "Session",
    "Webhook",
    "Payload",
    "Tenant",
    "Retention",
    "Archive",
    "Policy",
    "Cipher",
];
const PARTS: &[&str] = &["Parser", "Service", "Repository", "Router", "Validator", "Scheduler"];
const VERBS: &[&str] = &[
    "accepts", "rejects", "rounds", "keeps", "drops", "retries", "merges", "splits", "orders", "escapes",
];
const THINGS: &[&str] = &[
    "empty_input",
    "utf8_names",
    "leap_days",
    "large_batches",
    "expired_tokens",
    "duplicate_keys",
    "null_fields",
];

#[derive(Debug)]
struct Test {
    class: usize,
    name: String,
    median_seconds: f64,
    is_skipped: bool,
}

#[derive(Debug)]
struct Suite {
    /// Names of classes, as pytest's modules and as Java's.
    python: Vec<String>,
    java: Vec<String>,
    tests: Vec<Test>,
}

fn suite(n_tests: usize) -> Suite {
    let mut random = Random(SEED);
    let mut suite = Suite {
        python: Vec::new(),
        java: Vec::new(),
        tests: Vec::new(),
    };
    for index in 0..n_tests {
        let class = index / TESTS_OF_A_CLASS;
        if suite.java.len() == class {
            let (noun, part) = (NOUNS[class % NOUNS.len()], PARTS[class / NOUNS.len() % PARTS.len()]);
            let (module, kind) = (noun.to_lowercase(), part.to_lowercase());
            suite.python.push(format!(
                "tests.unit.{module}.test_{kind}{}.Test{noun}{part}",
                class / 60
            ));
            suite.java.push(format!(
                "com.neurocipher.{module}.{kind}{}.{noun}{part}Test",
                class / 60
            ));
        }
        let (verb, thing) = (random.pick(VERBS), random.pick(THINGS));
        // A third of the tests is parameterized.
        let name = match random.below(3) {
            0 => format!(
                "test_{verb}_{thing}_{index}[{}-{}]",
                random.pick(THINGS),
                random.below(100)
            ),
            _ => format!("test_{verb}_{thing}_{index}"),
        };
        let median_seconds = random.log_normal(0.012, 1.6);
        suite.tests.push(Test {
            class,
            name,
            median_seconds,
            is_skipped: random.below(10_000) < SKIPPED,
        });
    }
    suite
}

fn runs(folder: &Path, n_runs: usize, n_tests: usize, shape: Shape) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    let suite = suite(n_tests);
    let mut list = BufWriter::new(File::create(folder.join("runs.csv"))?);
    let columns = "path,repository,commit,tree,branch,event,run_id,attempt,workflow,job,started_at,completed_at";
    writeln!(list, "{columns}")?;
    let first = parse_timestamp(FIRST_RUN_AT)?;
    let mut random = Random(SEED ^ 1);
    for run in 0..n_runs {
        let minutes = DAYS * 24 * 60 * i64::try_from(run)? / i64::try_from(n_runs)?;
        let started_at = first + Duration::minutes(minutes);
        let zip = format!("run-{run:05}.zip");
        let mut archive = Archive::create(&folder.join(&zip))?;
        let seconds = write_run(&mut archive, &suite, shape, started_at, &mut random)?;
        archive.finish()?;
        #[expect(clippy::cast_possible_truncation, reason = "seconds of a run")]
        let completed_at = started_at + Duration::milliseconds((seconds * 1000.0) as i64 + 45_000);
        let (branch, event) = if run % 5 == 0 {
            ("main", "push")
        } else {
            ("feature", "pull_request")
        };
        writeln!(
            list,
            "{zip},neurocipher/ingest-api,{commit:040x},{commit:040x},{branch},{event},{id},1,ci.yml,unit-tests,{},{}",
            format_timestamp(started_at),
            format_timestamp(completed_at),
            commit = 0xC0FF_EE00 + run,
            id = 7_000_000_000_i64 + i64::try_from(run)?,
        )?;
    }
    list.flush()?;
    Ok(())
}

/// Writes the reports of a run; returns the seconds that its tests took.
fn write_run(
    archive: &mut Archive,
    suite: &Suite,
    shape: Shape,
    started_at: DateTime<Utc>,
    random: &mut Random,
) -> anyhow::Result<f64> {
    let n_pytest = match shape {
        Shape::Pytest => suite.tests.len(),
        Shape::Surefire => 0,
        // Up to the end of a class.
        Shape::Mixed => (suite.python.len() / 2 * TESTS_OF_A_CLASS).min(suite.tests.len()),
    };
    let (pytest, surefire) = suite.tests.split_at(n_pytest);
    let mut total = 0.0;
    if !pytest.is_empty() {
        let mut cases = Cases::default();
        for test in pytest {
            cases.push(&suite.python[test.class], &test.name, test, random);
        }
        let mut text = String::new();
        cases.open_pytest(&mut text, started_at);
        text.push_str(&cases.text);
        text.push_str("</testsuite></testsuites>");
        archive.add("reports/pytest.xml", &text)?;
        total += cases.seconds;
    }
    for tests in surefire.chunk_by(|a, b| a.class == b.class) {
        let class = &suite.java[tests[0].class];
        let mut cases = Cases {
            indent: "  ",
            ..Cases::default()
        };
        for test in tests {
            cases.push(class, &test.name, test, random);
        }
        let mut text = String::new();
        cases.open_surefire(&mut text, class);
        text.push_str(&cases.text);
        text.push_str("</testsuite>\n");
        archive.add(&format!("target/surefire-reports/TEST-{class}.xml"), &text)?;
        total += cases.seconds;
    }
    Ok(total)
}

/// The `<testcase>` elements of one report, with their sums.
#[derive(Debug, Default)]
struct Cases {
    text: String,
    indent: &'static str,
    n: u64,
    n_failed: u64,
    n_skipped: u64,
    seconds: f64,
}

impl Cases {
    fn push(&mut self, class: &str, name: &str, test: &Test, random: &mut Random) {
        let seconds = random.log_normal(test.median_seconds, 0.3);
        self.n += 1;
        self.seconds += seconds;
        let text = &mut self.text;
        let _ = write!(
            text,
            "{}<testcase classname=\"{class}\" name=\"{name}\" time=\"{seconds:.3}\"",
            self.indent
        );
        if test.is_skipped {
            self.n_skipped += 1;
            text.push_str(
                "><skipped type=\"pytest.skip\" message=\"needs a licence\">test.py:7: needs a licence</skipped>",
            );
        } else if random.below(10_000) < FAILED {
            self.n_failed += 1;
            let (left, right) = (random.below(100_000), random.below(100_000));
            let _ = write!(
                text,
                "><failure type=\"AssertionError\" message=\"AssertionError: assert {left} == {right}\">"
            );
            trace(text, class, left, right, random);
            text.push_str("</failure>");
        } else {
            text.push_str(if self.indent.is_empty() { " />" } else { "/>\n" });
            return;
        }
        text.push_str(if self.indent.is_empty() {
            "</testcase>"
        } else {
            "</testcase>\n"
        });
    }

    fn open_pytest(&self, text: &mut String, started_at: DateTime<Utc>) {
        let _ = write!(
            text,
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><testsuites name=\"pytest tests\"><testsuite name=\"pytest\" errors=\"0\" \
             failures=\"{}\" skipped=\"{}\" tests=\"{}\" time=\"{:.3}\" timestamp=\"{}\" hostname=\"runner\">",
            self.n_failed,
            self.n_skipped,
            self.n,
            self.seconds,
            started_at.format("%Y-%m-%dT%H:%M:%S%.6f+00:00"),
        );
    }

    fn open_surefire(&self, text: &mut String, class: &str) {
        let _ = write!(
            text,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
             version=\"3.0.2\" name=\"{class}\" time=\"{:.3}\" tests=\"{}\" errors=\"0\" skipped=\"{}\" failures=\"{}\">\n  <properties>\n",
            self.seconds, self.n, self.n_skipped, self.n_failed,
        );
        for property in 0..24 {
            let _ = writeln!(
                text,
                "    <property name=\"java.vm.property.{property}\" value=\"/opt/java/openjdk/lib/{property}\"/>"
            );
        }
        text.push_str("  </properties>\n");
    }
}

/// About two kilobytes of a traceback.
fn trace(text: &mut String, class: &str, left: u64, right: u64, random: &mut Random) {
    for _ in 0..18 {
        let (line, function, thing) = (random.below(900), random.pick(VERBS), random.pick(THINGS));
        let _ = writeln!(
            text,
            "src/{class}.py:{line}: in {function}_{thing}\n    return self.{function}(&quot;{thing}&quot;, {line})"
        );
    }
    let _ = write!(
        text,
        "E   AssertionError: assert {left} == {right}\nE    +  where {left} = len([1, 2, 3, ...])"
    );
}

/// A ZIP with fixed times.
struct Archive(zip::ZipWriter<BufWriter<File>>);

impl Archive {
    fn create(path: &Path) -> anyhow::Result<Self> {
        Ok(Self(zip::ZipWriter::new(BufWriter::new(File::create(path)?))))
    }

    fn add(&mut self, name: &str, text: &str) -> anyhow::Result<()> {
        self.begin(name)?;
        Ok(self.0.write_all(text.as_bytes())?)
    }

    fn begin(&mut self, name: &str) -> anyhow::Result<()> {
        let options = SimpleFileOptions::default()
            .last_modified_time(zip::DateTime::default())
            .large_file(true);
        Ok(self.0.start_file(name, options)?)
    }

    fn finish(self) -> anyhow::Result<()> {
        self.0.finish()?.flush()?;
        Ok(())
    }
}

/// Half of the bytes are cases, half are what they printed.
fn report(folder: &Path, bytes: u64) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    let path: PathBuf = folder.join("report.xml");
    let mut output = BufWriter::with_capacity(1 << 20, File::create(&path)?);
    let suite = suite(2_000);
    let mut random = Random(SEED ^ 2);
    let head = "<?xml version=\"1.0\" encoding=\"utf-8\"?><testsuites name=\"pytest tests\"><testsuite name=\"pytest\" \
                timestamp=\"2025-10-01T00:00:00.000000+00:00\" hostname=\"runner\">";
    output.write_all(head.as_bytes())?;
    let mut written = head.len() as u64;
    let mut printed = 0;
    let mut n = 0_u64;
    let mut cases = Cases::default();
    while written < bytes {
        let test = &suite.tests[usize::try_from(n)? % suite.tests.len()];
        cases.text.clear();
        cases.push(
            &suite.python[test.class],
            &format!("{}-{n}", test.name),
            test,
            &mut random,
        );
        n += 1;
        if printed * 2 < written && cases.text.ends_with(" />") {
            cases.text.truncate(cases.text.len() - " />".len());
            cases.text.push_str("><system-out>");
            let before = cases.text.len();
            for _ in 0..40 {
                let (line, verb, thing) = (random.below(100_000), random.pick(VERBS), random.pick(THINGS));
                let _ = writeln!(
                    cases.text,
                    "2025-10-01 00:00:00,{line:05} INFO worker {verb} {thing} &lt;{line}&gt; in the queue"
                );
            }
            printed += (cases.text.len() - before) as u64;
            cases.text.push_str("</system-out></testcase>");
        }
        output.write_all(cases.text.as_bytes())?;
        written += cases.text.len() as u64;
    }
    output.write_all(b"</testsuite></testsuites>")?;
    output.flush()?;
    std::fs::write(folder.join("report.cases"), format!("{n}\n"))?;
    let mut archive = Archive::create(&folder.join("report.zip"))?;
    archive.begin("report.xml")?;
    io::copy(
        &mut File::open(&path).with_context(|| path.display().to_string())?,
        &mut archive.0,
    )?;
    archive.finish()
}

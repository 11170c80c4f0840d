"""Measures parsing, ingest, size, questions and pages, and prints them beside the goals. Started by `make bench`.

Everything is written below target/bench. Each figure is the median of up to three runs; a measurement that takes long is
run less often, and one that takes longer than its limit is given up and said so. Two cores are used at most.
"""

import argparse
import json
import os
import shutil
import sys
import zipfile

import history
from measure import (
    BENCH,
    LIMIT_SECONDS,
    PYTHON,
    RELEASE,
    ROOT,
    Measured,
    Table,
    attempt,
    delete_lakes,
    folder,
    generate,
    lakes,
    measure,
    measure_counted,
    plumbline,
    run_once,
)

PEER = os.path.join(ROOT, "tests", "bench", "peer.py")

RUNS, TESTS = 500, 2_000
REPORT_BYTES = 1_000_000_000
GOAL_CASES_PER_SECOND, GOAL_RSS_MB, GOAL_BYTES = 500_000, 300, 4.0


def extract(source, name):
    """Unpacks every ZIP of a folder where that is not done; returns where to, and the bytes."""
    done, n_bytes = folder(name) + ".stamp", 0
    stamp = open(source + ".stamp").read()
    is_done = os.path.exists(done) and open(done).read() == stamp
    if not is_done:
        shutil.rmtree(folder(name), ignore_errors=True)
    for file in sorted(os.listdir(source)):
        if file.endswith(".zip"):
            with zipfile.ZipFile(os.path.join(source, file)) as archive:
                n_bytes += sum(info.file_size for info in archive.infolist())
                if not is_done:
                    archive.extractall(os.path.join(folder(name), file.removesuffix(".zip")))
    with open(done, "w") as file:
        file.write(stamp)
    return folder(name), n_bytes


def test_results(lake):
    """Rows, files and bytes of test_results in the newest publication."""
    output = run_once(plumbline("publications", "--lake", lake, "--format", "json"), 60)[3]
    newest = max(json.loads(output), key=lambda publication: publication["number"])
    return next(table for table in newest["tables"] if table["table"] == "test_results")


def runs(table, findings, shape, n_runs, peers):
    cases = n_runs * TESTS
    source = generate(f"runs-{shape}", "runs", str(n_runs), str(TESTS), shape)
    zipped = sum(os.path.getsize(os.path.join(source, name)) for name in os.listdir(source))
    xml, n_bytes = extract(source, f"xml-{shape}")
    name = f"{cases:,} cases, {shape}"
    print(f"{name}: {n_bytes / 1e6:,.0f} MB in {n_runs} ZIPs of {zipped / 1e6:,.0f} MB", file=sys.stderr, flush=True)
    parse = os.path.join(RELEASE, "examples", "parse")
    for threads in ["1", "2"]:
        parsed = attempt(measure_counted, [parse, threads, xml], cases)
        note = f"{threads} thread{'s' * (threads != '1')}"
        table.add(f"{name}: JUnit to rows", parsed, cases, n_bytes, note)
    if peers:
        for peer in ["test_results_parser", "junitparser"]:
            table.add(f"{name}: {peer}", attempt(measure_counted, [PYTHON, PEER, peer, xml], cases), cases, n_bytes, "1 thread, no ZIP")
    lake = lakes(shape)
    ingest = plumbline("ingest", "directory", source, "--runs", os.path.join(source, "runs.csv"), "--lake")
    published = attempt(measure, lambda run: [*ingest, lake(run)])
    table.add(f"{name}: ZIP to published", published, cases, n_bytes, "2 cores")
    if isinstance(published, Exception):
        return
    rate = cases / published.seconds
    findings.append((f"ZIP to published, {shape}: cases/s", f"{rate:,.0f}", f">= {GOAL_CASES_PER_SECOND:,}", rate >= GOAL_CASES_PER_SECOND))
    lake = lake(0)
    again = attempt(measure, [*ingest, lake])
    table.add(f"{name}: the same again (nothing new)", again, cases, n_bytes, "2 cores")
    before = test_results(lake)
    upkeep = attempt(lambda: Measured([run_once(plumbline("upkeep", "--lake", lake), LIMIT_SECONDS)]))
    table.add(f"{name}: upkeep", upkeep, cases, before["bytes"], "2 cores")
    after = test_results(lake)
    assert after["rows"] == before["rows"] == cases, (before, after, cases)
    for what, state in [("before", before), ("after", after)]:
        size = state["bytes"] / state["rows"]
        goal, met = ("", None) if what == "before" else (f"<= {GOAL_BYTES}", size <= GOAL_BYTES)
        findings.append((f"bytes per test result {what} upkeep, {shape} ({state['files']} files)", f"{size:.2f}", goal, met))


def one_file(table, findings, n_bytes, peers):
    source = generate("report", "report", str(n_bytes))
    cases = int(open(os.path.join(source, "report.cases")).read())
    name = f"one file of {n_bytes / 1e9:g} GB, {cases:,} cases"
    xml = os.path.join(source, "report.xml")
    parsed = attempt(measure_counted, [os.path.join(RELEASE, "examples", "parse"), "1", xml], cases)
    table.add(f"{name}: JUnit to rows", parsed, cases, n_bytes, "1 thread")
    for kind in ["xml", "zip"]:
        lake = lakes(f"report-{kind}")
        ingest = plumbline(
            "ingest", "directory", os.path.join(source, f"report.{kind}"), "--repository", "neurocipher/ingest-api",
            "--commit", "c0ffee" + "0" * 34, "--branch", "main", "--event", "push", "--run-id", "1",
            "--started-at", "2025-10-01T00:00:00Z", "--completed-at", "2025-10-01T03:00:00Z", "--lake",
        )  # fmt: skip
        published = attempt(measure, lambda run: [*ingest, lake(run)])
        table.add(f"{name}: {kind.upper()} to published", published, cases, n_bytes, "2 cores")
        if not isinstance(published, Exception):
            rss = published.rss_mb
            findings.append((f"{name}, {kind.upper()} to published: peak RSS MB", f"{rss:,.0f}", f"<= {GOAL_RSS_MB}", rss <= GOAL_RSS_MB))
            assert test_results(lake(0))["rows"] == cases
    if peers:
        peer = attempt(measure_counted, [PYTHON, PEER, "test_results_parser", xml], cases)
        table.add(f"{name}: test_results_parser", peer, cases, n_bytes, "1 thread, no ZIP")
        part = generate("report-part", "report", str(n_bytes // 10))
        part_cases = int(open(os.path.join(part, "report.cases")).read())
        part_bytes = os.path.getsize(os.path.join(part, "report.xml"))
        peer = attempt(measure_counted, [PYTHON, PEER, "junitparser", os.path.join(part, "report.xml")], part_cases)
        table.add(f"{name}: junitparser", peer, part_cases, part_bytes, "a file of a tenth; RSS grows with the file")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="a hundredth of everything, to try the bench itself")
    parser.add_argument("--no-peers", action="store_true", help="leaves other parsers and engines out")
    parser.add_argument("--only", choices=["mixed", "pytest", "surefire", "report", "history"], action="append")
    options = parser.parse_args()
    parts = options.only or ["mixed", "pytest", "report", "history"]
    scale = 100 if options.small else 1
    os.makedirs(BENCH, exist_ok=True)
    table, findings = Table(), []
    delete_lakes()
    try:
        for shape in [part for part in parts if part not in ["report", "history"]]:
            runs(table, findings, shape, RUNS // scale, not options.no_peers)
        if "report" in parts:
            one_file(table, findings, REPORT_BYTES // scale, not options.no_peers)
        if "history" in parts:
            sizes = [("0.1 M", 1), ("1 M", 7)] if options.small else history.SIZES
            history.history(findings, not options.no_peers, sizes)
    finally:
        delete_lakes()
    if table.rows:
        table.print()
        print()
    for what, value, goal, met in findings:
        verdict = {None: "", True: "met", False: "MISSED"}[met]
        print(f"{what}: {value}" + (f" (goal {goal}: {verdict})" if goal else ""))


if __name__ == "__main__":
    main()

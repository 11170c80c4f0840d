"""Measures what issue 2 asks for and prints it beside the goals. Started by `make bench`.

Everything is written below target/bench. Each figure is the median of up to three runs; a measurement that takes long is
run less often, and one that takes longer than its limit is given up and said so. Two cores are used at most.
"""

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
import zipfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
TARGET = os.path.abspath(os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target")))
RELEASE = os.path.join(TARGET, "release")
BENCH = os.path.join(TARGET, "bench")
PYTHON = os.path.join(ROOT, ".venv", "bin", "python")
PEER = os.path.join(ROOT, "tests", "bench", "peer.py")

RUNS, TESTS = 500, 2_000
REPORT_BYTES = 1_000_000_000
GOAL_CASES_PER_SECOND, GOAL_RSS_MB, GOAL_BYTES = 500_000, 300, 4.0
LIMIT_SECONDS = 300
REPEAT_UP_TO_SECONDS = 45
MEMORY_LIMIT_BYTES = 20 << 30


class Measured:
    """Median of what some runs of one command took."""

    def __init__(self, runs):
        self.seconds = statistics.median(run[0] for run in runs)
        self.cpu_seconds = statistics.median(run[1] for run in runs)
        self.rss_mb = statistics.median(run[2] for run in runs)
        self.output = runs[-1][3]
        self.n = len(runs)


def run_once(command, limit):
    """Wall seconds, CPU seconds, peak RSS in MB and the output of a command, or an exception that says why not."""
    import resource

    def prepare():
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))

    begun = time.perf_counter()
    with open(os.path.join(BENCH, "output"), "w+b") as output, open(os.path.join(BENCH, "errors"), "w+b") as errors:
        process = subprocess.Popen(command, stdout=output, stderr=errors, preexec_fn=prepare)
        timer = threading.Timer(limit, lambda: os.kill(process.pid, signal.SIGKILL))
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode:
            reason = errors.read().decode(errors="replace").strip().splitlines()[-1:]
            late = [f"took longer than {limit} s"] if seconds >= limit else []
            raise RuntimeError("; ".join(late or reason or [f"ended with {process.returncode}"]))
        return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6, output.read().decode()


def measure(command, limit=LIMIT_SECONDS):
    """Runs a command, or what `command` makes for the run of a number, up to three times."""
    runs, begun = [], time.perf_counter()
    while len(runs) < 3 and (not runs or time.perf_counter() - begun < REPEAT_UP_TO_SECONDS):
        runs.append(run_once(command(len(runs)) if callable(command) else command, limit))
    return Measured(runs)


class Table:
    def __init__(self):
        self.rows = []

    def add(self, what, measured=None, cases=None, n_bytes=None, note="", seconds=None):
        if isinstance(measured, Exception):
            self.rows.append([what, "", "", "", "", "", f"failed: {measured}"])
            print(f"  {what}: failed: {measured}", file=sys.stderr, flush=True)
            return
        seconds = seconds or measured.seconds
        rate = f"{cases / seconds:,.0f}" if cases else ""
        speed = f"{n_bytes / seconds / 1e6:,.0f}" if n_bytes else ""
        cpu = f"{measured.cpu_seconds:.2f}"
        note = f"{note}; {measured.n} run{'s' * (measured.n > 1)}".removeprefix("; ")
        self.rows.append([what, f"{seconds:.2f}", cpu, rate, speed, f"{measured.rss_mb:,.0f}", note])
        print(f"  {what}: {seconds:.2f} s", file=sys.stderr, flush=True)

    def print(self):
        head = ["what", "s", "CPU s", "cases/s", "MB/s", "peak RSS MB", "note"]
        widths = [max(len(row[i]) for row in [head, *self.rows]) for i in range(len(head))]
        for row in [head, ["-" * width for width in widths], *self.rows]:
            cells = [row[0].ljust(widths[0])]
            cells += [cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:-1])]
            print("| " + " | ".join([*cells, row[-1].ljust(widths[-1])]) + " |")


def attempt(function, *arguments, **options):
    try:
        return function(*arguments, **options)
    except (RuntimeError, OSError) as error:
        return error


def measure_counted(command, cases):
    """Measures a reader whose third word of output is the cases that it found; a wrong count is no measurement."""
    measured = measure(command)
    found = int(measured.output.split()[2])
    if found != cases:
        raise RuntimeError(f"found {found:,} of {cases:,} cases")
    return measured


def folder(name):
    return os.path.join(BENCH, name)


def generate(name, *arguments):
    """Generates a folder once; its arguments and the generator's digest are kept beside it."""
    program = os.path.join(RELEASE, "examples", "generate")
    with open(os.path.join(ROOT, "tests", "examples", "generate.rs"), "rb") as source:
        import hashlib

        stamp = f"{hashlib.sha256(source.read()).hexdigest()} {arguments}"
    path = os.path.join(folder(name) + ".stamp")
    if os.path.exists(path) and open(path).read() == stamp:
        return folder(name)
    shutil.rmtree(folder(name), ignore_errors=True)
    subprocess.run([program, arguments[0], folder(name), *arguments[1:]], check=True)
    with open(path, "w") as file:
        file.write(stamp)
    return folder(name)


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


def plumbline(*arguments):
    return [os.path.join(RELEASE, "plumbline"), *arguments]


def lakes(name):
    """A folder for the lake of each run. They are deleted at the end of everything: ext4 makes files many times slower
    while the inodes of thousands of others that were deleted just before still rest."""
    return lambda run: os.path.join(BENCH, "lakes", f"{name}-{run}")


def delete_lakes():
    shutil.rmtree(os.path.join(BENCH, "lakes"), ignore_errors=True)


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
    parser.add_argument("--no-peers", action="store_true", help="leaves other parsers out")
    parser.add_argument("--only", choices=["mixed", "pytest", "surefire", "report"], action="append")
    options = parser.parse_args()
    parts = options.only or ["mixed", "pytest", "report"]
    scale = 100 if options.small else 1
    os.makedirs(BENCH, exist_ok=True)
    table, findings = Table(), []
    delete_lakes()
    try:
        for shape in [part for part in parts if part != "report"]:
            runs(table, findings, shape, RUNS // scale, not options.no_peers)
        if "report" in parts:
            one_file(table, findings, REPORT_BYTES // scale, not options.no_peers)
    finally:
        delete_lakes()
    table.print()
    print()
    for what, value, goal, met in findings:
        verdict = {None: "", True: "met", False: "MISSED"}[met]
        print(f"{what}: {value}" + (f" (goal {goal}: {verdict})" if goal else ""))


if __name__ == "__main__":
    main()

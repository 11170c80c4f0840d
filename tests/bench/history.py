"""What questions and pages cost when history grows and the tests stay, and what other engines take for the same answers.

A lake of about 10 million test results is 71 days of the simulated organization of `tests/examples/generate/lake/mod.rs`; one
of 100 million is 710 days of it. Answers that are not equal are no measurement.
"""

import datetime
import http.client
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time

from deltalake import DeltaTable
from measure import BENCH, ROOT, attempt, generate, lakes, measure, plumbline, run_once

SIZES = [("10 M", 71), ("100 M", 710)]
END = datetime.datetime(2026, 11, 1, tzinfo=datetime.timezone.utc)
KPIS = [
    "flaky_test_rate",
    "median_ci_duration_per_pull_request",
    "time_to_fix_main",
    "security_sla_critical",
    "security_sla_high",
]
PAGES = ["/", "/main", "/quarantine", "/security", "/ingest", "/kpi/flaky_test_rate", "/tests/{test_id}"]
ENGINES = ["duckdb", "chdb", "datafusion"]
QUESTIONS = ["flaky_test_rate", "median_ci_duration_per_pull_request", "test_executions", "ingest_health"]
PEERS_PYTHON = os.path.join(ROOT, ".venv-bench", "bin", "python")
ENGINE = os.path.join(ROOT, "tests", "bench", "engine.py")
PEER_TABLES = ["jobs", "pull_request_commits", "pull_requests", "runs", "sources", "test_results"]

ANEW, KEPT = 3, 20
QUIET_SECONDS, QUIET_LIMIT_SECONDS = 3, 900
GET_LIMIT_SECONDS = 600
GOAL_GROWTH, GOAL_KEPT_SECONDS = 1.5, 0.1
LOOKBACK = datetime.timedelta(days=31)


def instant(moment):
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Server:
    """`plumbline serve` on two cores, as long as the block lasts."""

    def __init__(self, lake):
        self.lake = lake

    def __enter__(self):
        def two_cores():
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])

        command = plumbline("serve", "--listen", "127.0.0.1:0", "--lake", self.lake)
        self.begun = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=two_cores
        )
        for line in self.process.stdout:
            if "http://" in line:
                self.address = line.split("http://", 1)[1].split("/")[0].split()[0]
                return self
        raise RuntimeError("the server did not say where it listens")

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait()

    def get(self, path):
        """Seconds until a page has arrived, and the page."""
        begun = time.perf_counter()
        connection = http.client.HTTPConnection(self.address, timeout=GET_LIMIT_SECONDS)
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        if response.status != 200:
            raise RuntimeError(f"{path}: {response.status}")
        return time.perf_counter() - begun, body

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            user, system = file.read().rsplit(")", 1)[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def peak_mb(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1000

    def wait_until_quiet(self):
        """The server prepares its live pages when it starts; what is measured begins after that."""
        limit = time.perf_counter() + QUIET_LIMIT_SECONDS
        while time.perf_counter() < limit:
            before = self.cpu_seconds()
            time.sleep(QUIET_SECONDS)
            if self.cpu_seconds() - before < 0.1:
                return
        raise RuntimeError(f"the server was not quiet within {QUIET_LIMIT_SECONDS} s")


class Figures:
    """Seconds by what was measured, for each size."""

    def __init__(self):
        self.of = {}
        self.peak_mb = {}

    def add(self, size, what, seconds):
        self.of.setdefault(what, {})[size] = seconds
        told = f"failed: {seconds}" if isinstance(seconds, Exception) else f"{seconds:.3f} s"
        print(f"  {size}: {what}: {told}", file=sys.stderr, flush=True)

    def number(self, what, size):
        found = self.of.get(what, {}).get(size)
        return None if isinstance(found, Exception) else found

    def growth(self, what, sizes):
        first, last = (self.number(what, size) for size in (sizes[0], sizes[-1]))
        return last / first if first and last else None

    def print(self, sizes):
        width = max(len(what) for what in self.of)
        print("| " + " | ".join(["what".ljust(width), *(f"{size:>9}" for size in sizes), "growth"]) + " |")
        print("|" + "|".join(["-" * (width + 2), *("-" * 11 for _ in sizes), "-" * 8]) + "|")
        for what, found in self.of.items():
            cells = []
            for size in sizes:
                seconds = found.get(size)
                cells.append(" failed" if isinstance(seconds, Exception) else "" if seconds is None else f"{seconds:.3f} s")
            growth = self.growth(what, sizes)
            cells = [f"{cell:>9}" for cell in cells] + [f"{growth:5.1f}x" if growth else "      "]
            print("| " + " | ".join([what.ljust(width), *cells]) + " |")


def answers(kind, name, lake, *arguments):
    """What the command line answers as of the end of history."""
    command = plumbline(kind, name, "--lake", lake, "--as-of", instant(END), "--format", "json", *arguments)
    return json.loads(run_once(command, GET_LIMIT_SECONDS, expected={0, 1, 3})[3])


def link_newest(lake):
    """A folder with the files of the newest version of each table that the other engines read."""
    linked = os.path.join(BENCH, "lakes", "newest")
    shutil.rmtree(linked, ignore_errors=True)
    for table in PEER_TABLES:
        os.makedirs(os.path.join(linked, table))
        for uri in DeltaTable(os.path.join(lake, "tables", table)).file_uris():
            path = uri.removeprefix("file://")
            os.link(path, os.path.join(linked, table, os.path.basename(path)))
    return linked


def expected_rows(question, ours):
    """What the other engines have to answer, by what Plumbline does."""
    if question == "flaky_test_rate":
        rows = [row for row in ours if row["repository"]]
        return [[row["repository"], row["n"], round(row["value"] * row["n"] / 100)] for row in rows]
    if question == "median_ci_duration_per_pull_request":
        return [[row["repository"], row["n"], row["value"]] for row in ours if row["repository"]]
    if question == "ingest_health":
        return sorted([row["repository"], row["format"], row["n"]] for row in ours["rows"])
    return [[row["run_id"], row["run_attempt"], row["outcome"]] for row in ours["rows"]]


def comparable(question, rows):
    if question == "ingest_health":
        return [row[:3] for row in rows]
    if question == "test_executions":
        return [[row[1], row[2], row[6]] for row in rows]
    if question == "median_ci_duration_per_pull_request":
        return [[row[0], row[1], float(row[2])] for row in rows]
    return rows


def peers(figures, size, lake, test_id):
    """The same questions to Plumbline's command line and to other engines, each in a process of its own."""
    linked = link_newest(lake)
    for question in QUESTIONS:
        kind = "list" if question in ["test_executions", "ingest_health"] else "kpi"
        arguments = ["--argument", f"test_id={test_id}"] if question == "test_executions" else []
        command = plumbline(kind, question, "--lake", lake, "--as-of", instant(END), "--format", "json", *arguments)
        ours = attempt(measure, command, GET_LIMIT_SECONDS, expected={0, 1, 3})
        figures.add(size, f"{question}: plumbline, a new process", getattr(ours, "seconds", ours))
        if isinstance(ours, Exception):
            continue
        answer = json.loads(ours.output)
        asked = answer[0] if kind == "kpi" else answer
        begin = datetime.datetime.fromisoformat(asked["from"])
        parameters = {
            "from": asked["from"],
            "to": asked["to"],
            "history_from": instant(begin - LOOKBACK),
            "test_id": test_id,
        }
        sql = os.path.join(ROOT, "tests", "bench", "questions", f"{question}.sql")
        for engine in ENGINES:
            command = [PEERS_PYTHON, ENGINE, engine, linked, sql, json.dumps(parameters)]
            theirs = attempt(run_once, command, GET_LIMIT_SECONDS)
            if isinstance(theirs, Exception):
                figures.add(size, f"{question}: {engine}, a new process", theirs)
                continue
            found = json.loads(theirs[3])
            if comparable(question, found["rows"]) != expected_rows(question, answer):
                found = RuntimeError("another answer")
                figures.add(size, f"{question}: {engine}, a new process", found)
                continue
            figures.add(size, f"{question}: {engine}, a new process", found["cold"])
            figures.add(size, f"{question}: {engine}, again", statistics.median(found["warm"]))


def median_of_gets(server, path, moments):
    """Median of the seconds of a page as of each moment."""
    return statistics.median(server.get(f"{path}?as_of={instant(moment)}")[0] for moment in moments)


def pages(figures, size, lake, test_id):
    """Every page as of the end of history: the first time, anew for another instant, and kept."""
    with Server(lake) as server:
        first = attempt(median_of_gets, server, "/", [END])
        since = first if isinstance(first, Exception) else time.perf_counter() - server.begun
        figures.add(size, "start to the first overview, nothing computed before", since)
        server.wait_until_quiet()
        moment = END
        for path in [f"/kpi/{kpi}.json" for kpi in KPIS] + PAGES:
            path = path.replace("{test_id}", test_id)
            # A millisecond earlier is another question over the same rows.
            moments = [moment - datetime.timedelta(milliseconds=back + 1) for back in range(ANEW)]
            moment = moments[-1]
            name = "/tests/ID" if test_id in path else path
            for what, asked in [("computed", moments), ("kept", [moment] * KEPT)]:
                figures.add(size, f"{name}: {what}", attempt(median_of_gets, server, path, asked))
        one_more_batch(figures, size, server)
        figures.peak_mb[size] = server.peak_mb()


def one_more_batch(figures, size, server):
    """One run more, of the day before: its ingest beside the server, and the overview of the publication that it makes."""
    source = generate("runs-pytest-one", "runs", "1", "2000", "pytest")
    runs = os.path.join(BENCH, "lakes", "newest_run.csv")
    with open(os.path.join(source, "runs.csv")) as before, open(runs, "w") as after:
        yesterday = instant(END - datetime.timedelta(days=1))[:11]
        after.write(before.read().replace("2025-10-01T", yesterday))
    command = plumbline("ingest", "directory", source, "--runs", runs, "--lake", server.lake)
    ingested = attempt(run_once, command, GET_LIMIT_SECONDS)
    figures.add(size, "one more batch: ingest", ingested if isinstance(ingested, Exception) else ingested[0])
    figures.add(size, "one more batch: its overview", attempt(median_of_gets, server, "/", [END]))


def history(findings, with_peers, sizes=SIZES):
    """Measures every size, prints the table, and adds the figures with goals."""
    figures = Figures()
    for size, days in sizes:
        lake = generate(f"history-{days}", "lake", str(days))
        print(f"{size}: {days} days in {lake}", file=sys.stderr, flush=True)
        test_id = answers("list", "flaky_tests", lake)["rows"][0]["test_id"]
        if with_peers:
            peers(figures, size, lake, test_id)
        copy = lakes(f"history-{days}")(0)
        shutil.rmtree(copy, ignore_errors=True)
        # Objects of a lake never change, so a copy may share them.
        shutil.copytree(lake, copy, copy_function=os.link)
        pages(figures, size, copy, test_id)
    names = [size for size, _ in sizes]
    figures.print(names)
    print()
    for size, peak_mb in figures.peak_mb.items():
        findings.append((f"peak RSS of the server, {size}: MB", f"{peak_mb:,.0f}", "", None))
    for what in figures.of:
        if what.startswith("/") and what.endswith(": computed") and ".json" not in what:
            growth = figures.growth(what, names)
            findings.append((f"{what}: growth", f"{growth:.1f}x" if growth else "failed", f"<= {GOAL_GROWTH}x", bool(growth) and growth <= GOAL_GROWTH))
        if what.startswith("/") and what.endswith(": kept") and ".json" not in what:
            slowest = figures.number(what, names[-1])
            value = f"{slowest * 1000:.1f}" if slowest else "failed"
            is_met = bool(slowest) and slowest < GOAL_KEPT_SECONDS
            findings.append((f"{what}, {names[-1]}: ms", value, f"< {GOAL_KEPT_SECONDS * 1000:.0f}", is_met))
    for question in QUESTIONS if with_peers else []:
        for size in names:
            ours = figures.number(f"{question}: plumbline, a new process", size)
            theirs = [(figures.number(f"{question}: {engine}, a new process", size), engine) for engine in ENGINES]
            theirs = [found for found in theirs if found[0]]
            if ours and theirs:
                fastest, engine = min(theirs)
                findings.append((f"{question}, {size}: ratio to the fastest peer ({engine})", f"{ours / fastest:.2f}x", "", None))

"""Breaks `sql/` in one place at a time and looks whether anybody notices. Started by `make mutants`.

What is broken stands in `tests/mutants/*.toml`. Each mutation is put into a copy of `sql/` below target/mutants. First
the cases run of every relation that reads the file, then `plumbline demo --check` over a lake that was made once. A
mutation is caught when a case or a number differs. It is broken, which is an error, when the SQL does not run at all.
"""

import argparse
import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
TARGET = os.path.abspath(os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target")))
RELEASE = os.path.join(TARGET, "release")
MUTANTS = os.path.join(TARGET, "mutants")
SQL = os.path.join(ROOT, "sql")
CASES = os.path.join(ROOT, "tests", "sql")

MUTATIONS_MIN = 5
LIMIT_SECONDS = 1800
KEYS = {"file", "find", "replace", "what", "equivalent"}


def read_mutations():
    """Every mutation that is listed, in the order of the files."""
    mutations = []
    for path in sorted(glob.glob(os.path.join(ROOT, "tests", "mutants", "*.toml"))):
        with open(path, "rb") as file:
            for mutation in tomllib.load(file)["mutation"]:
                unknown, missing = set(mutation) - KEYS, KEYS - {"equivalent"} - set(mutation)
                if unknown or missing:
                    sys.exit(f"{path}: {mutation.get('what')}: unknown {sorted(unknown)}, missing {sorted(missing)}")
                mutations.append(mutation)
    return mutations


def problems_of(mutations):
    """What is wrong with the list itself: a text that does not occur once, a file with too few mutations."""
    problems, numbers = [], {}
    for mutation in mutations:
        numbers[mutation["file"]] = numbers.get(mutation["file"], 0) + 1
        try:
            with open(os.path.join(ROOT, mutation["file"])) as file:
                n = file.read().count(mutation["find"])
        except OSError as error:
            problems.append(f"{mutation['file']}: {error.strerror}")
            continue
        if n != 1:
            problems.append(f"{mutation['file']}: {mutation['what']}: the text to find occurs {n} times")
        if mutation["find"] == mutation["replace"]:
            problems.append(f"{mutation['file']}: {mutation['what']}: changes nothing")
    for file, n in sorted(numbers.items()):
        if n < MUTATIONS_MIN:
            problems.append(f"{file}: {n} mutations, at least {MUTATIONS_MIN} are wanted")
    return problems


def unlisted(mutations):
    """Relations of numbers that no mutation is listed for."""
    listed = {mutation["file"] for mutation in mutations}
    paths = [path for kind in ["kpi", "mart", "list"] for path in glob.glob(os.path.join(SQL, kind, "*.sql"))]
    return sorted({os.path.relpath(path, ROOT) for path in paths} - listed)


def relation(file):
    """`mart.outages` for `sql/mart/outages.sql`."""
    kind, name = file.removesuffix(".sql").split("/")[-2:]
    return f"{kind}.{name}"


def readers():
    """For each relation itself, then those that read it, then those that read these, and so on."""
    reads = {}
    for path in glob.glob(os.path.join(SQL, "*", "*.sql")):
        with open(path) as file:
            statement = "".join(line for line in file if not line.startswith("--"))
        reads[relation(path)] = set(re.findall(r"\b(?:stg|mart)\.\w+", statement))
    found = {}
    for name in reads:
        found[name], seen = [{name}], {name}
        while fresh := {reader for reader in reads if reads[reader] & found[name][-1]} - seen:
            found[name].append(fresh)
            seen |= fresh
    return found


class Runner:
    def __init__(self, options):
        self.options = options
        self.data = os.path.join(MUTANTS, f"demo-{options.days}-{options.seed}")
        self.readers = readers()

    def run(self, command, **variables):
        environment = {**os.environ, "RUST_BACKTRACE": "0", **variables}
        environment.pop("UPDATE_EXPECT", None)
        return subprocess.run(
            command, cwd=os.path.join(ROOT, "tests"), env=environment, timeout=LIMIT_SECONDS, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def cases(self, sql, folder):
        """None where every case of a folder gives what it expects, else the first that does not."""
        filters = ["--exact", "sql_cases::every_sql_case_gives_the_rows_that_it_expects"]
        done = self.run([self.options.integration, *filters], PLUMBLINE_SQL_DIR=sql, PLUMBLINE_CASES_DIR=folder)
        if done.returncode == 0:
            if "1 passed" not in done.stdout:
                raise RuntimeError(f"the cases did not run: {done.stdout.strip()[-300:]}")
            return None
        name = None
        for line in done.stdout.splitlines():
            if line.endswith(".case"):
                name = "/".join(line.strip().split("/")[-3:])
            # A case that fails by an error prints no line of its rows.
            elif name and re.match(r"    [-+] ", line):
                return name
        raise RuntimeError(done.stdout.strip()[-1000:])

    def nearest_case(self, sql, folder, changed):
        """Runs the cases of a relation, then of its readers, and so on: the first that differs, else None."""
        for distance, names in enumerate(self.readers[changed]):
            wave = os.path.join(folder, str(distance))
            for place in (name.replace(".", os.sep) for name in names):
                if os.path.isdir(os.path.join(CASES, place)):
                    shutil.copytree(os.path.join(CASES, place), os.path.join(wave, place))
            if os.path.isdir(wave) and (by := self.cases(sql, wave)):
                return by
        return None

    def demo(self, sql):
        """None where the demo's lake and its truth agree, else the first relation in which they do not."""
        days = ["--days", str(self.options.days), "--seed", str(self.options.seed)]
        done = self.run(
            [self.options.plumbline, "demo", "--check", "--data", self.data, *days], PLUMBLINE_SQL_DIR=sql
        )  # fmt: skip
        if done.returncode == 0:
            return None
        differs = re.search(r"^((?:kpi|list) \w+): .*\bdiffer", done.stdout, re.MULTILINE)
        if done.returncode != 1 or not differs:
            raise RuntimeError(done.stdout.strip()[-1000:])
        return f"demo: {differs.group(1)}"

    def baseline(self):
        """Makes the lake; nothing may differ while nothing is broken."""
        for found in [self.demo(SQL), self.cases(SQL, CASES)]:
            if found:
                sys.exit(f"{found} differs without a mutation")

    def judge(self, mutation):
        """How a mutation ends, and who caught it or why it is broken."""
        with tempfile.TemporaryDirectory(dir=MUTANTS) as scratch:
            sql, folder = os.path.join(scratch, "sql"), os.path.join(scratch, "cases")
            shutil.copytree(SQL, sql)
            path = os.path.join(scratch, mutation["file"])
            with open(path) as file:
                text = file.read()
            with open(path, "w") as file:
                file.write(text.replace(mutation["find"], mutation["replace"]))
            try:
                by = self.nearest_case(sql, folder, relation(mutation["file"])) or self.demo(sql)
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                return "broken", str(error)
        if by:
            return "caught", by
        return ("equivalent", mutation["equivalent"]) if "equivalent" in mutation else ("survived", "")


def print_table(rows):
    head = ["file", "mutation", "state", "by"]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, ["-" * width for width in widths], *rows]:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |")


def newest_integration():
    paths = [path for path in glob.glob(os.path.join(RELEASE, "deps", "integration-*")) if os.access(path, os.X_OK)]
    return max((path for path in paths if "." not in os.path.basename(path)), key=os.path.getmtime, default=None)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", action="append", help="only mutations of this file, as sql/mart/outages.sql")
    parser.add_argument("--days", type=int, default=30, help="of the demo's timeline")
    parser.add_argument("--seed", type=int, default=1, help="of the demo")
    parser.add_argument("--jobs", type=int, default=2, help="mutations that are judged at a time")
    parser.add_argument("--plumbline", default=os.path.join(RELEASE, "plumbline"), help="the program")
    parser.add_argument("--integration", default=newest_integration(), help="the binary of the integration tests")
    options = parser.parse_args()
    if not options.integration:
        sys.exit(f"there is no {RELEASE}/deps/integration-*: run `cargo test --release --workspace --no-run`")
    mutations = read_mutations()
    problems = problems_of(mutations) + [f"{file}: no mutation is listed" for file in unlisted(mutations)]
    if options.file:
        problems = [problem for problem in problems if problem.split(":")[0] in options.file]
        mutations = [mutation for mutation in mutations if mutation["file"] in options.file]
    if problems or not mutations:
        sys.exit("\n".join(problems) or "no mutation is of these files")
    os.makedirs(MUTANTS, exist_ok=True)
    runner, rows, begun = Runner(options), [], time.perf_counter()
    runner.baseline()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for mutation, (state, by) in zip(mutations, pool.map(runner.judge, mutations)):
            if state == "broken":
                print(f"{mutation['file']}: {mutation['what']}: broken\n{by}\n", file=sys.stderr, flush=True)
                by = ""
            rows.append([mutation["file"], mutation["what"], state, by])
            print(f"  {mutation['file']}: {mutation['what']}: {state}", file=sys.stderr, flush=True)
    print_table(rows)
    counts = {state: sum(row[2] == state for row in rows) for state in ["caught", "equivalent", "survived", "broken"]}
    by_demo = sum(row[3].startswith("demo: ") for row in rows if row[2] == "caught")
    print(
        f"\n{len(rows)} mutations of {len({row[0] for row in rows})} files in {time.perf_counter() - begun:.0f} s:"
        f" {counts['caught']} caught, {counts['caught'] - by_demo} of them by cases and {by_demo} by the demo;"
        f" {counts['equivalent']} change no answer; {counts['survived']} survived; {counts['broken']} broken"
    )
    for file, what, state, _ in rows:
        if state in ("survived", "broken"):
            print(f"{state}: {file}: {what}")
    sys.exit(1 if counts["survived"] or counts["broken"] else 0)


if __name__ == "__main__":
    main()

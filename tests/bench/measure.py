"""How the bench runs commands, generates what they read, and prints what they took."""

import glob
import hashlib
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
TARGET = os.path.abspath(os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target")))
RELEASE = os.path.join(TARGET, "release")
BENCH = os.path.join(TARGET, "bench")
PYTHON = os.path.join(ROOT, ".venv", "bin", "python")

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


def run_once(command, limit, expected=frozenset({0})):
    """Wall seconds, CPU seconds, peak RSS in MB and the output of a command, or an exception that says why not."""
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
        if process.returncode not in expected:
            reason = errors.read().decode(errors="replace").strip().splitlines()[-1:]
            late = [f"took longer than {limit} s"] if seconds >= limit else []
            raise RuntimeError("; ".join(late or reason or [f"ended with {process.returncode}"]))
        return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6, output.read().decode()


def measure(command, limit=LIMIT_SECONDS, **options):
    """Runs a command, or what `command` makes for the run of a number, up to three times."""
    runs, begun = [], time.perf_counter()
    while len(runs) < 3 and (not runs or time.perf_counter() - begun < REPEAT_UP_TO_SECONDS):
        runs.append(run_once(command(len(runs)) if callable(command) else command, limit, **options))
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
    digest = hashlib.sha256()
    for source in sorted(glob.glob(os.path.join(ROOT, "tests", "examples", "generate", "**", "*.rs"), recursive=True)):
        with open(source, "rb") as file:
            digest.update(file.read())
    stamp = f"{digest.hexdigest()} {arguments}"
    path = os.path.join(folder(name) + ".stamp")
    if os.path.exists(path) and open(path).read() == stamp:
        return folder(name)
    shutil.rmtree(folder(name), ignore_errors=True)
    subprocess.run([program, arguments[0], folder(name), *arguments[1:]], check=True)
    with open(path, "w") as file:
        file.write(stamp)
    return folder(name)


def plumbline(*arguments):
    return [os.path.join(RELEASE, "plumbline"), *arguments]


def lakes(name):
    """A folder for the lake of each run. They are deleted at the end of everything: ext4 makes files many times slower
    while the inodes of thousands of others that were deleted just before still rest."""
    return lambda run: os.path.join(BENCH, "lakes", f"{name}-{run}")


def delete_lakes():
    shutil.rmtree(os.path.join(BENCH, "lakes"), ignore_errors=True)

"""Takes every page of the demo in light and dark, on a screen and on a telephone, and judges what a browser can judge.

Fails if a page answers other than 200, scrolls sideways on a telephone, says something in the console, or asks another
server for anything. Writes the pictures and `index.html`, a contact sheet.
"""

import argparse
import html
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request

from playwright.sync_api import sync_playwright

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# Name of the picture and address. A test's page is found by the list of flaky tests.
PAGES = [
    ("overview", "/"),
    ("overview_of_one", "/?repository={repository}"),
    ("main", "/main"),
    ("quarantine", "/quarantine"),
    ("security", "/security"),
    ("reports", "/reports"),
    ("report", "/reports/adr-008"),
    ("control", "/control/c07_03_coverage"),
    ("control_that_needs", "/control/cicl-07.08"),
    ("explain_control", "/explain/control/c07_03_coverage"),
    ("ingest", "/ingest"),
    ("publications", "/publications"),
    ("flaky_tests", "/list/flaky_tests"),
    ("outages", "/list/outages"),
    ("kpi_flaky_test_rate", "/kpi/flaky_test_rate"),
    ("kpi_time_to_fix_main", "/kpi/time_to_fix_main"),
    ("kpi_median_ci_duration", "/kpi/median_ci_duration_per_pull_request"),
    ("explain", "/explain/kpi/flaky_test_rate"),
    ("test", "{test}"),
]
OPTIONAL = [
    ("kpi_security_sla_critical", "/kpi/security_sla_critical"),
    ("kpi_security_sla_high", "/kpi/security_sla_high"),
]
THEMES = ["light", "dark"]
WIDTHS = [1280, 320]


class Demo:
    """`plumbline demo`, or a server that runs already."""

    def __init__(self, arguments):
        self.process = None
        self.address = arguments.address
        if self.address:
            return
        data = ROOT / "target" / "screenshots-data"
        command = [arguments.plumbline, "demo", "--data", data, "--days", arguments.days, "--listen", "127.0.0.1:0"]
        self.process = subprocess.Popen([str(part) for part in command], stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            found = re.search(r"serving on (http://\S+)", line)
            if found:
                self.address = found.group(1)
                return
        raise SystemExit(f"the demo ended with {self.process.wait()} before it served")

    def close(self):
        if self.process:
            self.process.terminate()
            self.process.wait()

    def text(self, path):
        with urllib.request.urlopen(self.address + path) as answer:
            return answer.read().decode()

    def has(self, path):
        try:
            self.text(path)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return False
            raise
        return True


def take(browser, address, name, path, theme, width, folder, style):
    """One picture; returns what is wrong."""
    context = browser.new_context(color_scheme=theme, viewport={"width": width, "height": 900})
    page = context.new_page()
    if style:
        page.route("**/assets/style.css*", lambda route: route.fulfill(path=style, content_type="text/css"))
    wrong = []
    page.on("console", lambda message: wrong.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on(
        "request",
        lambda request: request.url.startswith((address, "data:")) or wrong.append(f"asks {request.url}"),
    )
    answer = page.goto(address + path, timeout=120_000)
    if answer.status != 200:
        wrong.append(f"answers {answer.status}")
    sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if sideways > 0:
        wrong.append(f"scrolls sideways by {sideways} px")
    page.screenshot(path=folder / f"{name}.{theme}.{width}.png", full_page=True, timeout=120_000)
    context.close()
    return [f"{name} ({path}), {theme}, {width} px: {what}" for what in wrong]


def contact_sheet(pages, folder):
    """All pictures on one page, each a link to itself."""
    rows = []
    for name, path in pages:
        pictures = [f"{name}.{theme}.{width}.png" for width in WIDTHS for theme in THEMES]
        images = "".join(
            f'<a href="{picture}"><img src="{picture}" alt="{picture}" loading="lazy"></a>' for picture in pictures
        )
        rows.append(f"<h2>{html.escape(name)} <code>{html.escape(path)}</code></h2><p>{images}</p>")
    style = (
        "body{font:16px system-ui;margin:2rem;background:#888}p{display:flex;gap:1rem;align-items:start}"
        "img{height:420px;object-fit:cover;object-position:top;border:1px solid}"
    )
    sheet = f"<!doctype html><meta charset=utf-8><title>Screenshots</title><style>{style}</style>{''.join(rows)}"
    (folder / "index.html").write_text(sheet)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=pathlib.Path, default=ROOT / "target" / "screenshots")
    parser.add_argument("--plumbline", default=ROOT / "target" / "release" / "plumbline", help="the program")
    parser.add_argument("--days", default="60", help="days of the demo")
    parser.add_argument("--address", help="http://HOST:PORT of a server that runs already")
    parser.add_argument("--style", help="a stylesheet to look at instead of the program's own")
    parser.add_argument("--only", help="pages whose name holds this")
    arguments = parser.parse_args()
    folder = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    demo = Demo(arguments)
    try:
        flaky = demo.text("/list/flaky_tests")
        test = re.search(r'href="(/tests/[^"]+)"', flaky)
        repository = re.search(r'name="repository" value="([^"]+)"', flaky)
        if not test or not repository:
            raise SystemExit("the demo shows no flaky test")
        found = {"test": test.group(1), "repository": repository.group(1)}
        pages = [(name, path.format(**found)) for name, path in PAGES]
        pages += [(name, path) for name, path in OPTIONAL if demo.has(path)]
        pages = [page for page in pages if not arguments.only or arguments.only in page[0]]
        wrong = []
        with sync_playwright() as playwright:
            chromium = shutil.which("chromium")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            for name, path in pages:
                for theme in THEMES:
                    for width in WIDTHS:
                        wrong += take(browser, demo.address, name, path, theme, width, folder, arguments.style)
            browser.close()
    finally:
        demo.close()
    contact_sheet(pages, folder)
    for line in wrong:
        print(line, file=sys.stderr)
    print(f"{len(pages) * len(THEMES) * len(WIDTHS)} pictures, {folder / 'index.html'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

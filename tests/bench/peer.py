"""Reads JUnit files with a parser from PyPI and counts cases: peer.py PARSER FOLDER_OR_FILE.

Prints reports, bytes, cases and the seconds of reading and parsing, separated by blanks.
"""

import os
import sys
import time


def junitparser(data):
    import junitparser

    found = junitparser.JUnitXml.fromstring(data)
    suites = [found] if isinstance(found, junitparser.TestSuite) else found
    n = 0
    for suite in suites:
        for case in suite:
            # Touches what a row needs; without it only the tree is built.
            _ = (case.classname, case.name, case.time, case.result)
            n += 1
    return n


def test_results_parser(data):
    import test_results_parser

    return len(test_results_parser.parse_junit_xml(data).testruns)


def main():
    parser, root = globals()[sys.argv[1]], sys.argv[2]
    if os.path.isfile(root):
        paths = [root]
    else:
        paths = sorted(os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names)
    __import__(sys.argv[1])
    n_bytes = n_cases = 0
    begun = time.perf_counter()
    for path in paths:
        with open(path, "rb") as file:
            data = file.read()
        n_bytes += len(data)
        n_cases += parser(data)
    print(len(paths), n_bytes, n_cases, time.perf_counter() - begun)


if __name__ == "__main__":
    main()

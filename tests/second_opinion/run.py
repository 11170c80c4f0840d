"""Answers every KPI and list once more, with SQL that was written for DuckDB, and compares. Started by the tests.

Usage: run.py FOLDER   with one folder below it for each question that was asked: `asked.json` with the parameters, the
policy and the types of the columns, `<table>.jsonl` with the rows of all lakes, `answers.jsonl` with what the catalogue
answers, about all lakes together or about one. A lake's name is the owner of its repositories.

Counts, texts and instants are the same, doubles to 1e-9. The order of rows is not compared. It prints what differs, both
rows, and fails; a repository's owner says which lake it is.
"""

import datetime
import glob
import json
import os
import statistics
import sys

import duckdb

FOLDER = os.path.dirname(os.path.abspath(__file__))
PARAMETERS = ["window_from", "window_to", "as_of", "known_at", "history_from"]

TOLERANCE = 1e-9
SHOWN_MAX = 5


def read_statement(path):
    with open(path) as file:
        return file.read()


def load(folder, asked):
    """A database with the rows, the parameters and the policy of one question."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("create schema raw")
    for name in PARAMETERS:
        connection.execute(f"create macro {name}() as timestamp '{asked['parameters'][name]}'")
    for table, columns in asked["tables"].items():
        casts = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in columns.items())
        texts = {name: "varchar" for name in columns}
        path = os.path.join(folder, f"{table}.jsonl")
        rows = connection.read_json(path, columns=texts, format="newline_delimited")
        connection.execute(f"create table raw.{table} as select {casts} from rows")
    connection.execute("create table policy (name varchar, value double, valid_from timestamp, valid_to timestamp)")
    for rule in asked["policy"]:
        ends = [rule["valid_from"] or "-infinity", rule["valid_to"] or "infinity"]
        connection.execute("insert into policy values (?, ?, ?, ?)", [rule["name"], rule["value"], *ends])
    connection.execute("create table normal_quantiles (confidence double, z double)")
    for confidence in {rule["value"] for rule in asked["policy"] if rule["name"] == "interval_confidence"}:
        z = statistics.NormalDist().inv_cdf(0.5 + confidence / 200)
        connection.execute("insert into normal_quantiles values (?, ?)", [confidence, z])
    connection.execute("create table organizations (organization varchar)")
    connection.execute("create macro organization(repository) as null")
    for path in sorted(glob.glob(os.path.join(FOLDER, "shared", "*.sql"))):
        connection.execute(read_statement(path))
    return connection


def plain(value):
    """A value of DuckDB as JSON has it; instants are microseconds on both sides."""
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=datetime.timezone.utc)
    if isinstance(value, list):
        return sorted([item["reason"], item["n"]] for item in value)
    return value


def is_same(name, ours, theirs):
    """Whether both say the same of one column; `theirs` is the catalogue's."""
    if name == "excluded":
        return (ours or []) == sorted(theirs or [])
    if ours is None or theirs is None:
        return ours is theirs
    if isinstance(ours, datetime.datetime):
        return ours == datetime.datetime.fromisoformat(theirs)
    if isinstance(ours, float) and isinstance(theirs, (int, float)):
        return abs(ours - theirs) <= TOLERANCE * max(1.0, abs(ours), abs(theirs))
    return ours == theirs


def sortable(value):
    """A key under which the same rows of both sides stand beside each other."""
    if isinstance(value, datetime.datetime):
        value = value.isoformat()
    elif isinstance(value, str) and len(value) > 19 and value[10:11] == "T" and value.endswith("Z"):
        value = datetime.datetime.fromisoformat(value).isoformat()
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        value = f"{value:025.6f}"
    return "" if value is None else str(value)


def differences(answer, rows):
    """Pairs of rows that differ; None where one side has none."""
    grain = [name.strip() for name in answer["grain"].split(",")]
    names = sorted(set().union(*answer["rows"], *rows))
    keys = [name for name in grain if name in names] + [name for name in names if name not in grain + ["excluded"]]
    order = lambda row: [sortable(row.get(name)) for name in keys]
    key = lambda row: [sortable(row.get(name)) for name in grain if name in names]
    ours, theirs = sorted(rows, key=order), sorted(answer["rows"], key=order)
    while ours or theirs:
        if theirs and (not ours or key(theirs[0]) < key(ours[0])):
            yield None, theirs.pop(0), []
        elif ours and (not theirs or key(ours[0]) < key(theirs[0])):
            yield ours.pop(0), None, []
        else:
            our, their = ours.pop(0), theirs.pop(0)
            columns = [name for name in names if not (name in our and name in their)
                       or not is_same(name, our[name], their[name])]
            if columns:
                yield our, their, columns


def show(row):
    return "nothing" if row is None else ", ".join(f"{name}={value}" for name, value in row.items())


def tell_apart(connection, is_by_lake):
    """From here on each lake is an organization of its own, or all of them are one."""
    name = "split_part(repository, '/', 1)" if is_by_lake else "'everything'"
    connection.execute(f"create or replace macro organization(repository) as {name}")
    connection.execute(f"create or replace table organizations as select distinct {name} as organization from raw.runs")


def compare(folder):
    """Compares the answers to one question; what differs, by relation, and how many rows there were."""
    with open(os.path.join(folder, "asked.json")) as file:
        asked = json.load(file)
    with open(os.path.join(folder, "answers.jsonl")) as file:
        answers = [json.loads(line) for line in file]
    connection = load(folder, asked)
    found, n_rows, known = {}, {}, {}
    for answer in sorted(answers, key=lambda answer: bool(answer["repositories"])):
        relation, is_by_lake = answer["relation"], bool(answer["repositories"])
        if (relation, is_by_lake) not in known:
            tell_apart(connection, is_by_lake)
            result = connection.execute(read_statement(os.path.join(FOLDER, relation)))
            names = [column[0] for column in result.description]
            known[relation, is_by_lake] = [dict(zip(names, map(plain, row))) for row in result.fetchall()]
        asked_of = answer["repositories"][0].split("/")[0] if is_by_lake else "everything"
        wanted = {"organization": asked_of, **answer["arguments"]}
        rows = [
            {name: value for name, value in row.items() if name not in wanted}
            for row in known[relation, is_by_lake]
            if all(row[name] == value for name, value in wanted.items())
        ]
        n_rows[relation] = n_rows.get(relation, 0) + len(answer["rows"])
        found.setdefault(relation, []).extend(differences(answer, rows))
    return found, n_rows


def main():
    found, n_rows = {}, {}
    for folder in sorted(glob.glob(os.path.join(sys.argv[1], "*", "")), key=lambda it: int(it.split(os.sep)[-2])):
        differing, counted = compare(folder)
        for relation, pairs in differing.items():
            found.setdefault(relation, []).extend(pairs)
        for relation, n in counted.items():
            n_rows[relation] = n_rows.get(relation, 0) + n
    is_wrong = False
    for relation, n in sorted(n_rows.items()):
        pairs = found.get(relation, [])
        print(f"{relation}: {len(pairs)} of {n} rows differ")
        if n == 0:
            print("  no lake has a row of it")
        is_wrong |= bool(pairs) or n == 0
        for our, their, columns in pairs[:SHOWN_MAX]:
            print(f"  {', '.join(columns) or 'the row'}")
            print(f"    sql/     {show(their)}")
            print(f"    DuckDB   {show(our)}")
    sys.exit(1 if is_wrong else 0)


if __name__ == "__main__":
    main()

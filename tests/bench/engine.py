"""Asks a question of Parquet files with another engine: engine.py ENGINE FOLDER QUESTION PARAMETERS.

ENGINE is `duckdb`, `chdb` or `datafusion`, two threads each. FOLDER has a folder of files for each table. QUESTION is a file
of `questions/`; PARAMETERS is JSON. In the SQL `{from}`, `{to}`, `{history_from}` are instants and `{test_id}` a text;
`{median(x)}` and `{seconds_between(a, b)}` are written in the engine's dialect.

Prints JSON: seconds of the first answer, from before the engine is loaded; seconds of the answers after it, in the same
process; the rows.
"""

import json
import os
import re
import sys
import time

AGAIN = 3


class Duckdb:
    median = "quantile_cont({0}, 0.5)"
    seconds_between = "(epoch_us({1}) - epoch_us({0})) / 1000000.0"

    def __init__(self, folder):
        import duckdb

        self.connection = duckdb.connect(config={"threads": 2})
        self.connection.execute("set timezone = 'UTC'")
        for table in os.listdir(folder):
            self.connection.read_parquet(f"{folder}/{table}/*.parquet").create_view(table)

    def instant(self, text):
        return f"timestamptz '{text}'"

    def ask(self, sql):
        return self.connection.execute(sql).fetchall()


class Chdb:
    median = "quantileExactInclusive(0.5)({0})"
    seconds_between = "(toUnixTimestamp64Micro({1}) - toUnixTimestamp64Micro({0})) / 1000000"

    def __init__(self, folder):
        from chdb.session import Session

        self.session = Session()
        self.session.query("set max_threads = 2")
        for table in os.listdir(folder):
            self.session.query(f"create view {table} as select * from file('{folder}/{table}/*.parquet', Parquet)")

    def instant(self, text):
        return f"toDateTime64('{text.removesuffix('Z').replace('T', ' ')}', 6, 'UTC')"

    def ask(self, sql):
        answer = self.session.query(sql, "JSONCompactEachRow").bytes().decode()
        return [json.loads(line) for line in answer.splitlines()]


class Datafusion:
    median = "median({0})"
    seconds_between = "(cast({1} as bigint) - cast({0} as bigint)) / 1000000.0"

    def __init__(self, folder):
        import datafusion

        self.context = datafusion.SessionContext(datafusion.SessionConfig().with_target_partitions(2))
        for table in os.listdir(folder):
            self.context.register_parquet(table, f"{folder}/{table}/")

    def instant(self, text):
        return f"timestamp '{text}'"

    def ask(self, sql):
        return self.context.sql(sql).to_arrow_table().to_pylist()


def written(engine, sql, parameters):
    """The question in the engine's dialect."""
    for name in ["median", "seconds_between"]:
        pattern = re.compile(r"\{" + name + r"\(((?:[^{}])*)\)\}")
        template = getattr(engine, name)
        sql = pattern.sub(lambda found: template.format(*re.split(r",\s(?![^(]*\))", found[1])), sql)
    for name, value in parameters.items():
        sql = sql.replace(f"{{{name}}}", f"'{value}'" if name == "test_id" else engine.instant(value))
    return sql


def main():
    name, folder, question, parameters = sys.argv[1:]
    with open(question) as file:
        sql = file.read()
    begun = time.perf_counter()
    engine = globals()[name.capitalize()](folder)
    sql = written(engine, sql, json.loads(parameters))
    rows = engine.ask(sql)
    cold = time.perf_counter() - begun
    warm = []
    for _ in range(AGAIN):
        begun = time.perf_counter()
        engine.ask(sql)
        warm.append(time.perf_counter() - begun)
    rows = [list(row.values()) if isinstance(row, dict) else list(row) for row in rows]
    print(json.dumps({"cold": cold, "warm": warm, "rows": rows}, default=str))


if __name__ == "__main__":
    main()

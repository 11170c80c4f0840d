"""Reads a lake with Python's deltalake and with DuckDB, and prints what they count as JSON.

Usage: engines.py LAKE_URL TABLE=DELTA_VERSION…   with the store's AWS_* settings in the environment.

For each table: `add_actions` (rows that the Delta log states), `deltalake` (rows that deltalake reads), `duckdb` (rows
that DuckDB reads from the files that deltalake lists). For test_results also the counts by repository and outcome, and the
sums of durations, as DuckDB sees them. DuckDB gets local files by their paths and remote ones as an Arrow dataset.
"""

import json
import os
import sys

import duckdb
from deltalake import DeltaTable

OUTCOMES = """
select repository, outcome, count(*) as n, cast(coalesce(sum(duration_ms), 0) as bigint) as duration_ms
from rows group by repository, outcome order by repository, outcome
"""


def define_rows(connection, table, is_local):
    """Makes the view `rows` over exactly the files of one version."""
    if is_local:
        # A file: URL may carry escapes; the lakes of the tests have none.
        relation = connection.read_parquet([uri.removeprefix("file://") for uri in table.file_uris()])
    else:
        relation = connection.from_arrow(table.to_pyarrow_dataset())
    relation.create_view("rows")


def main():
    url, tables = sys.argv[1].rstrip("/"), sys.argv[2:]
    is_local = not url.startswith("s3:")
    options = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    found = {}
    for argument in tables:
        name, version = argument.split("=")
        table = DeltaTable(f"{url}/tables/{name}", version=int(version), storage_options=None if is_local else options)
        connection = duckdb.connect()
        define_rows(connection, table, is_local)
        counts = {
            "version": table.version(),
            "files": len(table.file_uris()),
            "reader_version": table.protocol().min_reader_version,
            "writer_version": table.protocol().min_writer_version,
            "add_actions": sum(table.get_add_actions(flatten=True).column("num_records").to_pylist()),
            "deltalake": table.to_pyarrow_dataset().count_rows(),
            "duckdb": connection.sql("select count(*) from rows").fetchall()[0][0],
        }
        if name == "test_results":
            counts["outcomes"] = connection.sql(OUTCOMES).fetchall()
        found[name] = counts
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()

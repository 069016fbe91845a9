"""Formats that need no process of their own: JSON is read back, SQL runs in the SQLite that comes with Python."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import numpy as np

from kansr.export.json_ import from_tree
from kansr.export.running.program import Job, NotRun, refused
from kansr.export.sql import identifier
from kansr.formula.evaluate import evaluate
from kansr.formula.formula import Formula
from kansr.formula.functions import Array


def run_json(job: Job) -> tuple[str, Array]:
    """Read the formula back, by its text and by its tree, and compute what differs from it, or itself."""
    record = json.loads(job.text)
    formula = Formula.from_json(record)
    tree = from_tree(record["tree"], list(job.formula.names), job.formula.constants)
    if formula != job.formula or tree != job.formula.expression:
        raise refused("kansr", "error: it reads another formula back")
    columns = dict(zip(job.formula.names, job.rows.T, strict=True))
    return "kansr itself", np.broadcast_to(evaluate(tree, columns), len(job.rows))


def run_sql(job: Job) -> tuple[str, Array]:
    """Compute the expression over a table in memory."""
    columns = list(job.formula.names.values())
    if len({column.lower() for column in columns}) < len(columns):
        raise NotRun("SQLite does not tell columns apart that differ in capitals only")
    key = identifier("_".join(["row", *columns]))  # longer than any of them
    kinds = ", ".join([f"{key} INTEGER PRIMARY KEY", *(f"{identifier(column)} REAL" for column in columns)])
    places = ", ".join("?" * (len(columns) + 1))
    with closing(sqlite3.connect(":memory:")) as database:
        try:
            database.execute(f"CREATE TABLE rows ({kinds})")
            lines = ((i, *row) for i, row in enumerate(job.rows.tolist()))
            database.executemany(f"INSERT INTO rows VALUES ({places})", lines)
            values = database.execute(f"SELECT {job.text} FROM rows ORDER BY {key}").fetchall()
        except sqlite3.Error as error:
            if "no such function" in str(error):
                raise NotRun(f"the SQLite of this Python has {str(error).replace('such ', '')}") from error
            raise refused("SQLite", f"error: {error}") from error
    return "SQLite", np.array([np.nan if value is None else value for (value,) in values])

"""Rows of a database, by an SQLAlchemy URL: they are read and nothing is written, and the URL's secrets stay in it.

Reading only is asked of each driver in the way that it knows: SQLite opens the file for reading and refuses to write,
PostgreSQL, MySQL and MariaDB begin a transaction that may not write. With others the transaction is rolled back.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kansr.errors import TableError, UsageError
from kansr.table.names import listed, nearest, tidy
from kansr.table.room import CELL, GROWTH, OBJECT, check_room, held, room
from kansr.table.source import check_file, public_name
from kansr.table.spec import TableSpec
from kansr.table.text import Sheet

if TYPE_CHECKING:
    import pandas as pd

_COMMENTS = re.compile(r"\A(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?\*/|\()*", re.DOTALL)
_READS = re.compile(r"(select|with|values|table)\b", re.IGNORECASE)
_READ_ONLY = {
    "postgresql": "SET TRANSACTION READ ONLY",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
}
_VIEW, _QUERY = 2.0, 120.0  # seconds without a row: of what is in a database, and of what the user asks
_STEPS = 10_000  # of SQLite's machine between two looks at the clock
_BLOCK = 1000  # rows that are fetched at once
_CELL = 1 << 22  # bytes of a cell
_FORMS = "sqlite:///lab.db, postgresql://user@host/name"


def read_sql(url: str, spec: TableSpec) -> Sheet:
    """Read what a query gives, or a whole table, or the only table of a database.

    Raises `UsageError` where SQLAlchemy or the driver is missing, the URL is none, or what is asked for is not there or
    would write; `TableError` where the database refuses. No message holds what the URL holds, but for
    `kansr.table.source.public_name`.
    """
    if spec.query is not None:
        check_query(spec.query)
    with _connected(url) as connection:
        query = spec.query or _whole_table(connection, spec.name)
        size = _size(connection, spec)
        with _timed(connection, _QUERY if spec.query else _VIEW, size, url) as goes_on:
            result = connection.execution_options(no_parameters=True).exec_driver_sql(query)
            if not result.returns_rows:
                raise UsageError("the query gives no rows", where="--query", hint="it begins with SELECT")
            names, unnamed = tidy([str(key) for key in result.keys()])  # noqa: SIM118  (not a mapping)
            rows = _rows(result, goes_on, size, public_name(url))
    return Sheet(frame=_frame(names, rows), warnings=unnamed)


def _size(connection: Any, spec: TableSpec) -> int:
    """Give the bytes of a database file, which its views may not outgrow; what is asked for may fill the room."""
    if connection.dialect.name != "sqlite" or spec.query is not None:
        return room() // GROWTH
    return Path(connection.exec_driver_sql("PRAGMA database_list").fetchone()[2]).stat().st_size


def _rows(result: Any, goes_on: Callable[[], None], size: int, where: str) -> list[Any]:
    """Fetch all rows, as far as they find room; nobody knows ahead how many a view gives."""
    rows: list[Any] = []
    taken = 0
    while block := result.fetchmany(_BLOCK):
        goes_on()
        rows += block
        taken += sum(
            OBJECT + CELL + (len(cell) if isinstance(cell, (str, bytes)) else 0) for row in block for cell in row
        )
        check_room(taken, size, where)
    return rows


@contextmanager
def _timed(connection: Any, seconds: float, size: int, url: str) -> Iterator[Callable[[], None]]:
    """End what SQLite computes where no rows come for so many seconds of processor time; what is given says some did.

    Other databases have time limits of their own, on the server.
    """
    last = [time.process_time()]

    def goes_on() -> None:
        last[0] = time.process_time()

    if connection.dialect.name != "sqlite":
        yield goes_on
        return
    driver = connection.connection.driver_connection
    driver.set_progress_handler(lambda: time.process_time() - last[0] > seconds, _STEPS)
    try:
        with held(size, public_name(url)):
            yield goes_on
    except Exception as error:
        if "interrupted" not in str(error):
            raise
        what = f"the database computes {seconds:g} seconds and gives no rows"
        hint = "a view may have no end; --table names a table, --query says what is asked"
        raise TableError(what, where=public_name(url), hint=hint) from None
    finally:
        driver.set_progress_handler(None, 0)


def check_query(query: str) -> None:
    r"""Raise `UsageError` for a statement that does not read.

    >>> check_query("-- all of them\nSELECT * FROM runs")
    """
    start = _COMMENTS.sub("", query, count=1)
    if not _READS.match(start):
        word = start.split(None, 1)[0][:20] if start.strip() else "nothing"
        raise UsageError(f"the query begins with {word!r}", where="--query", hint="only what reads is run: SELECT ...")


def _frame(names: tuple[str, ...], rows: list[Any]) -> pd.DataFrame:
    """Put the rows into columns: numbers where a whole column is, else as the driver gives them."""
    import pandas as pd  # takes half a second  # noqa: PLC0415

    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    return pd.DataFrame({name: pd.Series(list(cells)) for name, cells in zip(names, columns, strict=True)})


def _whole_table(connection: Any, name: str | None) -> str:
    """Write the query for a whole table, or for the only one that there is."""
    import sqlalchemy as sa  # noqa: PLC0415

    known = _tables(sa.inspect(connection))
    if name is None and len(known) != 1:
        hint = f"name one with --table, or give a --query; there are: {listed(known) or 'none'}"
        raise UsageError(f"the database holds {len(known)} tables: which one?", hint=hint)
    schema, _, bare = (name or known[0]).rpartition(".")
    if name is not None and name not in known and (not schema or bare not in _tables(sa.inspect(connection), schema)):
        hint = nearest(name, known).replace("the columns are", "the tables are")
        raise UsageError(f'there is no table "{name}" in the database', hint=hint)
    whole = sa.table(name or known[0]) if not schema or name in known else sa.table(bare, schema=schema)
    return str(sa.select(sa.text("*")).select_from(whole).compile(dialect=connection.dialect))


def _tables(inspector: Any, schema: str | None = None) -> list[str]:
    """Name the tables and views of a database, or of one of its schemas."""
    return sorted([*inspector.get_table_names(schema=schema), *inspector.get_view_names(schema=schema)])


@contextmanager
def _connected(url: str) -> Iterator[Any]:
    """Open a connection that may only read, roll back, and close it; every error of a driver becomes one of ours.

    A driver may write the URL into its message, and Python keeps the cause of an error for whoever prints it: so the
    message is cleaned, and the cause is dropped.
    """
    sa, where = _sqlalchemy(), public_name(url)
    problem: Exception
    try:
        engine = _engine(sa, url)
        try:
            with engine.connect() as connection:
                if connection.dialect.name in _READ_ONLY:
                    connection.exec_driver_sql(_READ_ONLY[connection.dialect.name])
                yield connection
                connection.rollback()
                return
        finally:
            engine.dispose()
    except (UsageError, TableError):
        raise
    except ImportError as error:
        package = error.name or "a driver"
        problem = UsageError(f"reading this database needs {package}", where=where, hint=f"pip install {package}")
    except sa.exc.NoSuchModuleError:
        problem = UsageError("no driver is known for such a URL", where=where, hint=f"it is one such as {_FORMS}")
    except sa.exc.ArgumentError:
        problem = UsageError("the URL of the database cannot be read", where=where, hint=f"it is one such as {_FORMS}")
    except MemoryError:
        problem = TableError("the table does not fit into memory", where=where, hint="give fewer rows")
    except Exception as error:
        problem = TableError(f"the database refuses: {_said(sa, error, url)}", where=where, hint="see --query, --table")
    raise problem from None


def _engine(sa: Any, url: str) -> Any:
    """Make an engine; a file of SQLite must be there, and is opened for reading."""
    parsed = _parsed(sa, url)
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(parsed, poolclass=sa.pool.NullPool)
    path = parsed.database
    if not path or path == ":memory:":
        raise UsageError("the URL names no file", where=public_name(url), hint="such as sqlite:///lab.db")
    check_file(Path(path))

    def connect() -> Any:
        import sqlite3  # noqa: PLC0415

        connection = sqlite3.connect(f"file:{quote(str(Path(path).absolute()))}?mode=ro", uri=True)
        for pragma in ("query_only = ON", "trusted_schema = OFF", "temp_store = MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _CELL)
        return connection

    return sa.create_engine("sqlite://", creator=connect, poolclass=sa.pool.NullPool)


def _parsed(sa: Any, url: str) -> Any:
    try:
        return sa.engine.make_url(url)
    except ValueError:  # a port that is no number
        raise sa.exc.ArgumentError("this is no URL") from None


def _said(sa: Any, error: Exception, url: str) -> str:
    """Give the first line of what a driver said, without anything that the URL keeps secret."""
    text = str(getattr(error, "orig", None) or error).strip().splitlines()
    parsed = _parsed(sa, url)
    secrets = {url, parsed.password, parsed.username, *map(str, parsed.query.values())}
    said = text[0] if text else type(error).__name__
    for secret in sorted((str(one) for one in secrets if one), key=len, reverse=True):
        said = said.replace(secret, "***")
    return said


def _sqlalchemy() -> Any:
    """Load SQLAlchemy, which comes with an extra."""
    try:
        import sqlalchemy  # noqa: PLC0415
    except ImportError as error:
        hint = "pip install 'kansr[sql]', or export the rows as CSV"
        raise UsageError("reading databases needs SQLAlchemy", hint=hint) from error
    return sqlalchemy

"""The file of results: one line of JSON for each case, added as soon as the case is done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kansr.bench.case import Key, key_of
from kansr.errors import RunError
from kansr.files import append_line

Record = dict[str, Any]


def read(path: Path) -> dict[Key, Record]:
    """Give the records of a file by the key of their case; none if there is no file yet.

    A line that is no JSON is the half of one that a crash left behind: its case is done again. Of two records of one
    case the first counts.

    Raises `RunError` for a file that cannot be read, or holds something else.
    """
    if not path.exists():
        return {}
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise RunError(f"the results cannot be read: {error.strerror}", where=str(path)) from error
    found: dict[Key, Record] = {}
    for number, line in enumerate(lines, 1):
        record = _parsed(line)
        if record is not None:
            found.setdefault(_key(record, f"{path}, line {number}"), record)
    if not found and any(line.strip() for line in lines):
        raise _foreign(str(path))
    return found


def add(path: Path, record: Record) -> None:
    """Add a record. Raises `RunError` when the file cannot be written."""
    append_line(path, json.dumps(record, ensure_ascii=False, allow_nan=False))


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _key(record: Any, where: str) -> Key:
    try:
        return key_of(record)
    except (KeyError, TypeError) as error:
        raise _foreign(where) from error


def _foreign(where: str) -> RunError:
    return RunError("this is not a file of results of `kansr bench`", where=where, hint="choose another name with -o")

"""The bytes of a table: from a file or from stdin, unpacked, and recognised by what they are."""

from __future__ import annotations

import difflib
import os
import re
import stat
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import BinaryIO, Literal

from kansr.errors import TableError, UsageError
from kansr.table.names import listed
from kansr.table.packed import unpack
from kansr.table.room import room, too_large

Form = Literal["text", "parquet", "feather", "workbook"]

STDIN = "<stdin>"
_PIECE = 1 << 20  # bytes that are read at once
_PATIENCE = 2.0  # seconds that a pipe may have no writer
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+://)(?:[^@/?#]*@)?((?:[\w.-]*)(?::\d+)?(?:/[^?#@]*)?)(?:[?#][^@]*)?")
_GZIP, _ZSTD, _PARQUET = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1"
_SQLITE = b"SQLite format 3\0"
_FEATHER = b"ARROW1"
_ZIP, _COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"  # what new and old workbooks are packed in
_SUFFIXES = {
    ".gz": (_GZIP, "gzip"),
    ".zst": (_ZSTD, "zstd"),
    ".parquet": (_PARQUET, "Parquet"),
    ".pq": (_PARQUET, "Parquet"),
    ".feather": (_FEATHER, "Feather"),
    ".arrow": (_FEATHER, "Feather"),
    ".xlsx": (_ZIP, "an Excel workbook"),
    ".xlsm": (_ZIP, "an Excel workbook"),
    ".xlsb": (_ZIP, "an Excel workbook"),
    ".xls": (_COMPOUND, "an old Excel workbook"),
    ".ods": (_ZIP, "an OpenDocument spreadsheet"),
}
_FOREIGN = {
    b"\x89HDF": "an HDF5 file",
    b"\x93NUMPY": "a NumPy array file",
    b"MATLAB 5.0": "a MATLAB file",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a PNG picture",
    b"\x80\x04\x95": "a Python pickle",
    b"\x80\x05\x95": "a Python pickle",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a source holds: its name, unpacked bytes, and what they are."""

    name: str
    data: bytes
    form: Form


def is_url(source: str | Path) -> bool:
    """Whether a source is the URL of a database, and not a file.

    >>> is_url("sqlite:///lab.db"), is_url("lab.csv")
    (True, False)
    """
    return isinstance(source, str) and _SCHEME.match(source) is not None


def public_name(source: str | Path) -> str:
    """Give the name of a source that may be shown and kept: of a URL without user, password and options.

    Where it is not certain what of a URL is secret, only its first word is left.

    >>> public_name("postgresql://ada:secret@lab.org:5432/runs?sslpassword=x"), public_name("lab.csv")
    ('postgresql://lab.org:5432/runs', 'lab.csv')
    >>> public_name("postgresql://ada:s/e@cret@lab.org/runs")
    'postgresql://'
    """
    if not is_url(source):
        return STDIN if str(source) == "-" else str(source)
    match = _URL.fullmatch(str(source))
    return match[1] + match[2] if match else str(source).partition("://")[0] + "://"


def read_content(source: str | Path) -> Content:
    """Read a file, or stdin for `-`, and unpack it.

    The form is known by the first bytes; a suffix must not contradict them. Raises `UsageError` when there is no such
    file, `TableError` when it is empty, damaged or no table.
    """
    name = public_name(source)
    packed = _stdin() if name == STDIN else _file(Path(source))
    _check_suffix(name, packed)
    data = unpack(packed, name)
    if not data or data.isspace():
        raise TableError(
            "there is no data: the input is empty", where=name, hint="check the file or the pipe before it"
        )
    if data.startswith(_SQLITE):
        hint = f"give it as a URL: kansr fit 'sqlite:///{name}'"
        raise TableError("this is a database of SQLite, with tables in it", where=name, hint=hint)
    for magic, what in _FOREIGN.items():
        if data.startswith(magic):
            raise TableError(f"this is {what}, not a table", where=name, hint="save it as CSV or Parquet")
    return Content(name=name, data=data, form=_form(data, name))


def _form(data: bytes, name: str) -> Form:
    """Tell what unpacked bytes are. Raises `TableError` for a ZIP archive that is no workbook."""
    if data.startswith(_PARQUET):
        return "parquet"
    if data.startswith(_FEATHER):
        return "feather"
    if data.startswith(_ZIP) and Path(name).suffix.lower() not in _SUFFIXES and not _is_workbook(data):
        raise TableError("this is a ZIP archive, not a table", where=name, hint="unpack it and give the file inside")
    return "workbook" if data.startswith((_ZIP, _COMPOUND)) else "text"


def _is_workbook(data: bytes) -> bool:
    """Whether a ZIP archive holds what a workbook holds: the names of its parts stand in it as they are."""
    return any(part in data for part in (b"xl/workbook.", b"opendocument.spreadsheet"))


def _stdin() -> bytes:
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("nothing is piped in", where=STDIN, hint="give a file, or pipe one: kansr fit - < data.csv")
    try:
        return _bytes_of(sys.stdin.buffer, STDIN)
    except OSError as error:
        raise TableError(f"cannot read: {error}", where=STDIN) from error


def check_file(path: Path) -> None:
    """Raise `UsageError` with the nearest name where a file is not there, and for what is no file."""
    if path.is_file():
        return
    if path.exists() and not path.is_dir():
        raise UsageError("this is a pipe or a device, not a file", where=str(path), hint="copy it to a file")
    _file(path)


def _file(path: Path) -> bytes:
    try:
        if path.is_fifo():
            return _from_pipe(path)
        if not path.is_dir() and path.exists() and not path.is_file():
            raise UsageError("this is a device, not a file", where=str(path), hint="give a file, or - for a pipe")
        with path.open("rb") as file:
            return _bytes_of(file, str(path))
    except FileNotFoundError as error:
        raise UsageError(f"there is no file {path.name!r}", where=str(path), hint=_near_file(path)) from error
    except IsADirectoryError as error:
        raise UsageError("this is a folder, not a file", where=str(path), hint=_files_in(path)) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"cannot read the file: {reason}", where=repr(str(path))) from error


def _bytes_of(file: BinaryIO, name: str) -> bytes:
    """Read a file to its end, as far as a table may fill the memory; what is long and only zeros is no table."""
    with suppress(OSError):  # what is no file of the system has no size that it knows
        about = os.fstat(file.fileno())
        if stat.S_ISREG(about.st_mode):
            _check_size(about.st_size, name)
            return file.read()
    pieces, size = [], 0
    while piece := file.read(_PIECE):
        pieces.append(piece)
        size += len(piece)
        _check_size(size, name)
        if size == _PIECE and not piece.strip(b"\0"):
            raise TableError("there is nothing but zeros", where=name, hint="this is no table")
    return b"".join(pieces)


def _check_size(size: int, name: str) -> None:
    if size > room():
        raise too_large(size, name)


def _from_pipe(path: Path) -> bytes:
    """Read a named pipe; where nobody opens its other end within a few seconds, that is said."""
    until = time.monotonic() + _PATIENCE
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with open(descriptor, "rb", buffering=0) as file:  # noqa: PTH123  (a pipe that is open already)
        while not (first := _now(file)):
            if first == b"" and time.monotonic() > until:
                raise TableError("nobody writes into this pipe", where=str(path), hint="give a file, or - for a pipe")
            time.sleep(0.02)
        os.set_blocking(descriptor, True)
        return first + _bytes_of(file, str(path))


def _now(file: FileIO) -> bytes | None:
    """Read what stands in a pipe: nothing where nobody writes, None where somebody will."""
    return file.read(_PIECE)


def _near_file(path: Path) -> str:
    """Advise about a path that does not exist: the first folder that is missing, or the nearest name."""
    folder = path.parent
    if not folder.is_dir():
        return f"there is no folder {str(folder)!r}"
    close = difflib.get_close_matches(path.name, _names_in(folder), n=1, cutoff=0.5)
    return f"did you mean {str(folder / close[0])!r}?" if close else _files_in(folder)


def _files_in(folder: Path) -> str:
    return f"the folder holds: {listed(_names_in(folder), limit=5) or 'nothing'}"


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError:
        return []


def _check_suffix(name: str, data: bytes) -> None:
    """Refuse a file whose name promises what its bytes are not."""
    magic, form = _SUFFIXES.get(Path(name).suffix.lower(), (b"", ""))
    if data and not data.startswith(magic):
        raise TableError(
            f"the name ends like {form}, the content is not {form}", where=name, hint="rename or pack it again"
        )

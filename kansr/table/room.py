"""How much memory a table may take: asked before it is laid out, and held to by the system while it is read.

A file of 500 bytes can name a thousand million cells. What its table will take is estimated from what the file says of
itself, in the one unit of `check_room`, before anything is laid out. A file may lie about itself, so `held` sets the
system's own limit on private memory (RLIMIT_DATA) while a library reads: what it asks for beyond that is refused.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kansr.errors import TableError

GROWTH = 100
"""How many times its size a table may take. Tables shrink to a tenth, rarely to a hundredth .."""

FREE = 1 << 26
""".. and the bytes that any table may take."""

SHARE = 4
"""A table may take this part of the memory of the machine, or of what `--memory` allows."""

CELL, OBJECT = 8, 64
"""Bytes of a number, and of a text or another object beside the letters that it holds."""

COLUMNS = 5_000
"""The most columns of a table: what looks at each pair of them must end."""

_UNKNOWN = 1 << 33  # bytes of memory where the system does not tell
_SLACK, _COPIES = 1 << 28, 4  # what a library takes for itself, and how often a table is there while it is read
_CGROUP = Path("/sys/fs/cgroup/memory.max")
_STATM = Path("/proc/self/statm")
_READING = threading.RLock()  # the limit is that of the process: one reads at a time ..
_BEFORE: list[int] = []  # .. and what was allowed before is still what there is


def room() -> int:
    """Give the bytes that a table may take, whatever the size of its file."""
    return min(_memory(), *_allowed()) // SHARE


def limit_of(size: int) -> int:
    """Give the bytes that a file of this size may hold, unpacked and laid out.

    >>> limit_of(10) == FREE, limit_of(2**50) == room()
    (True, True)
    """
    return min(max(FREE, GROWTH * size), max(FREE, room()))


def check_room(bytes_: int, size: int, where: str) -> None:
    """Raise `TableError` where a table of so many bytes is too large for a file of this size.

    >>> check_room(8_000_000_000_000, 490, "nulls.feather")
    Traceback (most recent call last):
    kansr.errors.TableError: the file has 490 bytes and unpacks to more than 67,108,864 (nulls.feather)
      no table shrinks so far; if it is sound, unpack it first
    """
    if bytes_ > limit_of(size):
        raise too_large(size, where)


def check_growth(bytes_: int, size: int, where: str) -> None:
    """Raise `TableError` where a table of so many bytes, read in blocks, is too long for a file of this size."""
    if bytes_ > (most := max(FREE, GROWTH * size)):
        raise _grown(size, most, where)


def check_columns(count: int, where: str | None = None) -> None:
    """Raise `TableError` for more columns than anything here is made for."""
    if count > COLUMNS:
        what = f"the table has {count:,} columns, and {COLUMNS:,} is the most"
        raise TableError(what, where=where, hint="keep the columns that may matter; is the delimiter (-d) right?")


def too_large(size: int, where: str) -> TableError:
    """Say that a file of this size holds more than it may."""
    limit = limit_of(size)
    if limit < GROWTH * size:
        what = f"the table takes more than {limit:,} bytes of memory, which is 1/{SHARE} of what there is"
        return TableError(what, where=where, hint="give fewer rows or columns, or more memory")
    return _grown(size, limit, where)


def _grown(size: int, limit: int, where: str) -> TableError:
    what = f"the file has {size:,} bytes and unpacks to more than {limit:,}"
    return TableError(what, where=where, hint="no table shrinks so far; if it is sound, unpack it first")


@contextmanager
def held(size: int, where: str) -> Iterator[None]:
    """Let the system refuse what a library takes beyond the room of a file of this size, where it can (Linux).

    Raises `TableError` in the place of the error that the library makes of that.
    """
    with _READING, _limited(min(_SLACK + _COPIES * limit_of(size), 2 * room())):
        try:
            yield
        except MemoryError as error:
            raise too_large(size, where) from error


@contextmanager
def _limited(more: int) -> Iterator[None]:
    """Limit the private memory of this process to what it has now and so many bytes more."""
    taken = _taken()
    if taken is None:
        yield
        return
    import resource  # noqa: PLC0415  (not on Windows)

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    within = taken + more if soft == resource.RLIM_INFINITY else min(soft, taken + more)
    resource.setrlimit(resource.RLIMIT_DATA, (within, hard))
    _BEFORE.append(soft)
    try:
        yield
    finally:
        _BEFORE.pop()
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _taken() -> int | None:
    """Give the bytes that RLIMIT_DATA counts for this process; None where the system does not tell."""
    try:
        return int(_STATM.read_text().split()[5]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        return None


def _memory() -> int:
    """Give the memory of the machine, or of the container."""
    found = _UNKNOWN
    with suppress(ValueError, OSError, AttributeError):
        found = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with suppress(ValueError, OSError):
        found = min(found, int(_CGROUP.read_text()))
    return found


def _allowed() -> Iterator[int]:
    """Yield what this process may take, as far as that is limited."""
    yield _UNKNOWN << 20
    try:
        import resource  # noqa: PLC0415  (not on Windows)
    except ImportError:
        return
    for one in (resource.RLIMIT_DATA, resource.RLIMIT_AS):
        soft = _BEFORE[0] if _BEFORE and one == resource.RLIMIT_DATA else resource.getrlimit(one)[0]
        if soft != resource.RLIM_INFINITY:
            yield soft

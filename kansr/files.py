"""Files written whole or not at all, and read only when they are what they claim to be.

Every write goes to a temporary name in the same folder, is brought to disk, and then takes the name of the old file in
one step, which is brought to disk, too: a full disk or a pulled plug leaves the old file or the new one, whole. This is
the only place where files are replaced.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from kansr.errors import RunError

_CLEANER = "import shutil, sys; sys.stdin.read(); shutil.rmtree(sys.argv[1], ignore_errors=True)"
_TEMPORARY = re.compile(r"\.[0-9a-f]{8}-.+")  # nobody can put a link of this name there before
_NOT_PLAIN = re.compile(r"[^\n -~]")
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")  # wide letters count, too


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path to write to; when the block ends well, the file there takes the place of `path`.

    Raises `RunError` when the file cannot be written; the old file then stays as it was.
    """
    temporary = path.with_name(f".{secrets.token_hex(4)}-{path.name}")  # some writers choose a format by the suffix
    try:
        yield temporary
        _bring_to_disk(temporary)
        take_place(temporary, path)
    except OSError as error:
        raise _cannot("write", path, error) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def take_place(there: Path, path: Path) -> None:
    """Give a file or folder the name `path`, in place of the file that has it, and bring that to disk."""
    os.replace(there, path)  # noqa: PTH105  (the one place, which a test looks for)
    for folder in {there.parent, path.parent}:
        _bring_names_to_disk(folder)


def make_folder(path: Path, *, new: bool = False) -> None:
    """Make a folder and those above it, and bring their names to disk; `FileExistsError` where a new one is there."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(exist_ok=not new)
    for folder in reversed(missing):
        _bring_names_to_disk(folder.parent)


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a temporary folder for the length of a `with` block, which goes with this process, however that ends.

    A process of its own waits for the end of this one: nobody who is killed can clean up.

    >>> with scratch() as folder:
    ...     folder.is_dir()
    True
    >>> folder.exists()
    False
    """
    with tempfile.TemporaryDirectory(prefix="kansr-", ignore_cleanup_errors=True) as place:
        command = [sys.executable, "-I", "-S", "-c", _CLEANER, place]
        nowhere = subprocess.DEVNULL
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=nowhere, stderr=nowhere, start_new_session=True, cwd="/"
        ) as cleaner:
            try:
                yield Path(place)
            finally:
                cleaner.kill()


def remove_leftovers(folder: Path) -> None:
    """Remove what `replacing` left in a folder when the process was killed; nobody else may write there meanwhile."""
    with suppress(OSError):
        for path in folder.iterdir():
            if _TEMPORARY.fullmatch(path.name) and not path.is_dir():
                path.unlink(missing_ok=True)


def only_leftovers(names: Iterable[str]) -> bool:
    """Whether files of these names are what `replacing` leaves when the process is killed, and nothing else.

    >>> only_leftovers({".0123abcd-run.json"}), only_leftovers({"notes.txt"})
    (True, False)
    """
    return all(_TEMPORARY.fullmatch(name) for name in names)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Write a text file (UTF-8) whole or not at all."""
    write_bytes(path, text.encode("utf-8", errors="surrogatepass"))


def append_line(path: Path, line: str) -> None:
    """Add one line to a text file. A line that an earlier crash left unfinished is closed first."""
    is_new = not path.exists()
    try:
        with path.open("ab+") as file:
            if file.tell() and _last_byte(path) != b"\n":
                line = "\n" + line
            file.write(f"{line}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            _bring_names_to_disk(path.parent)
    except OSError as error:
        raise _cannot("write", path, error) from error


def read_bytes(path: Path, limit: int) -> bytes:
    """Read a file of at most `limit` bytes.

    Raises `RunError` when it is missing, cannot be read, or is larger.
    """
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise _cannot("read", path, error) from error
    if len(content) > limit:
        raise RunError(f"the file is larger than {limit:,} bytes", where=str(path), hint="it was not written by kansr")
    return content


def is_plain(path: Path) -> bool:
    """Whether a path is free, or is a file itself: no link, folder, pipe or device.

    >>> is_plain(Path("/dev/null"))
    False
    """
    return not path.is_symlink() and (path.is_file() or not path.exists())


def json_text(value: Any, indent: int | None = None) -> str:
    r"""Write plain values as JSON; characters that could steer a terminal or reverse text are written as escapes.

    >>> print(json_text({"Δp": "a\x9b2J\u202eb"}))
    {"Δp": "a\u009b2J\u202eb"}
    """
    text = json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False)
    return _NOT_PLAIN.sub(lambda found: found[0] if found[0].isprintable() else json.dumps(found[0])[1:-1], text)


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write rows as CSV; numbers in full precision, text so that no spreadsheet takes it for a formula.

    >>> print(csv_text(["=a", "b"], [[1, 0.1]]), end="")
    '=a,b
    1,0.1
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([csv_cell(name) for name in header])
    writer.writerows([csv_cell(cell) for cell in row] for row in rows)
    return text.getvalue()


def csv_cell(value: object) -> object:
    """Give a cell as it is, but put `'` before text that a spreadsheet would run.

    >>> csv_cell("@sum"), csv_cell(-1.5), csv_cell(None)
    ("'@sum", -1.5, '')
    """
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


@contextmanager
def held(path: Path, refuse: Callable[[str], RunError]) -> Iterator[None]:
    """Hold the lock file at `path` for the length of the block.

    The system lets go of the lock when the process ends, however it ends, so none is ever stale. The file stays and
    holds the number of the last process that had it; `refuse` gets that number when another process has it now.
    """
    try:
        file = path.open("a+")
    except OSError as error:
        raise _cannot("write", path, error) from error
    with file:
        if not _try_lock(file.fileno()):
            file.seek(0)
            raise refuse(file.read(20).strip() or "unknown")
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        """Lock a byte far behind the number, so that others can still read it."""
        try:
            os.lseek(descriptor, 1 << 30, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        """Take the lock; a file system that knows no locks counts as free."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True


def _bring_to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _bring_names_to_disk(folder: Path) -> None:
    """Bring to disk which files a folder holds; a system or file system that cannot say so does it by itself."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _last_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1)


_HINTS: dict[type[Exception], str] = {
    FileNotFoundError: "check the path",
    PermissionError: "the folder or file is protected: choose another place with -o",
}


def _cannot(verb: str, path: Path, error: Exception) -> RunError:
    """Say in one sentence why a file could not be read or written."""
    reason = getattr(error, "strerror", None) or str(error)
    return RunError(f"cannot {verb} the file: {reason}", where=str(path), hint=_HINTS.get(type(error)))

"""From bytes to text: byte-order marks, encodings, and what is not text at all."""

from __future__ import annotations

import codecs
import re

from kansr.errors import TableError, UsageError
from kansr.table.cells import shown
from kansr.table.encodings import guess, wide
from kansr.table.table import TableWarning

_MARKS = (  # longest first: the mark of UTF-32 begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MARK = "\ufeff"
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_HEAD = 1 << 16  # bytes that a word of another reading is looked for in
_OTHERS = 3  # encodings that are named beside the one that was taken
_WORD = re.compile(r"[^\s,;|\"]+")


def decode(data: bytes, encoding: str, where: str) -> tuple[str, list[TableWarning]]:
    """Give the text of `data`, and what is said of it. A byte-order mark is obeyed where the encoding is UTF-8.

    UTF-8 is the default, too: bytes that are none are read as what they seem to be (see `kansr.table.encodings`), and
    that is said.

    Raises `UsageError` for an encoding that does not exist, `TableError` for bytes that are not text in this encoding.
    """
    name = _encoding(data, encoding)
    if name == "utf-8" and (unmarked := wide(data)) is not None:
        text = data.decode(unmarked)
        return text, [_said(f"the file is {unmarked} without a mark that says so", text)]
    if not name.startswith(("utf-16", "utf-32")):
        _check_zero_bytes(data, where)
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        found = _guessed(data, error) if name == "utf-8" else None
        if found is None:
            raise _wrong(data, name, error, where) from error
        return found
    except (ValueError, LookupError) as error:
        raise UsageError(f"{encoding!r} cannot decode text: {error}", hint="such as utf-8, cp1252, utf-16") from error
    return text.removeprefix(_MARK), []


def _guessed(data: bytes, error: UnicodeDecodeError) -> tuple[str, list[TableWarning]] | None:
    """Read bytes as what they seem to be, and as Windows does in the west where they seem to be nothing."""
    found = guess(data)
    text = _as_windows(data) if found is None else data.decode(found.encoding)
    if text is None:
        return None
    name = "cp1252" if found is None else found.encoding
    said = f"the file is not utf-8 (byte 0x{data[error.start]:02x} in line {_line(data, error.start)})"
    others = () if found is None else found.others[:_OTHERS]
    return text, [_said(f"{said}: it is read as {name}", text, *(_reading(data, other) for other in others))]


def _said(what: str, text: str, *others: str) -> TableWarning:
    """Say how a file is read, by a word of it, and how it would read in other encodings."""
    word = _word(text)
    more = f" (as {', as '.join(others)})" if others else ""
    reading = f", {shown(word)}" if word else ""
    return TableWarning(kind="encoding", message=f"{what}{reading}; --encoding says otherwise{more}")


def _word(text: str) -> str:
    return next((word for word in _WORD.findall(text) if not word.isascii()), "")


def _reading(data: bytes, encoding: str) -> str:
    return f"{encoding} {shown(_word(data[:_HEAD].decode(encoding, errors='replace')))}"


def _as_windows(data: bytes) -> str | None:
    """Read bytes as Windows does in the west of Europe; None where that gives signs that no text holds."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else text


def _encoding(data: bytes, encoding: str) -> str:
    """Give the encoding to use, by Python's own name for it."""
    try:
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError) as error:
        raise UsageError(f"there is no encoding {encoding!r}", hint="such as utf-8, cp1252, latin-1, utf-16") from error
    marked = next((marked for mark, marked in _MARKS if data.startswith(mark)), name)
    return marked if name == "utf-8" else name


def _check_zero_bytes(data: bytes, where: str) -> None:
    """Refuse bytes of zero: such a file is binary, damaged, or UTF-16 without its mark."""
    position = data.find(b"\0")
    if position < 0:
        return
    wide = data[:1000].count(b"\0") > 0.3 * len(data[:1000])
    hint = "it may be UTF-16: try --encoding utf-16-le" if wide else "it is binary or damaged: save it as CSV again"
    raise TableError(f"line {_line(data, position)} holds a NUL byte: this is not text", where=where, hint=hint)


def _wrong(data: bytes, name: str, error: UnicodeDecodeError, where: str) -> TableError:
    """Say which byte is wrong, and how the place reads in the most frequent other encoding."""
    around = data[max(0, error.start - 12) : error.start + 12].decode("cp1252", errors="replace")
    reading = " ".join(around.split())
    return TableError(
        f"byte 0x{data[error.start]:02x} in line {_line(data, error.start)} is not {name}",
        where=where,
        hint=f"if {reading!r} reads right, try --encoding cp1252",
    )


def _line(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1

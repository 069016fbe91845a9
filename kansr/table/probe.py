"""A workbook read in a process of its own, as far as that may go: run as a script, it imports nothing of kansr.

What reads workbooks lays out the whole rectangle around their cells, and ends its process where memory is short. So a
process that has nothing to lose does it first, within a limit of the system. It reads the bytes from stdin.
"""

from __future__ import annotations

import sys

SOUND, REFUSED, SHORT, BROKEN = 0, 3, 4, 5
"""What the process ends with: the sheet can be read, it is refused, takes too much memory, or breaks the reader."""


def main(bytes_: int, name: str | None) -> int:
    """Read a sheet as `kansr.table.workbook` does, within so many bytes of memory; the first that holds something."""
    try:
        import python_calamine  # noqa: PLC0415
    except ImportError:
        return SOUND  # it is not where an isolated process looks
    data = sys.stdin.buffer.read()
    _limit(bytes_)
    try:
        import io  # noqa: PLC0415

        book = python_calamine.load_workbook(io.BytesIO(data))
        sheets = book.sheet_names if name is None else [name]
        for sheet in (book.get_sheet_by_name(one) for one in sheets):
            if sheet.start is not None or name is not None:
                sheet.to_python(skip_empty_area=False)
                break
    except MemoryError:
        return SHORT
    except python_calamine.CalamineError:
        return REFUSED
    except BaseException:  # a panic of Rust is no Exception
        return BROKEN
    return SOUND


def _limit(bytes_: int) -> None:
    try:
        import resource  # noqa: PLC0415  (not on Windows)
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (bytes_ if hard < 0 else min(bytes_, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None))

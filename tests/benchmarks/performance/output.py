"""How results are told: a line each on the screen and in the file, and tables of words."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kansr.files import append_line

Result = dict[str, Any]


def keep(result: Result, out: Path | None) -> Result:
    """Add a result to the file of JSON lines, with the load of the machine: times on a busy one are longer."""
    result = result | {"load": round(os.getloadavg()[0], 1)}
    if out is not None:
        append_line(out, json.dumps(result))
    return result


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay rows of words out in columns, as wide as their words need.

    >>> print(table(("what", "s"), [("a step", "0.1"), ("fit", "12")]))
    what    s
    a step  0.1
    fit     12
    """
    lines = [tuple(head), *map(tuple, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def seconds(value: float | None) -> str:
    """Write a time with the digits that matter.

    >>> seconds(0.00123), seconds(0.46), seconds(42.3), seconds(None)
    ('1.2 ms', '0.46 s', '42 s', '-')
    """
    if value is None:
        return "-"
    return f"{1000 * value:.2g} ms" if value < 0.1 else f"{value:.2g} s" if value < 100 else f"{value:.0f} s"

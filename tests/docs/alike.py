"""When what a command prints is what its page shows.

Words are the same; numbers agree to two percent, or both are rounding. Seconds, and what the training passed on its
way, differ from machine to machine: they are left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.docs.pages import CUT

CLOSE = 0.02
ROUNDING = 1e-9

_PROGRESS = re.compile(r"^ {0,4}\d+\.\d s  ")
_SECONDS = re.compile(r"\b\d+(\.\d+)? s\b")
_ON_THE_WAY = re.compile(r"by grid|its splines miss|splines behind it")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e[-+]?\d+)?(?![\w.]*\w)")


def alike(shown: Sequence[str], printed: Sequence[str]) -> bool:
    """Tell whether lines that are shown are those that were printed; `...` stands for any lines.

    >>> alike(["a  1.00", "..."], ["  0.3 s  linear", "a 1.001", "b"])
    True
    """
    return _match([_plain(line) for line in _kept(shown)], [_plain(line) for line in _kept(printed)])


def _match(shown: Sequence[str], printed: Sequence[str]) -> bool:
    if not shown:
        return not printed
    if shown[0] == CUT:
        return any(_match(shown[1:], printed[start:]) for start in range(len(printed) + 1))
    return bool(printed) and _same(shown[0], printed[0]) and _match(shown[1:], printed[1:])


def _kept(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if line.strip() and not _PROGRESS.match(line)]


def _plain(line: str) -> str:
    """Give a line without what may differ: blanks that lay it out, seconds, errors on the way."""
    line = re.sub(r"─+", "─", re.sub(r"\s+", " ", _SECONDS.sub("seconds", line))).strip()
    return _NUMBER.sub("number", line) if _ON_THE_WAY.search(line) else line


def _same(shown: str, printed: str) -> bool:
    if _NUMBER.sub("0", shown) != _NUMBER.sub("0", printed):
        return False
    pairs = zip(_NUMBER.findall(shown), _NUMBER.findall(printed), strict=True)
    return all(_close(one, other) for one, other in pairs)


def _close(one: str, other: str) -> bool:
    if one.isdigit() and other.isdigit():
        return one == other
    a, b = float(one), float(other)
    return abs(a - b) <= CLOSE * max(abs(a), abs(b)) or max(abs(a), abs(b)) < ROUNDING

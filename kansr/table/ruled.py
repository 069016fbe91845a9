"""Lines that people and programs draw around the cells of a text table: Markdown, psql, MySQL, reStructuredText.

They are layout: rule lines such as `|---|:--:|`, `----+----`, `=====` or `+---+`, and bars before and behind each row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$")
_SIGNS = r" \t|+:=\-_~\u2500-\u257f"
_RUN = r"(?:-{3}|={3}|_{3}|~{3}|[\u2500-\u257f]{3})"  # a shorter one may be a cell: -- is a gap
_RULE = re.compile(
    rf"(?:^|(?<=[\r\n]))(?=[^\r\n]*{_RUN})(?:[{_SIGNS}]+|[ \t]*(?::?-+:?[ \t]*[,;][ \t]*)+:?-+:?[ \t]*)(?:\r\n|\n|\r|$)"
)
_MARKDOWN = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*[\r\n]*")
_FRAMED = re.compile(r"(^|(?<=[\r\n]))[ \t]*\|([^\r\n]*)\|[ \t]*(?=[\r\n]|$)")
_BARS = str.maketrans("│┃║", "|||")


def is_rule(line: str) -> bool:
    """Whether a line only parts others.

    >>> is_rule("|---|:--:|"), is_rule("=====  ====="), is_rule("-1 | -2")
    (True, True, False)
    """
    return _RULE.fullmatch(line) is not None


def without_rules(text: str) -> str:
    r"""Leave out rule lines, and the bars before and behind the rows where the header has them, too.

    Below the header, as Markdown has it, a rule may be as short as a dash for each cell.

    >>> without_rules("| a | b |\n|---|--:|\n| 1 | 2 |\n")
    ' a | b \n 1 | 2 \n'
    """
    ruled = _RULE.search(text) is not None
    kept = _RULE.sub("", text) if ruled else text
    kept = kept.translate(_BARS) if ruled else kept
    lines = _filled_lines(kept)
    header, below = next(lines, None), next(lines, None)
    if below is not None and "|" in below[0] and _MARKDOWN.fullmatch(below[0]):
        kept = kept[: below.start()] + kept[below.end() :]
    return _FRAMED.sub(r"\1\2", kept) if header is not None and _is_framed(kept) else kept


def _filled_lines(text: str) -> Iterator[re.Match[str]]:
    return (match for match in _LINE.finditer(text) if match[0].strip())


def _is_framed(text: str) -> bool:
    """Whether the first line with a bar, and most lines, have one before and one behind their cells."""
    first = next((match[0] for match in _filled_lines(text) if "|" in match[0]), "")
    if _FRAMED.fullmatch(first.rstrip("\r\n")) is None:
        return False
    lines = [match[0] for match in _filled_lines(text)]
    return 2 * sum(_FRAMED.fullmatch(line.rstrip("\r\n")) is not None for line in lines) > len(lines) > 1

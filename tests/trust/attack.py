"""Commands that read a run folder, and what each must keep to when the folder is not to be trusted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from kansr.cli.main import run as kansr
from tests.trust.edited import Edit

QUICK = (
    ("show",), ("show", "--json"), ("show", "--rank", "1"), ("show", "--structure"), ("show", "--structure", "--json"),
    ("export", "--to", "python", "--no-check"), ("export", "--to", "json"), ("predict", "data.csv"),
    ("predict", "data.csv", "--network"), ("report", "-o", "page.html", "--force"), ("runs",),
)  # fmt: skip
SLOW = (("edges",), ("edges", "--json"))
WRITING = (("extend", "--grid", "40", "--budget", "0.01", "-q"), ("prune", "--budget", "0.01", "-q"))
NAMELESS = {"runs"}
_STEERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def said(command: Sequence[str], run: str) -> tuple[int, str, str]:
    """Run a command on a run of the working folder; gives its exit code, and what it printed on stdout and stderr."""
    name, *rest = command
    where = () if name in NAMELESS else (run,)
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = kansr([name, *where, *rest])
    return code, out.getvalue(), err.getvalue()


def fault(code: int, out: str, err: str, edit: Edit) -> str:
    """Say what is wrong with an answer; nothing where it is a value, or one sentence that names the file."""
    if code not in {0, 2, 3}:
        return f"exit code {code}"
    if steering := _STEERS.search(out + err):
        return f"prints {steering[0]!r}"
    if code == 0:
        return ""
    lines = err.splitlines()
    first = next((line for line in lines if line.startswith("error: ")), "")
    if not first or len(lines) > 3:
        return "no sentence"
    return "" if edit.file in first else "names no file"


def content_of(folder: Path) -> dict[str, bytes]:
    """Read all of a folder; the lock says only which process was there last."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name != ".lock"}

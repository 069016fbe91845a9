"""The page of the exit codes, from the errors that have them."""

from __future__ import annotations

import inspect

from kansr.cli.main import INTERRUPTED
from kansr.errors import KansrError
from tests.docs.reference.markdown import code, page, table

_DONE = "done; also when the time limit ended it, which `status` in the JSON says"
_STOPPED = "Ctrl-C; what was found is saved, and the command that goes on is printed"
_MISTAKE = "a mistake in kansr; `-v` prints where it arose"
_SHAPE = """
An error is one sentence on stderr: what is wrong with the offending value, where (column, row, key or file), and on the
next line what to try. In Python each is an exception with `what`, `where` and `hint`.
"""


def exit_codes() -> str:
    """Write the page."""
    kinds = sorted(_kinds(KansrError), key=lambda kind: (kind.exit_code, kind.__name__))
    rows = [
        ["0", _DONE, ""],
        ["1", _MISTAKE, code("KansrError")],
        *([str(kind.exit_code), (inspect.getdoc(kind) or "").rstrip("."), code(kind.__name__)] for kind in kinds),
        [str(INTERRUPTED), _STOPPED, ""],
    ]
    return page("Exit codes", table(["exit code", "means", "in Python"], rows), _SHAPE)


def _kinds(kind: type[KansrError]) -> list[type[KansrError]]:
    """Give every kind of error that all of kansr knows, those of others after them."""
    every = [found for sub in kind.__subclasses__() for found in (sub, *_kinds(sub))]
    return [found for found in every if found.__module__ == KansrError.__module__]

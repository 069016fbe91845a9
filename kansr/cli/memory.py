"""`--memory 4G`: what a command may allocate. What asks for more ends with a sentence, and not with the machine.

The limit is the system's own on private memory (RLIMIT_DATA), so libraries keep it, too. It counts what is asked for,
used or not, without the code of the libraries: a process stays below it.
"""

from __future__ import annotations

import re
from typing import Any

import rich_click as click

from kansr.cli.options import option
from kansr.errors import UsageError

_UNITS = {"M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_LEAST = 1 << 29
_ADDRESSES = 5 << 28  # far fewer than this and OpenBLAS or torch cannot be loaded


class Size(click.ParamType[Any]):
    """A size of memory, such as `4G` or `800M`."""

    name = "SIZE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Turn the text of the option into bytes.

        >>> Size().convert("1.5G", None, None)
        1610612736
        """
        match = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?)\s*([MGT])i?B?", str(value).strip(), flags=re.IGNORECASE)
        if match is None:
            self.fail(f"'{value}' is no size of memory, such as 4G or 800M", param, ctx)
        size = int(float(match[1]) * _UNITS[match[2].upper()])
        if size < _LEAST:
            self.fail(f"'{value}' is less than the libraries need, which is 512M", param, ctx)
        return size


def _limit(_context: click.Context, _parameter: click.Parameter, size: int | None) -> None:
    """Set the limit, for this process and those that it starts."""
    if size is None:
        return
    try:
        import resource  # noqa: PLC0415  (not on Windows)
    except ImportError as error:
        raise UsageError("--memory is not known on this system", hint="it works on Linux") from error
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    within = size if hard == resource.RLIM_INFINITY else min(size, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (within, hard))


def check_room() -> None:
    """Raise `UsageError` where this process may not even load its libraries: some of them end it with words of theirs.

    The limit is that of all addresses (`ulimit -v`), which others set.
    """
    try:
        import resource  # noqa: PLC0415  (not on Windows)
    except ImportError:
        return
    within, _ = resource.getrlimit(resource.RLIMIT_AS)
    if within != resource.RLIM_INFINITY and within < _ADDRESSES:
        what = f"this needs more memory than the {within >> 20} MiB that are allowed"
        raise UsageError(what, hint="ulimit -v 4000000 allows enough addresses for the libraries")


memory_option = option(
    "--memory", type=Size(), callback=_limit, expose_value=False, help="Memory that may be taken, such as 4G.  [all]"
)

"""`kansr doctor`: whether kansr works here, and what it may use."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import rich_click as click
from click.exceptions import Exit
from rich.text import Text

from kansr.cli.options import example, talk_options

if TYPE_CHECKING:
    from kansr.pipeline.health import Finding

_MARKS = {True: ("ok", "green"), False: ("problem", "red"), None: ("-", "dim")}


@click.command(no_args_is_help=False)
@talk_options
@example(
    "kansr doctor",
    "kansr doctor --json",
)
def doctor(*, as_json: bool, quiet: bool, verbose: bool) -> None:  # noqa: ARG001  (main reads verbose)
    """Look whether kansr works on this machine, with versions, extras, devices and memory.

    At the end it fits a small table in a temporary folder, which takes about two seconds. With -q only problems are
    printed. The exit code is 0 where there are none, else 1.
    """
    from kansr.cli.work import plain_console  # noqa: PLC0415
    from kansr.pipeline.health import health  # noqa: PLC0415

    console, found = plain_console(), []
    for finding in health():
        found.append(finding)
        if not as_json and (finding.ok is False or not quiet):
            console.print(_line(finding), soft_wrap=True)
    sound = all(finding.ok is not False for finding in found)
    if as_json:
        print(json.dumps({"ok": sound, "findings": [asdict(one) for one in found]}, ensure_ascii=False))
    if not sound:
        raise Exit(1)


def _line(finding: Finding) -> Text:
    from kansr.cli.text import visible  # noqa: PLC0415

    mark, style = _MARKS[finding.ok]
    hint = "" if finding.hint is None else f"\n{'':24}{finding.hint}"
    return Text.assemble((f"{mark:<9}", style), f"{finding.name:<13}  ", visible(finding.fact), (hint, "dim"))

"""What every command that works on a run does: hold it, draw the progress, print the result, choose the exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from click.exceptions import Exit
from rich.console import Console
from rich.text import Text

from kansr.cli.console import clean, console
from kansr.cli.drawing import drawing, error_console, stopping
from kansr.cli.evidence import draw_structure
from kansr.cli.options import NULL
from kansr.cli.render import below, draw, formula_line, next_commands
from kansr.cli.text import visible
from kansr.errors import UsageError
from kansr.files import json_text
from kansr.progress import Clock, Report

if TYPE_CHECKING:
    from kansr.recipe import Recipe
    from kansr.result import Result
    from kansr.run import Run

INTERRUPTED = 130


def note(text: str, quiet: bool = False) -> None:
    """Say something on stderr, unless the user wants quiet."""
    if not quiet:
        error_console().print(Text(visible(text)), soft_wrap=True)


def work(
    run: Run, task: Callable[[Report, Clock], Result], *, budget: float | None, quiet: bool, verbose: bool
) -> Result:
    """Do a piece of work on a run, which nobody else may touch meanwhile."""
    from kansr.files import append_line  # noqa: PLC0415
    from kansr.run import LOG  # noqa: PLC0415

    clock, log = Clock(budget), partial(append_line, run.path(LOG))
    with run.lock(), stopping(clock, quiet=quiet), drawing(clock, quiet=quiet, verbose=verbose, log=log) as report:
        run.check()
        result = task(report, clock)
    run.mark_latest()
    log(_as_text(result))
    return result


def opened(name: str | None, quiet: bool) -> Run:
    """Open a run; says which one it took when none was named."""
    from kansr.run import Run  # noqa: PLC0415

    run = Run.open(name)
    note(f"run: {run.folder}", quiet or name is not None)
    return run


def recipe_of(run: Run) -> Recipe:
    """Read the settings that a run was made with."""
    from kansr.pipeline.kept import load_settings  # noqa: PLC0415

    return load_settings(run)


def target_of(run: Run) -> str:
    """Read what a run explains."""
    from kansr.run import FORMULA_JSON  # noqa: PLC0415

    return str(run.read_json(FORMULA_JSON)["target"])


def limit_of(run: Run, given: Any) -> float | None:
    """Take the time limit that was given, or else the one of the run's recipe."""
    if given is None:
        return recipe_of(run).budget
    return None if given is NULL else float(given)


def put(text: str, out: Path | None, *, force: bool, quiet: bool) -> None:
    """Print text, or write it to a file that is not there yet: there it keeps every character."""
    from kansr.files import write_text  # noqa: PLC0415

    if out is None:
        print(clean(text), end="" if text.endswith("\n") else "\n")
        return
    refuse_existing(out, force)
    write_text(out, text if text.endswith("\n") else f"{text}\n")
    note(f"written: {out}", quiet)


def refuse_existing(out: Path, force: bool) -> None:
    """Raise `UsageError` where there is a file already, unless it may be overwritten."""
    if out.exists() and not force:
        raise UsageError("the file exists", where=str(out), hint="--force overwrites it")


def show_result(result: Result, *, as_json: bool, quiet: bool) -> None:
    """Print a result that was found earlier, all of it on stdout."""
    if as_json:
        print(as_line(result))
    elif quiet:
        print(formula_line(result))
    else:
        draw(result, plain_console())


def show_structure(account: Mapping[str, Any], *, as_json: bool) -> None:
    """Print why a run has the graph that it has, all of it on stdout."""
    if as_json:
        print(json_text(account))
    else:
        draw_structure(account, plain_console())


def as_line(result: Result) -> str:
    """Give the result as one JSON object in one line."""
    return json_text(result.to_json())


def finish(result: Result, *, as_json: bool, quiet: bool, source: str | None = None, said: Sequence[str] = ()) -> None:
    """Print the result: on stdout what was asked for, on stderr the rest. Ends with 130 after an interrupt.

    `source` is the table as the user named it; `said` are warnings that have been shown already.
    """
    for warning in (warning for warning in result.warnings if warning not in said):
        note(f"warning: {warning}", quiet)
    if as_json:
        print(as_line(result), flush=True)
        note(f"run: {result.run}", quiet)
    elif sys.stdout.isatty() and not quiet:
        draw(result, plain_console(), source)
    else:
        print(formula_line(result), flush=True)
        if not quiet:
            error_console().print(below(result, source))
    if result.status == "interrupted":
        note(f"stopped and saved; to go on: {next_commands(result)[0]}")
        raise Exit(INTERRUPTED)


def plain_console() -> Console:
    """Give a console on stdout that takes text as it is."""
    return console()


def _as_text(result: Result) -> str:
    """Give the last screen as plain text."""
    paper = Console(file=StringIO(), width=80, highlight=False, markup=False, emoji=False, color_system=None)
    with paper.capture() as captured:
        draw(result, paper)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())

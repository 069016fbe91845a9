"""Calls in a process of their own, with what they took: seconds of the processor, and memory at its peak."""

from __future__ import annotations

import io
import multiprocessing
import os
import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOADED = ["kansr.table", "kansr.pipeline", "pandas", "pyarrow.parquet", "pyarrow.ipc", "sqlalchemy"]
GUARD = 4 << 30  # bytes that a call may ask for, so that a reader that fails its test does not harm the machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a call gave, its seconds of processor time, and megabytes at the peak, with those of its children."""

    value: Any
    seconds: float
    megabytes: float


def called(function: Callable[..., Any], *arguments: Any) -> Outcome:
    """Call a function of a module in a fresh process that has the libraries loaded."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LOADED)
    with ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as pool:
        try:
            return pool.submit(_measured, function, arguments).result(timeout=120)
        except BrokenProcessPool:
            return Outcome(value="the process died", seconds=0.0, megabytes=0.0)


def _measured(function: Callable[..., Any], arguments: Sequence[Any]) -> Outcome:
    resource.setrlimit(resource.RLIMIT_DATA, (GUARD, GUARD))
    started = _seconds()
    value = function(*arguments)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return Outcome(value=value, seconds=_seconds() - started, megabytes=peak / 1024)


def _seconds() -> float:
    """Seconds of the processor, which others on the machine do not make more, of this process and its children."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def source_of(path: Path) -> str:
    """Give what names a file on the command line: a database by its URL."""
    return f"sqlite:///{path}" if path.suffix == ".db" else str(path)


def refusals(path: Path) -> list[str]:
    """Look at a table as `kansr check` and as a fit does, and give what is said of it: `read` where it can be."""
    from kansr.errors import KansrError
    from kansr.table import TableSpec, read_table, survey

    said = []
    for look in (survey, read_table):  # a fit reads long tables in blocks
        try:
            look(source_of(path), TableSpec())
            said.append("read")
        except KansrError as error:
            said.append(f"{type(error).__name__}: {error}")
    return said


def commands(path: Path, folder: Path) -> list[tuple[str, int, float, str]]:
    """Run every command that may be given a file; gives its name, exit code, seconds, and what it printed."""
    from kansr.cli.main import run

    os.chdir(folder)
    given = source_of(path)
    lines = {
        "check": ["check", given],
        "fit": ["fit", given, "--budget", "0.01", "-q"],
        "show": ["show", given],
        "report": ["report", given],
        "export": ["export", given, "--to", "latex"],
    }
    return [(name, *_run(run, line)) for name, line in lines.items()]


def _run(run: Callable[[list[str]], int], line: list[str]) -> tuple[int, float, str]:
    text, started = io.StringIO(), time.process_time()
    with redirect_stdout(text), redirect_stderr(text):
        code = run(line)
    return code, time.process_time() - started, text.getvalue()

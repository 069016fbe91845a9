"""A program in a temporary folder: rows on its stdin, one value a line on its stdout."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kansr.errors import ExportError
from kansr.export.about import About
from kansr.files import scratch
from kansr.formula.formula import Formula
from kansr.formula.functions import Array

SECONDS = 100.0
"""How long one step of a check may take."""


class NotRun(Exception):  # noqa: N818  (it is no error: the export stands, unchecked)
    """The text cannot be run here; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be run: the exported text, the formula that it should compute, and rows [n, k] of its columns."""

    text: str
    formula: Formula
    about: About
    rows: Array

    @property
    def count(self) -> int:
        """How many arguments there are."""
        return len(self.formula.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """How a language is run.

    Parameters
    ----------
    language
        Its name, for messages.
    tools
        Programs that can do it; the first that is found is taken.
    files
        The files that are needed, by name, for a job.
    steps
        Commands, one after the other; `{tool}` is the program that was found. The last one computes.
    seconds
        How long one step may take.
    """

    language: str
    tools: tuple[str, ...]
    files: Callable[[Job], Mapping[str, str]]
    steps: tuple[tuple[str, ...], ...]
    seconds: float = SECONDS

    def __call__(self, job: Job) -> tuple[str, Array]:
        """Give the name of the tool, and its values [n].

        Raises
        ------
        NotRun
            If there is no tool, or it takes too long.
        ExportError
            If the tool refuses the text.
        """
        tool = next((found for found in map(shutil.which, self.tools) if found), None)
        if tool is None:
            raise NotRun(f"{self.tools[0]} is not on this machine")
        name = Path(tool).stem
        with scratch() as folder:
            for file, content in self.files(job).items():
                (folder / file).write_text(content, encoding="utf-8")
            output = ""
            for step in self.steps:
                command = [word.format(tool=tool, folder=folder) for word in step]
                output = finished(command, folder, stdin_of(job.rows), tool=name, seconds=self.seconds)
        return name, numbers(output, len(job.rows), name)


def stdin_of(rows: Array) -> str:
    """Write rows: their number first, so that a formula without columns has lines, too."""
    return "".join(f"{i} {' '.join(map(repr, row))}\n" for i, row in enumerate(rows.tolist()))


def numbers(output: str, count: int, tool: str) -> Array:
    """Read one value a line. Raises `ExportError` when there are not as many as rows."""
    try:
        values = np.array([float(line) for line in output.split()])
    except ValueError as error:
        raise refused(tool, output) from error
    if len(values) != count:
        raise refused(tool, f"{len(values)} values for {count} rows")
    return values


def finished(command: Sequence[str], folder: Path, stdin: str, *, tool: str, seconds: float = SECONDS) -> str:
    """Run a command to its end and give its stdout. After the time limit it and what it started are ended."""
    environment = os.environ | {"LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1", "JAX_PLATFORMS": "cpu"}
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            start_new_session=True,  # with what it starts it can be ended as one
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        raise NotRun(f"{tool} does not start: {error.strerror}") from error
    with process:
        try:
            output, said = process.communicate(stdin, timeout=seconds)
        except BaseException as error:
            _end(process)
            if isinstance(error, subprocess.TimeoutExpired):
                raise NotRun(f"{tool} took longer than {seconds:g} seconds") from error
            raise
    if process.returncode != 0:
        raise refused(tool, said or output)
    return output


def refused(tool: str, said: str) -> ExportError:
    """Say that a tool does not take what was written for it."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    first = next((line for line in lines if "rror" in line), lines[-1] if lines else "it says nothing")
    return ExportError(
        f"{tool} refuses the exported formula: {first[:200]}",
        hint="this is a mistake in kansr: please report it; --no-check writes it all the same",
    )


def _end(process: subprocess.Popen[str]) -> None:
    """End a process and all that it started."""
    with suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)

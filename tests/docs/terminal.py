"""A terminal for the examples: commands of kansr run in this process, others in a shell.

Loading torch takes seconds, so what is kansr alone shares a process. It sees a terminal of 80 columns without colours;
progress comes in plain lines, as it does where stderr is a file.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from kansr.cli.main import run
from tests.docs.pages import ROOT

_SHELL = re.compile(r"[|<>&;*]")
# pages show what comes out within the usual limits on a free machine; a busy one gets the time that it takes
_VARIABLES = {"COLUMNS": "80", "TERM": "dumb", "NO_COLOR": "1", "OMP_NUM_THREADS": "1", "KANSR_BUDGET": "900"}


class _Screen(io.StringIO):
    """What a user looks at: a terminal, or a file whose lines come on the same screen."""

    def __init__(self, terminal: bool, shared: io.StringIO | None = None) -> None:
        super().__init__()
        self._terminal, self._shared = terminal, shared

    def isatty(self) -> bool:
        return self._terminal

    def write(self, text: str) -> int:
        return self._shared.write(text) if self._shared else super().write(text)


def typed(command: str, folder: Path) -> tuple[list[str], int]:
    """Run a command line in a folder; gives the lines that it prints, on either stream, and its exit code."""
    alone = command.startswith("kansr ") and not _SHELL.search(re.sub(r"'[^']*'|\"[^\"]*\"", "", command))
    text, code = _here(shlex.split(command, comments=True)[1:]) if alone else _in_a_shell(command, folder)
    return [line.rstrip() for line in text.rstrip().splitlines()], code


@contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Work in a folder that has the datasets, as the repository has, with none of the user's own settings."""
    if not (folder / "datasets").exists():
        (folder / "datasets").symlink_to(ROOT / "datasets")
    settings, before = dict(os.environ), Path.cwd()
    for name in [name for name in settings if name.startswith("KANSR_")]:
        del os.environ[name]
    os.environ.update(_VARIABLES)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        os.environ.clear()
        os.environ.update(settings)


def _here(words: list[str]) -> tuple[str, int]:
    screen = _Screen(terminal=True)
    with redirect_stdout(screen), redirect_stderr(_Screen(terminal=False, shared=screen)):
        code = run(words)
    return screen.getvalue(), code


def _in_a_shell(command: str, folder: Path) -> tuple[str, int]:
    place = folder / ".commands"
    place.mkdir(exist_ok=True)
    kansr = place / "kansr"
    kansr.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m kansr "$@"\n')
    kansr.chmod(0o755)
    answer = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=folder,
        env=os.environ | {"PATH": f"{place}:{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
        check=False,
    )
    return answer.stdout, answer.returncode

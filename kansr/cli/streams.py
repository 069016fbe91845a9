"""The three standard streams, also where the one who started kansr closed them or sends them to a full disk.

A closed one is taken by the next file that is opened, which is then written to by whatever prints: so each is opened
here first. What was asked for and cannot be printed is an error. What is only said on the way never is one.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Any, TextIO

from kansr.errors import UsageError

_CLOSED = (os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)
"""How a closed stream is opened on nothing: stdin is empty, writing to stdout fails, stderr takes all."""


def sound() -> None:
    """Give this process three streams to rely on."""
    for number, mode in enumerate(_CLOSED):
        try:
            os.fstat(number)
        except OSError:
            with suppress(OSError):
                os.dup2(os.open(os.devnull, mode), number)
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = _Asked(sys.stdout or open(1, "w", encoding="utf-8", closefd=False))  # noqa: SIM115
    sys.stderr = _Said(sys.stderr or open(2, "w", encoding="utf-8", closefd=False))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a character that the encoding lacks is shown as an escape
            stream.reconfigure(errors="backslashreplace")


def forget(number: int) -> None:
    """Let what is still to be written to a stream go nowhere: it was said already that it cannot be written."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)


class _Stream:
    """A stream; what differs is what becomes of an error in writing."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __iter__(self) -> Any:
        return iter(self._stream)

    def write(self, text: str) -> int:
        """Write text."""
        if text == "":  # as click does to learn what a stream takes; an error would be lost there
            return 0
        try:
            return self._stream.write(text)
        except OSError as error:
            self._failed(error)
            return len(text)

    def flush(self) -> None:
        """Let go of what was written."""
        try:
            self._stream.flush()
        except OSError as error:
            self._failed(error)

    def _failed(self, error: OSError) -> None:
        raise NotImplementedError


class _Asked(_Stream):
    """What was asked for: an error in writing it is one of the command; a reader that is gone needs no more."""

    def _failed(self, error: OSError) -> None:
        if isinstance(error, BrokenPipeError):
            raise error
        forget(1)
        hint = "what was found is kept in its run: kansr show" if "fit" in sys.argv[1:2] else None
        raise UsageError(
            f"the output cannot be written: {error.strerror or error}", where="stdout", hint=hint
        ) from error


class _Said(_Stream):
    """What is said on the way: where nobody can hear it, the work goes on."""

    def _failed(self, _error: OSError) -> None:
        forget(2)

"""Nothing that comes from a cluster becomes an object here, whatever it claims to be.

Dask's own protocol carries pickles, and its client opens them in many places. A pickle can only do what the names in it
stand for, so the names are where it is stopped: Python tells of each before it looks it up (`pickle.find_class`, an
event of PEP 578), whoever reads the pickle. Without names, a pickle holds numbers, texts, lists and the like.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class RefusedError(TypeError):
    """A pickle named something; of this kind since Dask leaves out a traceback whose reading raises it."""


class _Seal:
    """Whether pickles are refused now, in how many blocks, and what was refused in them."""

    def __init__(self) -> None:
        self.installed, self.depth = False, 0
        self.refused: list[str] = []

    def hook(self, event: str, names: tuple[Any, ...]) -> None:
        if event == "pickle.find_class" and self.depth:
            name = ".".join(map(str, names))
            self.refused.append(name)
            raise RefusedError(f"{name} is refused: nothing from a cluster becomes an object")


_SEAL = _Seal()


@contextmanager
def sealed() -> Iterator[list[str]]:
    """Refuse every name in a pickle, in this whole process, for the length of a `with` block.

    Gives the list of what was refused, which grows.

    >>> import pickle
    >>> with sealed() as refused:
    ...     pickle.loads(pickle.dumps([1.5, "text", {"a": None}]))
    [1.5, 'text', {'a': None}]
    >>> with sealed() as refused:
    ...     pickle.loads(pickle.dumps(print))
    Traceback (most recent call last):
    ...
    kansr.cluster.sealed.RefusedError: builtins.print is refused: nothing from a cluster becomes an object
    >>> refused
    ['builtins.print']
    """
    if not _SEAL.installed:
        sys.addaudithook(_SEAL.hook)  # such a hook stays as long as the process does
        _SEAL.installed = True
    if not _SEAL.depth:
        _SEAL.refused = []
    _SEAL.depth += 1
    try:
        yield _SEAL.refused
    finally:
        _SEAL.depth -= 1

"""Libraries that are heavy to load, and loaded when something of them is first needed."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


class _Spent:
    seconds = 0.0
    """Seconds that this process has spent on loading libraries late."""


class _Later(ModuleType):
    """Stands for a module until something of it is asked for; what was asked for once is kept."""

    def __getattr__(self, name: str) -> Any:
        with _no_limit():
            value = getattr(import_module(self.__name__), name)
        setattr(self, name, value)
        return value


def later(name: str) -> ModuleType:
    """Give a module that is loaded when something of it is first asked for.

    Type checkers, and the contract of imports, read the import itself:

        if TYPE_CHECKING:
            import torch
        else:
            torch = later("torch")

    Time limits stand still meanwhile (see `at_work`): a library takes a second, and on a busy machine several.

    >>> colours = later("colorsys")
    >>> colours.rgb_to_hls(1.0, 1.0, 1.0)
    (0.0, 1.0, 0.0)

    Raises `ModuleNotFoundError`, at that time, where there is no such module.
    """
    return _Later(name)


def function_of(module: ModuleType, name: str) -> Callable[..., Any]:
    """Give a function of such a module for a table: the module is loaded when the function is first called.

    >>> to_hls = function_of(later("colorsys"), "rgb_to_hls")
    >>> to_hls(1.0, 1.0, 1.0)
    (0.0, 1.0, 0.0)
    """

    def function(*arguments: Any) -> Any:
        return getattr(module, name)(*arguments)

    return function


def names_of(package: str, where: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """Give the `__getattr__` of a package (PEP 562) whose names are loaded when they are asked for.

    `where` gives, for each module of the package, the names that come from it.

    >>> names_of("xml", {"dom.minidom": ["parseString"]})("parseString").__module__
    'xml.dom.minidom'
    """
    modules = {name: module for module, names in where.items() for name in names}

    def load(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{modules[name]}"), name)

    return load


def at_work() -> float:
    """Seconds on a clock that stands still while a library is loaded: differences of it are what work took."""
    return time.monotonic() - _Spent.seconds


@contextmanager
def _no_limit() -> Iterator[None]:
    """Stop the clock and the timer for the length of a `with` block.

    A timer that ended the loading midway would leave half a library behind, which cannot be loaded again.
    """
    timed = hasattr(signal, "setitimer")
    left = signal.setitimer(signal.ITIMER_REAL, 0.0)[0] if timed else 0.0
    started = time.monotonic()
    try:
        yield
    finally:
        _Spent.seconds += time.monotonic() - started
        if left > 0:
            signal.setitimer(signal.ITIMER_REAL, left)

"""Libraries that are heavy to load, and loaded when something of them is first needed."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    """Stands for a module until something of it is asked for; what was asked for once is kept."""

    def __getattr__(self, name: str) -> Any:
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

"""The recipe of an experiment: a value for each field of its settings, read as strictly as a recipe of a fit."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields
from difflib import get_close_matches
from typing import Any, TypeVar, get_type_hints

from pydantic import TypeAdapter, ValidationError

from kansr.errors import RecipeError, UsageError
from kansr.files import read_bytes
from kansr.recipe.reader import SIZE_LIMIT, Entry, read_entries
from kansr.shipped import shipped_experiment

Settings = TypeVar("Settings")

_QUICK = "quick"


def load_experiment(name: str, kind: type[Settings], *, quick: bool = False, **changes: object) -> Settings:
    """Load the settings of an experiment that comes with kansr.

    Parameters
    ----------
    name
        Such as `grid-extension`.
    kind
        The record to fill: a dataclass that checks its own values and raises `UsageError`.
    quick
        Whether the values of the section `quick` come before the others.
    changes
        Values that come before those of the file.

    Raises
    ------
    RecipeError
        If a key is unknown, missing or has a value of another kind; all flaws are named with their places.
    """
    path = shipped_experiment(name).path
    text = read_bytes(path, SIZE_LIMIT).decode("utf-8")
    return settings_of(text, str(path), kind, quick=quick, **changes)


def settings_of(text: str, source: str, kind: type[Settings], *, quick: bool = False, **changes: object) -> Settings:
    """Read settings from the text of a recipe; see `load_experiment`."""
    hints = get_type_hints(kind)
    values, flaws = _values(read_entries(text, source, {_QUICK}), hints, quick=quick)
    keys = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # a dataclass
    flaws += [f"{source}: {key} is missing" for key in keys if key not in values and not flaws]
    if flaws:
        raise RecipeError("\n  ".join(flaws))
    try:
        return kind(**(values | changes))
    except UsageError as error:
        raise RecipeError(error.what, where=source, hint=error.hint) from error


def _values(entries: Iterable[Entry], hints: dict[str, Any], *, quick: bool) -> tuple[dict[str, object], list[str]]:
    """Give the value of each key, those of `quick` over the others where they are asked for, and what is wrong."""
    values: dict[str, object] = {}
    hurried: dict[str, object] = {}
    flaws = []
    for entry in entries:
        section, _, key = entry.key.rpartition(".")
        try:
            (hurried if section else values)[key] = _checked(entry, key, hints)
        except ValueError as error:
            flaws.append(f"{entry.place}: {error}")
    return values | (hurried if quick else {}), flaws


def _checked(entry: Entry, key: str, hints: dict[str, Any]) -> object:
    """Give the value in its own type. Raises `ValueError` with what is wrong with it."""
    if entry.flaw:
        raise ValueError(f"{entry.key}: {entry.flaw}")
    if key not in hints:
        close = get_close_matches(key, hints, n=1)
        raise ValueError(f"there is no key {key!r}; " + (f"did you mean {close[0]}?" if close else "see the file"))
    adapter: TypeAdapter[Any] = TypeAdapter(hints[key])
    try:
        value = adapter.validate_json(json.dumps(entry.value), strict=True)
    except (ValidationError, TypeError, ValueError) as error:
        raise ValueError(f"{entry.key} is {json.dumps(entry.value)[:60]}, which is no value for it") from error
    unread = _unread(entry.value, adapter.dump_python(value, mode="json"))
    if unread is not None:
        raise ValueError(f"{entry.key} has no key {unread!r}")
    return value


def _unread(given: object, read: object) -> str | None:
    """Find a key that stands in a value but was not read: pydantic passes over what a record has no field for."""
    if isinstance(given, dict) and isinstance(read, dict):
        pairs = [(given[key], read[key]) for key in given if key in read]
        unknown = next((str(key) for key in given if key not in read), None)
    else:
        both = isinstance(given, list) and isinstance(read, list)
        pairs = list(zip(given, read, strict=True)) if both else []  # type: ignore[call-overload]
        unknown = None
    return unknown or next((found for one, other in pairs if (found := _unread(one, other)) is not None), None)

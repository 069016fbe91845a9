"""From the text of a file to values of which each is what its schema says, or one sentence that says what is wrong."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kansr.errors import RunError

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

_DEEPEST = 200  # lists in lists; the deepest that kansr writes is the tree of a graph, two for each layer
_SHOWN, _KEY = 40, 80  # characters of a value, and of a key, that a sentence repeats
_DIGITS = 400  # no float has more


class DamagedError(RunError):
    """A file of a run holds what kansr never writes: the message names file and key."""

    def __init__(self, what: str, path: Path) -> None:
        hint = "it was damaged or changed: copy the run again, or make it anew with kansr fit TABLE"
        super().__init__(what, where=str(path), hint=hint)


def read(name: str, text: str, path: Path) -> Any:
    """Give what a JSON text holds, checked by the schema of the file of a run that is called `name`.

    The text of a file without a schema is parsed only. Raises `DamagedError`, which names the file and the key.
    """
    return _checked(name, parsed(text, path), path)


def read_lines(name: str, text: str, path: Path) -> Iterator[Any]:
    """Give what each line of JSON holds; one that a crash left unfinished is passed over.

    Raises `DamagedError`, which names the file, the line and the key.
    """
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            value = _loaded(line)
        except json.JSONDecodeError:
            continue
        except (ValueError, RecursionError) as error:
            raise DamagedError(f"line {number} cannot be read: {_reason(error)}", path) from error
        yield _checked(name, value, path, f"line {number}: ")


def parsed(text: str, path: Path) -> Any:
    """Give what a JSON text holds. Raises `DamagedError`."""
    try:
        return _loaded(text)
    except (ValueError, RecursionError) as error:
        raise DamagedError(f"the file cannot be read: {_reason(error)}", path) from error


def _loaded(text: str) -> Any:
    """Parse JSON; what is no number there, or larger than any, is one that is not finite, which no schema takes."""
    value = json.loads(text, parse_int=_whole)
    parts = value.items() if isinstance(value, dict) else [("the file", value)]
    if deep := next((key for key, part in parts if _is_deep(part)), None):
        raise ValueError(f"{_cut(deep)} holds too many lists in lists")
    return value


def _whole(text: str) -> int | float:
    return int(text) if len(text) <= _DIGITS else math.inf


def _is_deep(value: Any) -> bool:
    """Whether too many lists or mappings lie in each other; without a call for each."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [part for one in level if isinstance(one, (list, dict)) for part in _parts(one)]
    return bool(level)


def _parts(value: list[Any] | dict[str, Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def _reason(error: Exception) -> str:
    return "it holds too many lists in lists" if isinstance(error, RecursionError) else str(error)


def _checked(name: str, value: Any, path: Path, place: str = "") -> Any:
    schema = _schema_of(name)
    if schema is None:
        return value
    from pydantic import ValidationError  # noqa: PLC0415

    try:
        return schema.model_validate(value, strict=True).model_dump(exclude_unset=True)
    except ValidationError as error:
        raise DamagedError(place + _sentence(error), path) from error


@cache
def _schemas() -> tuple[tuple[re.Pattern[str], type[BaseModel]], ...]:
    from kansr.record.schemas import SCHEMAS  # loads pydantic  # noqa: PLC0415

    return tuple((re.compile(pattern), schema) for pattern, schema in SCHEMAS)


def _schema_of(name: str) -> type[BaseModel] | None:
    return next((schema for pattern, schema in _schemas() if pattern.fullmatch(name)), None)


_KINDS = {"model_type": "should be a mapping", "dict_type": "should be a mapping", "is_instance_of": "should be a text"}


def _sentence(error: ValidationError) -> str:
    """Say what is wrong with the first value that is."""
    flaw = error.errors(include_url=False, include_context=False)[0]
    key = _cut(".".join(map(str, flaw["loc"]))) or "the file"
    if flaw["type"] == "missing":
        return f"{key} is missing"
    said = flaw["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"{key} is {_shown(flaw['input'])}, and {_KINDS.get(flaw['type'], f'{said[0].lower()}{said[1:]}')}"


def _cut(key: str) -> str:
    return key if len(key) <= _KEY else f"{key[:_KEY]}..."


def _shown(value: Any) -> str:
    """Give a value as it stands in the file, as far as a sentence has room for it."""
    if isinstance(value, (list, dict)):
        return f"a {'list' if isinstance(value, list) else 'mapping'} of {len(value)}"
    text = json.dumps(value[:_SHOWN] if isinstance(value, str) else value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."

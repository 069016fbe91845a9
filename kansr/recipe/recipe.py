"""A recipe: every setting of a fit. Read from YAML, checked key by key, written back whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_type_hints

import yaml
from pydantic import TypeAdapter, ValidationError

from kansr.errors import RecipeError, RunError
from kansr.files import read_bytes
from kansr.formula.spec import WishesSpec
from kansr.network.spec import KANSpec
from kansr.recipe.reader import SIZE_LIMIT, Dumper, Entry, read_entries
from kansr.recipe.rules import RULE_OF
from kansr.shipped import shipped
from kansr.structure.spec import StructureSpec
from kansr.symbolic.spec import SymbolicSpec
from kansr.table.spec import TableSpec
from kansr.training.spec import TrainingSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Every setting of a fit.

    `seed` decides every draw; `budget` is the time limit in seconds (None: no limit); `device` where tensors live;
    `select` the rule by which one formula of the front is chosen (see `kansr.formula.front.choose`);
    `stability` how often the fit is repeated on resamples of the rows.
    """

    seed: int = 0
    budget: float | None = 120.0
    device: str = "cpu"
    select: Literal["best", "accuracy", "simple"] = "best"
    stability: int = 0
    table: TableSpec = field(default_factory=TableSpec)
    network: KANSpec = field(default_factory=KANSpec)
    training: TrainingSpec = field(default_factory=TrainingSpec)
    structure: StructureSpec = field(default_factory=StructureSpec)
    symbolic: SymbolicSpec = field(default_factory=SymbolicSpec)
    wishes: WishesSpec = field(default_factory=WishesSpec)


def _types() -> dict[str, Any]:
    """Give the type of each key, those of a section as `section.key`."""
    types: dict[str, Any] = {}
    for name, kind in get_type_hints(Recipe).items():
        inner = get_type_hints(kind) if is_dataclass(kind) else {}
        types |= {f"{name}.{key}": hint for key, hint in inner.items()} or {name: kind}
    return types


SECTIONS = frozenset(part.name for part in fields(Recipe) if is_dataclass(part.default_factory))
_ADAPTERS: dict[str, TypeAdapter[Any]] = {key: TypeAdapter(kind) for key, kind in _types().items()}
KEYS = tuple(_ADAPTERS)


def load_recipe(name_or_path: str | Path) -> Recipe:
    """Load a recipe by the name of a shipped one, such as `quick`, or from a file.

    >>> load_recipe("quick").budget
    20.0
    """
    by_name = {recipe.name: recipe.path for recipe in shipped()}
    path = by_name.get(str(name_or_path), Path(name_or_path))
    try:
        text = read_bytes(path, SIZE_LIMIT).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecipeError(f"the recipe is not UTF-8 text: byte {error.start}", where=str(path)) from error
    except RunError as error:
        hint = _nearest(str(name_or_path), by_name) or f"shipped recipes: {', '.join(by_name)}; or name a file"
        raise RecipeError(error.what, where=error.where, hint=hint) from error
    return from_yaml(text, str(path))


def from_yaml(text: str, source: str = "recipe") -> Recipe:
    """Read a recipe; keys that are left out keep their defaults.

    Raises `RecipeError` that names every flaw with file, line and column.
    """
    return _changed(Recipe(), read_entries(text, source, SECTIONS))


def with_options(recipe: Recipe, options: Mapping[str, object]) -> Recipe:
    """Give the recipe with some keys changed.

    >>> with_options(Recipe(), {"training.grid": (3, 5)}).training.grid
    (3, 5)
    """
    return _changed(recipe, [Entry(key=key, value=value, place="option") for key, value in options.items()])


def to_yaml(recipe: Recipe) -> str:
    """Write every key of a recipe; `from_yaml` reads the same recipe back."""
    values = json.loads(json.dumps(asdict(recipe)))  # tuples become lists
    text: str = yaml.dump(values, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120)
    return text


def _changed(recipe: Recipe, entries: Iterable[Entry]) -> Recipe:
    """Give the recipe with the entries put in, or raise one error that holds all flaws."""
    values, flaws = _values(recipe), []
    for entry in entries:
        try:
            section, _, key = entry.key.rpartition(".")
            checked = _checked(entry)
            (values[section] if section else values)[key] = checked
        except ValueError as error:
            flaws.append(f"{entry.place}: {error}")
    if flaws:
        count = "" if len(flaws) == 1 else f"{len(flaws)} flaws in the recipe:\n  "
        raise RecipeError(count + "\n  ".join(flaws))
    hints = get_type_hints(Recipe)
    return Recipe(**{key: hints[key](**value) if key in SECTIONS else value for key, value in values.items()})


def _values(recipe: Recipe) -> dict[str, Any]:
    """Give the value of each key, those of a section in a mapping of their own."""

    def of(spec: Any) -> dict[str, Any]:
        return {part.name: getattr(spec, part.name) for part in fields(spec)}

    return {key: of(value) if key in SECTIONS else value for key, value in of(recipe).items()}


def _checked(entry: Entry) -> object:
    """Give the value in its own type. Raises `ValueError` with what is wrong with it."""
    if entry.flaw:
        raise ValueError(f"{entry.key}: {entry.flaw}")
    if entry.key in SECTIONS:
        raise ValueError(f"{entry.key} is a section: put its keys on indented lines below it")
    if entry.key not in _ADAPTERS:
        advice = _nearest(entry.key, (*KEYS, *sorted(SECTIONS))) or "see recipes/default.yaml"
        raise ValueError(f"there is no key {_shown(entry.key)}; {advice}")
    rule = RULE_OF[entry.key]
    try:
        value = _ADAPTERS[entry.key].validate_json(json.dumps(entry.value), strict=True)
    except (ValidationError, TypeError, ValueError):
        value, sound = None, False
    else:
        sound = rule.test(value)
    if not sound:
        raise ValueError(f"{entry.key} is {_shown(entry.value)}; allowed: {rule.allowed}")
    return value


def _nearest(name: str, names: Iterable[str]) -> str:
    """Suggest the nearest of some names; a key may be meant in another section."""
    whole = {candidate: candidate for candidate in names}
    last = {candidate.rpartition(".")[2]: candidate for candidate in whole}
    close = get_close_matches(name, whole, n=1, cutoff=0.75) or get_close_matches(name.rpartition(".")[2], last, n=1)
    return f"did you mean {last.get(close[0], close[0])}?" if close else ""


def _shown(value: object) -> str:
    """Give a value as it would stand in a recipe, in at most 60 characters."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."

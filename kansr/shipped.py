"""Files that come with kansr: recipes and datasets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

from kansr.errors import RecipeError


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedRecipe:
    """A recipe that comes with kansr; the summary is the first line of its file."""

    name: str
    summary: str
    path: Path


def shipped_folder(name: str) -> Path:
    """Find a folder of files that come with kansr, such as `recipes`.

    An installed package holds them inside itself; a checkout of the repository holds them at its top.
    """
    package = Path(str(files("kansr")))
    installed = package / "_shipped" / name
    return installed if installed.is_dir() else package.parent / name


def shipped() -> tuple[ShippedRecipe, ...]:
    """List the recipes that come with kansr, by name.

    >>> [recipe.name for recipe in shipped()]
    ['default', 'instant', 'quick', 'thorough']
    """
    return _recipes_in(shipped_folder("recipes"))


def shipped_experiments() -> tuple[ShippedRecipe, ...]:
    """List the recipes of experiments that come with kansr, by name."""
    return _recipes_in(shipped_folder("recipes") / "experiments")


def shipped_named(name: str) -> ShippedRecipe:
    """Find a shipped recipe by its name; raises `RecipeError` with the nearest name."""
    return _named(name, shipped(), "shipped recipe", "recipes")


def shipped_experiment(name: str) -> ShippedRecipe:
    """Find the recipe of an experiment by its name; raises `RecipeError` with the nearest name."""
    return _named(name, shipped_experiments(), "experiment", "experiments")


def _recipes_in(folder: Path) -> tuple[ShippedRecipe, ...]:
    paths = sorted(folder.glob("*.yaml"))
    return tuple(ShippedRecipe(name=path.stem, summary=_first_comment(path), path=path) for path in paths)


def _named(name: str, recipes: Iterable[ShippedRecipe], one: str, many: str) -> ShippedRecipe:
    by_name = {recipe.name: recipe for recipe in recipes}
    if name not in by_name:
        close = get_close_matches(name, by_name, n=1)
        hint = f"did you mean {close[0]}?" if close else f"{many}: {', '.join(by_name)}"
        raise RecipeError(f"there is no {one} {name!r}", hint=hint)
    return by_name[name]


def _first_comment(path: Path) -> str:
    return path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ").rstrip()

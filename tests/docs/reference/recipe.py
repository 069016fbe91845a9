"""The page of the recipe: each key with its comment in the default recipe, its default, and what it may hold."""

from __future__ import annotations

import json
import re

from kansr.cli.options import KEYS as OPTIONS
from kansr.recipe import Recipe, shipped
from kansr.recipe.recipe import KEYS, SECTIONS
from kansr.recipe.rules import RULE_OF
from kansr.shipped import shipped_folder
from tests.docs.reference.markdown import code, fence, page, table

_INTRODUCTION = """
A recipe holds every setting of a fit in one YAML file: `kansr fit data.csv --recipe quick`, or
`--recipe my-recipe.yaml`. Your own needs only the keys that differ from these defaults:
"""
_EXAMPLE = """
training:
  starts: 32
symbolic:
  functions: [sin, exp, sqrt]
"""
_ORDER = """
Flags come first, then `KANSR_*` variables (such as `KANSR_BUDGET=60`), then the recipe, then the defaults. A key that
kansr does not know is an error, with file, line, column and the nearest key. `kansr recipes show default` prints a
recipe; the run folder keeps the settings of each fit as `recipe.yaml`.
"""


def recipe() -> str:
    """Write the page."""
    names = table(["recipe", "for"], [[code(one.name), one.summary] for one in shipped()])
    comments = comments_of((shipped_folder("recipes") / "default.yaml").read_text(encoding="utf-8"))
    parts = [_section(name, comments) for name in ("", *(n for n in _sections() if n in SECTIONS))]
    return page("Recipe", _INTRODUCTION, fence(_EXAMPLE, "yaml"), names, _ORDER, *parts)


def comments_of(text: str) -> dict[str, str]:
    """Give the comment above each key of a recipe, keys of a section as `section.key`.

    >>> comments_of("# Rows.\\ntable:\\n  # The column.\\n  target: null\\n")
    {'table': 'Rows.', 'table.target': 'The column.'}
    """
    comments: dict[str, str] = {}
    section, lines = "", []
    for line in text.splitlines():
        if match := re.match(r"( *)(\w+):", line):
            section = "" if not match[1] else section
            key = f"{section}.{match[2]}" if section else match[2]
            comments[key] = " ".join(lines)
            section = section if match[1] else match[2]
            lines = []
        else:
            lines = [*lines, line.strip().lstrip("# ")] if line.strip().startswith("#") else []
    return comments


def _sections() -> list[str]:
    return list(dict.fromkeys(key.partition(".")[0] for key in KEYS))


def _section(name: str, comments: dict[str, str]) -> str:
    keys = [key for key in KEYS if key.rpartition(".")[0] == name]
    title = f"## {name}\n\n{comments[name]}" if name else "## At the top"
    return f"{title}\n\n" + "\n\n".join(_key(key, comments[key]) for key in keys)


def _key(key: str, comment: str) -> str:
    option = {of: name for name, of in OPTIONS.items()}.get(key)
    flag = f" Option: `--{option.replace('_', '-')}`." if option else ""
    default = json.dumps(_default(key), ensure_ascii=False)
    return f"### {key}\n\n{comment}\n\nDefault: `{default}`. Allowed: {RULE_OF[key].allowed}.{flag}"


def _default(key: str) -> object:
    value: object = Recipe()
    for part in key.split("."):
        value = getattr(value, part)
    return value

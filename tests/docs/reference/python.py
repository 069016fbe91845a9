"""The page of the Python interface: signatures and docstrings of what is public."""

from __future__ import annotations

import inspect
import re
from importlib import import_module

from tests.docs.reference.markdown import fence, page

PUBLIC = (
    ("kansr.estimator", "KANSymbolicRegressor"),
    ("kansr.table", "read_table"),
    ("kansr.table", "Table"),
    ("kansr.recipe", "load_recipe"),
    ("kansr.recipe", "with_options"),
    ("kansr.recipe", "Recipe"),
    ("kansr.run", "Run"),
    ("kansr.pipeline", "fit"),
    ("kansr.pipeline", "learn"),
    ("kansr.pipeline", "extend"),
    ("kansr.pipeline", "prune"),
    ("kansr.pipeline", "load"),
    ("kansr.pipeline", "predict"),
    ("kansr.pipeline", "Prediction"),
    ("kansr.result", "Result"),
    ("kansr.formula.formula", "Formula"),
    ("kansr.datasets", "law"),
    ("kansr.datasets", "collection"),
)
_WALK = """
from kansr.pipeline import fit, predict
from kansr.recipe import load_recipe
from kansr.run import Run
from kansr.table import read_table

table = read_table("datasets/kan-example.csv")
result = fit(table, load_recipe("default"), Run.create("kan-example"))

print(result.formula.text, result.verdict)  # exp(x2**2 + sin(pi*x1)) exact
print(predict(Run.open(result.run), "datasets/kan-example.csv").values[:2])  # [1.0846396  3.26104714]

from kansr import KANSymbolicRegressor

regressor = KANSymbolicRegressor(max_time=60).fit(table.x, table.y)
print(regressor.formula_)  # exp(x2**2 + sin(pi*x1))
"""
_INTRODUCTION = """
The command line stands on these functions; `KANSymbolicRegressor` is the same engine for scikit-learn
(`pip install ".[sklearn]"`). It passes all of scikit-learn's checks, takes data frames and their names, several targets
and `sample_weight`, works in pipelines and grid searches, and leaves plain data to pickle.
"""
_SECTION = re.compile(r"^([A-Z][a-z]+)\n-{3,}\n", flags=re.MULTILINE)


def python() -> str:
    """Write the page."""
    return page("Python", _INTRODUCTION, fence(_WALK, "python"), *(_thing(*name) for name in PUBLIC))


def _thing(module: str, name: str) -> str:
    found = getattr(import_module(module), name)
    parts = [f"## {module}.{name}", fence(f"{name}{_signature(found)}", "text"), _text(inspect.getdoc(found) or "")]
    if inspect.isclass(found):
        parts += [_method(name, own, value) for own, value in vars(found).items() if _is_told(own, value)]
    return "\n\n".join(parts)


def _method(owner: str, name: str, value: object) -> str:
    function = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
    text = _text(inspect.getdoc(function.fget if isinstance(function, property) else function) or "")
    shown = f"{owner}.{name}" + ("" if isinstance(function, property) else _signature(function))
    return f"{fence(shown, 'text')}\n\n{text}"


def _is_told(name: str, value: object) -> bool:
    return not name.startswith("_") and isinstance(value, (property, classmethod, staticmethod, type(_is_told)))


class _Shown:
    """A default as the page shows it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def _signature(found: object) -> str:
    """Give a signature as it is written in the code; a record's fields are its parameters."""
    signature = inspect.signature(found)  # type: ignore[arg-type]
    own = [one for name, one in signature.parameters.items() if name not in {"self", "cls"}]
    shown = [one if one.default is one.empty else one.replace(default=_Shown(_default(one.default))) for one in own]
    text = str(signature.replace(parameters=shown)).replace(" -> None", "")
    return re.sub(r"(: |-> )(?:'([^']*)'|\"([^\"]*)\")", r"\1\2\3", text)


def _default(value: object) -> str:
    """Give a default; a function by its name, and one that is longer than a line is not told."""
    text = getattr(value, "__name__", repr(value))
    return text if len(text) <= 40 and "<" not in text else "..."


def _text(doc: str) -> str:
    """Give a docstring as Markdown: headings of its sections in bold, examples as code."""
    text = _SECTION.sub(r"**\1**\n\n", doc)
    text = re.sub(r"^(\w[\w, ]*)\n {4}(?=\S)", r"- `\1`: ", text, flags=re.MULTILINE)
    return re.sub(r"((?:^>>> .*\n?(?:^(?!\s*$|>>> ).*\n?)*)+)", _example, text, flags=re.MULTILINE)


def _example(match: re.Match[str]) -> str:
    """Give an example as code; one that needs the test runner is no example for a reader."""
    return "" if "getfixture" in match[1] else fence(match[1], "pycon")

"""A formula as a Python function that needs nothing of kansr: plain, or by NumPy, PyTorch or JAX.

| format   | computes by                        | takes                                                    |
|----------|------------------------------------|----------------------------------------------------------|
| `python` | `math`                             | numbers                                                  |
| `numpy`  | NumPy, and SciPy where it must     | arrays or numbers                                        |
| `torch`  | PyTorch                            | tensors; the result has their type, and gradients        |
| `jax`    | JAX                                | arrays; in double precision after `jax_enable_x64`       |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kansr.export.about import About
from kansr.export.code import COMMON, Code, Language, named
from kansr.formula.formula import Formula
from kansr.formula.functions import FUNCTIONS

_WORDS = ("np", "special", "math", "torch", "jnp", "jax", "ValueError", "ArithmeticError", "float", "abs", "sign")
_STEP = "def step(x):\n    return 1.0 if x >= 0 else 0.0 if x < 0 else x\n"
_SIGN = "def sign(x):\n    return math.copysign(1, x) if x else x\n"

PLAIN = Language(
    functions=named("math.{}", "erf") | {"Abs": "abs", "sign": "sign", "max": "max", "min": "min", "step": "step"},
    reserved=_WORDS,
    spell=str,
    comment="#",
    pi="math.pi",
    e="math.e",
    helpers={"sign": _SIGN, "step": _STEP},
    power="math.pow({}, {})",  # x**y is complex where math.pow has no value
    whole_power="{}**{}",
)
NUMPY = Language(
    functions={name: function.python for name, function in FUNCTIONS.items()},
    reserved=_WORDS,
    spell=str,
    comment="#",
    pi="np.pi",
    e="np.e",
    pairs=True,
)
_PAIR = """def {name}(x, y):
    x, y = (v if torch.is_tensor(v) else torch.tensor(float(v), dtype=torch.float64) for v in (x, y))
    return torch.{torch}(x, y)
"""
_TORCH = {
    "max": _PAIR.format(name="larger", torch="maximum"),
    "min": _PAIR.format(name="smaller", torch="minimum"),
    "step": "def step(x):\n    return torch.where(torch.isnan(x), x, (x >= 0).to(x.dtype))\n",
}
TORCH = Language(
    functions=named("torch.{}", "sign", "erf")
    | {"max": "larger", "min": "smaller", "step": "step"}
    | {"Abs": "torch.abs", "J0": "torch.special.bessel_j0", "J1": "torch.special.bessel_j1"},
    reserved=_WORDS,
    spell=str,
    comment="#",
    pi="math.pi",
    e="math.e",
    constant=PLAIN,  # torch.sqrt(2) is an error
    pairs=True,
    helpers=_TORCH,
)
JAX = Language(
    functions={name: FUNCTIONS[name].python.replace("np.", "jnp.") for name in (*COMMON, "sign", "step", "max", "min")}
    | {"Abs": "jnp.abs", "erf": "special.erf"},
    reserved=_WORDS,
    spell=str,
    comment="#",
    pi="jnp.pi",
    e="jnp.e",
    pairs=True,
)


@dataclass(frozen=True, slots=True)
class _Body:
    """What stands before and around the formula's line."""

    before: tuple[str, ...] = ()
    first: str | None = None  # a statement for each argument
    indent: str = "    "
    after: tuple[str, ...] = ()


_JAX_IMPORTS = {"jnp.": "import jax.numpy as jnp", "special.": "from jax.scipy import special"}


def render_python(formula: Formula, about: About) -> str:
    """Give a function `target` of numbers, by `math` alone. Outside its domain it is nan."""
    refused = ("    except (ValueError, ArithmeticError):", "        return math.nan")
    body = _Body(before=("    try:",), indent="        ", after=refused)
    return _module(formula, about, PLAIN, body, {"": "import math"})


def render_numpy(formula: Formula, about: About) -> str:
    """Give a function `target` of arrays or numbers. Outside its domain it is nan, without a warning."""
    body = _Body(
        first="    {0} = np.asarray({0}, dtype=float)",
        before=('    with np.errstate(all="ignore"):',),
        indent="        ",
    )
    return _module(formula, about, NUMPY, body, {"": "import numpy as np", "special.": "from scipy import special"})


def render_torch(formula: Formula, about: About) -> str:
    """Give a function `target` of tensors. Outside its domain it is nan."""
    return _module(formula, about, TORCH, _Body(), {"math.": "import math\n", "torch.": "import torch"})


def render_jax(formula: Formula, about: About) -> str:
    """Give a function `target` of arrays. Outside its domain it is nan."""
    return _module(formula, about, JAX, _Body(), _JAX_IMPORTS)


def _module(formula: Formula, about: About, language: Language, body: _Body, imports: Mapping[str, str]) -> str:
    """Give a module with the imports whose mark stands in the formula, the constants, and the function."""
    code = Code.of(formula, about, language)
    needed = [line for mark, line in imports.items() if any(mark in text for text in (code.line, *code.helpers))]
    declared = ["", *code.declared("{} = {}")] if code.constants else []
    helpers = [f"\n\n{helper}".rstrip() for helper in code.helpers]
    function = [
        f"def target({', '.join(code.arguments)}):",
        *_docstring(formula, about, dict(zip(formula.names, code.arguments, strict=True))),
        *([body.first.format(argument) for argument in code.arguments] if body.first else []),
        *body.before,
        f"{body.indent}return {code.line}",
        *body.after,
    ]
    return "\n".join([*needed, *declared, *helpers, *(["", ""] if needed or declared or helpers else []), *function])


def _docstring(formula: Formula, about: About, arguments: Mapping[str, str]) -> list[str]:
    """Say which column each argument is."""
    title = "The formula that kansr found" + (f": {about.verdict}." if about.verdict else ".")
    columns = [f"    {arguments[name]}: column {_column(column, about)}" for name, column in formula.names.items()]
    if not columns:
        return ['    """A constant: no column enters."""']
    return [f'    """{title}', "", *columns, '    """']


def _column(column: str, about: About) -> str:
    """Give a column and its unit, which is left out where the name holds it."""
    unit = about.units.get(column)
    return _quoted(column) if unit is None or str(unit) in column else f"{_quoted(column)} in {_quoted(unit)}"


def _quoted(name: str) -> str:
    """Quote a name so that it can stand in a docstring, whatever it holds."""
    return repr(str(name)).replace("\\", "\\\\").replace('"', '\\"')

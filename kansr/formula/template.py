"""A partly known form: `a*exp(-f(x)) + g(y, z)` with functions f and g to be found and a constant a to be fitted.

Text is read by `kansr.formula.parse`, nothing is executed. A name that is called and is no function of the list is an
unknown function; a name that is neither a column nor a constant with a value is a constant to be fitted.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from kansr.errors import FormulaError
from kansr.formula.functions import CONSTANTS, OF_ORDER, SPELLINGS
from kansr.formula.names import symbols_of
from kansr.formula.own import Own
from kansr.formula.parse import parse

MOST = 3
"""Arguments that an unknown function may have."""

_NAME = re.compile(r"[^\W\d]\w*")
_CLOSE = 0.75  # likeness from which the name of an unknown function is taken for a misspelt known one


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An unknown function at its arguments, which are expressions of columns, and the symbol that stands for it."""

    function: str
    arguments: tuple[sp.Expr, ...]
    symbol: sp.Symbol

    def __str__(self) -> str:
        return f"{self.function}({', '.join(map(str, self.arguments))})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A known form around unknown functions: `expression` is in columns, `constants` and the symbols of `calls`."""

    text: str
    expression: sp.Expr
    calls: tuple[Call, ...]
    constants: tuple[sp.Symbol, ...]

    @property
    def functions(self) -> dict[str, int]:
        """Unknown function -> number of its arguments, in the order of the text."""
        return {call.function: len(call.arguments) for call in self.calls}

    def of(self, function: str) -> tuple[Call, ...]:
        """Give the calls of a function."""
        return tuple(call for call in self.calls if call.function == function)


def read_template(
    text: str,
    columns: Collection[str],
    *,
    target: str = "",
    constants: Mapping[str, float] | None = None,
    own: Collection[Own] = (),
) -> Template:
    """Read a template.

    Parameters
    ----------
    columns
        Names of the columns, as formulas write them.
    target
        Name of the target, which may not stand in it.
    constants
        Names with a value.
    own
        Functions that the user has added: they are known, and written out.

    Raises
    ------
    FormulaError
        If it cannot be read, has no unknown function, or has one that cannot be found: without a column in an argument,
        with constants or other unknown functions in one, or with the name of a column or nearly that of a known one.

    >>> template = read_template("a*exp(-f(x)) + g(y, z)", ["x", "y", "z"])
    >>> template.functions, template.constants, [str(call) for call in template.calls]
    ({'f': 1, 'g': 2}, (a,), ['f(x)', 'g(y, z)'])
    """
    found: dict[tuple[str, tuple[sp.Expr, ...]], Call] = {}

    def unknown(name: str, arguments: Sequence[sp.Expr]) -> sp.Expr:
        key = name, tuple(arguments)
        symbol = sp.Symbol(f"{name}_{len(found)}_", real=True)
        return found.setdefault(key, Call(function=name, arguments=key[1], symbol=symbol)).symbol

    names = {*columns, *set(_NAME.findall(text)).difference(CONSTANTS, constants or ())}
    expression = parse(text, names, constants, unknown=unknown, own=own)
    order = _NAME.findall(text)
    calls = tuple(sorted(found.values(), key=lambda call: order.index(call.function)))
    marks = {call.symbol for call in calls}
    inside = {s for call in calls for a in call.arguments for s in a.free_symbols}
    own = sorted((expression.free_symbols | inside) - marks - set(symbols_of(columns).values()), key=str)
    template = Template(text=text.strip(), expression=expression, calls=calls, constants=tuple(own))
    _check(template, set(columns), target)
    return template


def _check(template: Template, columns: set[str], target: str) -> None:
    """Refuse what cannot be found."""
    names = {s.name for s in template.constants}
    if not template.calls:
        raise _refused("holds no unknown function", 'write one as f(x); "kansr score -f ... --refit" fits constants')
    if target and target in names:
        raise _refused(f"holds the target {target}", "it gives the target: leave it out")
    marks = {call.symbol for call in template.calls}
    for call in template.calls:
        _check_name(call.function, columns, names)
        inside = {s for argument in call.arguments for s in argument.free_symbols}
        if inside & marks:
            raise _refused(f"has an unknown function inside of {call.function}", "one unknown function in another: no")
        if not call.arguments or any(not argument.free_symbols for argument in call.arguments):
            raise _refused(f"gives {call.function} an argument without a column", "an argument is made of columns")
        constant = next((s for s in sorted(inside, key=str) if s in template.constants), None)
        if constant is not None:
            what = f"has {constant} inside of {call.function}, which is no column"
            near = difflib.get_close_matches(constant.name, columns, 1)
            raise _refused(what, f"did you mean '{near[0]}'?" if near else f"leave it out: {call.function} takes it in")
        if len(call.arguments) > MOST:
            raise _refused(
                f"gives {call.function} {len(call.arguments)} arguments", f"{MOST} is the most that is found"
            )
        if len(call.arguments) != template.functions[call.function]:
            raise _refused(
                f"gives {call.function} different numbers of arguments", "call it in the same way everywhere"
            )


def _check_name(name: str, columns: set[str], constants: set[str]) -> None:
    known = [*SPELLINGS, *OF_ORDER]
    if name in columns or name in constants or name in CONSTANTS:
        other = "a column" if name in columns else "a constant"
        raise _refused(f"calls {name}, which is {other}", "a product needs a *: x*(y + 1)")
    near = difflib.get_close_matches(name.lower(), known, 1, cutoff=_CLOSE) if len(name) > 2 else []
    if near:
        raise _refused(
            f"calls {name}, which is no function of a formula",
            f"did you mean '{near[0]}'? An unknown function needs another name, such as f",
        )


def _refused(what: str, hint: str) -> FormulaError:
    return FormulaError(f"the template {what}", where="--template", hint=hint)

"""Whether a formula adds only like to like: its dimensions, and the units that its constants must carry.

A dimension is a product of powers of base dimensions, a vector of fractions. The rules:

- The terms of a sum have one dimension; so have the formula and the target.
- Arguments and values of `exp`, `log`, `sin` and their like have none, nor have exponents. In a sum of logarithms with
  numbers in front it is the product below the logarithm that has none; a decimal in the sum may make up for it.
- A decimal may carry any unit, wherever it stands: it was measured, like 9.81 m/s^2. So may a named constant, the same
  one wherever it stands.
- An exact number (2, 1/2, pi) carries none. The 2 in front of a product is a count.
- Where a formula breaks these rules, but would not if some of its exact numbers were decimals, it was a measured
  constant that came out as a simple number: 3*t metres is 3.0*t, at 3.0 m/s. The fewest such numbers become decimals.
  The 1 that is not written in front of a term is no such number, nor are exponents.

Each decimal is an unknown vector, each rule a linear equation; they are solved over fractions as they come. Where two
decimals stand in for each other, as in a*(b*x + c*t), all but the last that can are taken to carry none.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy as sp

from kansr.formula.decimals import clean
from kansr.formula.functions import BY_CLASS
from kansr.formula.named import Named
from kansr.formula.text import leaf_text, to_text

Powers = Mapping[str, Fraction]
"""A product of powers: of base dimensions, or of symbols of units."""

Form = dict[Any, Fraction]
"""A product of powers of the dimensions of columns (by name) and constants (by number)."""

_SAME = 1e-9  # scales that differ by less are equal

TARGET = "="
"""Stands for the target among the columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantities:
    """Dimension and unit of each column, by the symbol that it has in formulas, and of the target, by `TARGET`.

    `sizes` are those of the units, in one system of units.
    """

    dimensions: Mapping[str, Powers]
    units: Mapping[str, Powers]
    sizes: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A formula and its dimensions.

    Parameters
    ----------
    expression
        The formula; where exact numbers have to carry a unit, with decimals in their place.
    clash
        What does not fit, in words; empty where all does.
    constants
        The unit of each decimal or named constant that stands in a sum or in front of a term, by its text in the
        formula, without its sign.
    """

    expression: sp.Expr
    clash: str = ""
    constants: Mapping[str, str] = field(default_factory=dict)


def check(expression: sp.Expr, known: Quantities) -> Checked:
    """Check the dimensions of a formula.

    >>> x, t = sp.Symbol("x", real=True), sp.Symbol("t", real=True)
    >>> metre, second = {"length": Fraction(1)}, {"time": Fraction(1)}
    >>> known = Quantities(
    ...     dimensions={"x": metre, "t": second, TARGET: metre},
    ...     units={"x": {"m": Fraction(1)}, "t": {"s": Fraction(1)}, TARGET: {"m": Fraction(1)}},
    ...     sizes={"x": 1.0, "t": 1.0, TARGET: 1.0},
    ... )
    >>> check(x + sp.Float(4.905) * t**2, known).constants
    {'4.905': 'm/s^2'}
    >>> check(x + t, known).clash
    't + x adds s and m'
    >>> check(3 * t, known).expression
    3.0*t
    """
    strict = _solved(expression, known, lifting=False)
    if not strict.clash:
        return Checked(expression=expression, constants=strict.constants())
    loose = _solved(expression, known, lifting=True)
    if loose.clash:
        return Checked(expression=expression, clash=strict.clash)
    lifted = clean(_lifted(expression, frozenset(loose.carrying()), ()))
    again = _solved(lifted, known, lifting=False)
    if again.clash:  # sympy wrote it in another form
        return Checked(expression=expression, clash=strict.clash)
    return Checked(expression=lifted, constants=again.constants())


def written(powers: Powers) -> str:
    """Write a unit; one without a dimension is 1.

    >>> written({"kg": Fraction(1), "m": Fraction(2), "s": Fraction(-2), "K": Fraction(-1)})
    'kg*m^2/(s^2*K)'
    """
    over = [_power(name, power) for name, power in powers.items() if power > 0]
    under = [_power(name, -power) for name, power in powers.items() if power < 0]
    top = "*".join(over) or "1"
    if not under:
        return top
    return f"{top}/{under[0]}" if len(under) == 1 else f"{top}/({'*'.join(under)})"


def _power(name: str, power: Fraction) -> str:
    if power == 1:
        return name
    return f"{name}^{power}" if power.denominator == 1 else f"{name}^({power})"


def product(parts: Iterable[tuple[Powers, Fraction]]) -> dict[str, Fraction]:
    """Multiply powers of products of powers."""
    total: dict[str, Fraction] = {}
    for powers, exponent in parts:
        for name, power in powers.items():
            total[name] = total.get(name, Fraction(0)) + power * exponent
    return {name: power for name, power in total.items() if power}


def _solved(expression: sp.Expr, known: Quantities, *, lifting: bool) -> _System:
    system = _System(known, lifting)
    system.same([(system.form(expression, ()), expression), ({TARGET: Fraction(1)}, None)])
    return system


Path = tuple[int, ...]


class _System:
    """The equations of one formula, solved as they come."""

    def __init__(self, known: Quantities, lifting: bool) -> None:
        self.known, self.lifting = known, lifting
        self.unknowns: list[sp.Expr] = []
        self.exact: dict[int, Path] = {}  # unknowns that are exact numbers, and where they stand
        self.rows: dict[int, Form] = {}  # unknown -> what it is, in columns and unknowns without a row
        self.clash = ""

    # -- what a part of the formula is --------------------------------------------------------------------------------

    def form(self, node: Any, path: Path) -> Form:
        """Give the dimension of a part, and note what it demands."""
        if isinstance(node, sp.Symbol):
            return {node.name: Fraction(1)}
        if not node.free_symbols:
            return self.number(node, path)
        if node.is_Add:
            return self.sum(node, path)
        if node.is_Mul:
            factors = [self.form(a, (*path, i)) for i, a in enumerate(node.args) if a.free_symbols]
            return _product([self.number(_numeric(node), path, term=False), *factors])
        if node.is_Pow:
            return self.power(node, path)
        return self.call(node, path)

    def number(self, node: Any, path: Path, *, term: bool = True) -> Form:
        """A number by itself (`term`), or the numbers in front of a term."""
        if node == 0 or node.atoms(sp.Float, Named):
            return self.measured(node)
        if not (self.lifting and (term or abs(node) != 1)):
            return {}
        form = self.unknown(node)
        self.exact[max(form)] = path
        return form

    def measured(self, node: Any) -> Form:
        """A decimal or a named constant, alone or among exact numbers: each carries what it must."""
        if node.is_Mul:
            return _product(map(self.measured, (a for a in node.args if a.atoms(sp.Float, Named))))
        if node.is_Pow and node.exp.is_Rational:
            return _raised(self.measured(node.base), Fraction(node.exp.p, node.exp.q))
        if isinstance(node, Named) and node in self.unknowns:
            return {self.unknowns.index(node): Fraction(1)}
        return self.unknown(node)

    def unknown(self, node: Any) -> Form:
        """Something whose dimension the equations have to find."""
        self.unknowns.append(node)
        return {len(self.unknowns) - 1: Fraction(1)}

    def sum(self, node: Any, path: Path) -> Form:
        """All terms have one dimension; logarithms are taken together."""
        logs = [(i, *log) for i, term in enumerate(node.args) if (log := _logarithm(term)) is not None]
        others = [(self.form(a, (*path, i)), a) for i, a in enumerate(node.args) if _logarithm(a) is None]
        inner = [_raised(self.form(u, (*path, i, *down)), k) for i, k, u, down in logs]
        free = any(not a.free_symbols and a.atoms(sp.Float) for _, a in others)
        if inner and not free:
            self.demand(_product(inner), lambda unit: f"the logarithms of {to_text(node)} have the unit {unit} inside")
        return self.same([*others, *([({}, node.args[logs[0][0]])] if logs else [])])

    def power(self, node: Any, path: Path) -> Form:
        base = self.form(node.base, (*path, 0))
        exponent = node.exp
        if exponent.is_Rational or (exponent.is_number and exponent.is_real and exponent.atoms(sp.Float)):
            return _raised(base, Fraction(exponent.p, exponent.q) if exponent.is_Rational else Fraction(str(exponent)))
        self.demand(base, lambda unit: f"{_short(node.base)} has the unit {unit}, and its exponent is no fraction")
        if exponent.free_symbols:
            inside = self.form(exponent, (*path, 1))
            self.demand(inside, lambda unit: f"the exponent {_short(exponent)} has the unit {unit}")
        return {}

    def call(self, node: Any, path: Path) -> Form:
        function = BY_CLASS.get(node.func)
        name = node.func.__name__ if function is None else function.name
        if function is not None and function.many:
            return self.same([(self.form(a, (*path, i)), a) for i, a in enumerate(node.args)])
        inside = self.form(node.args[-1], (*path, len(node.args) - 1))
        unit = "none" if function is None else function.unit
        if unit == "passed":
            return inside
        if unit == "none":
            self.demand(inside, lambda unit: f"the argument {_short(node.args[-1])} of {name} has the unit {unit}")
        return {}

    # -- what is demanded of them -------------------------------------------------------------------------------------

    def same(self, terms: Sequence[tuple[Form, Any]]) -> Form:
        """Demand one dimension of all terms, and give it; the last may be the target, which stands for itself."""
        (first, node), *others = terms
        for form, other in others:

            def words(_: str, form: Form = form, other: Any = other) -> str:
                units = self.unit(first), self.unit(form)
                if other is None:
                    return f"the formula has the unit {units[0]}, and the target {units[1]}"
                return f"{_short(node)} + {_short(other)} adds {units[0]} and {units[1]}"

            self.demand(_product([first, _raised(form, Fraction(-1))]), words)
        return first

    def demand(self, form: Form, words: Any) -> bool:
        """Demand that a form has no dimension; `words` makes the sentence for the unit that is left."""
        left = self.reduced(form)
        free = [atom for atom in left if isinstance(atom, int)]
        if free:
            pivot = max(free)
            share = -1 / left.pop(pivot)
            solved = _raised(left, share)
            self.rows = {i: _put(row, pivot, solved) for i, row in self.rows.items()} | {pivot: solved}
            return True
        if not product((self.known.dimensions[name], power) for name, power in left.items()):
            return True
        if not self.clash and words is not None:
            self.clash = words(self.unit(left))
        return False

    def reduced(self, form: Form) -> Form:
        """Put in what is known of the unknowns."""
        return _product([_raised(self.rows.get(atom, {atom: Fraction(1)}), power) for atom, power in form.items()])

    def unit(self, form: Form) -> str:
        """Write the unit of a form, in units of the columns; constants that nothing determines carry none.

        What cancels is 1 (N m/J); what only changes the scale stays (cm/m).
        """
        known = [(name, power) for name, power in self.reduced(form).items() if not isinstance(name, int)]
        units = product((self.known.units[name], power) for name, power in known)
        dimension = product((self.known.dimensions[name], power) for name, power in known)
        size = math.prod(self.known.sizes[name] ** float(power) for name, power in known)
        return "1" if not dimension and abs(size - 1) < _SAME else written(units)

    def carrying(self) -> list[Path]:
        """Where the exact numbers stand that have to carry a unit; every other one is made to carry none."""
        return [path for which, path in self.exact.items() if not self.demand({which: Fraction(1)}, None)]

    def constants(self) -> dict[str, str]:
        """Give the unit of each decimal. What equations leave open is closed by the simplest choice: none."""
        for which in range(len(self.unknowns)):
            self.demand({which: Fraction(1)}, None)
        found: dict[str, list[str]] = {}
        for which, node in enumerate(self.unknowns):
            if node != 0 and which not in self.exact:
                text = leaf_text(node if isinstance(node, Named) else sp.Float(abs(float(node))))
                units = found.setdefault(text, [])
                unit = self.unit({which: Fraction(1)})
                units += [] if unit in units else [unit]
        return {constant: " and ".join(units) for constant, units in found.items()}


def _product(forms: Iterable[Form]) -> Form:
    total: Form = {}
    for form in forms:
        for atom, power in form.items():
            total[atom] = total.get(atom, Fraction(0)) + power
    return {atom: power for atom, power in total.items() if power}


def _raised(form: Form, power: Fraction) -> Form:
    return {atom: own * power for atom, own in form.items()}


def _put(form: Form, atom: int, value: Form) -> Form:
    """Put a value in place of one unknown."""
    if atom not in form:
        return form
    rest = {a: p for a, p in form.items() if a != atom}
    return _product([rest, _raised(value, form[atom])])


def _numeric(node: Any) -> Any:
    """The numbers in front of a product."""
    return sp.Mul(*(a for a in node.args if not a.free_symbols))


def _logarithm(term: Any) -> tuple[Fraction, Any, Path] | None:
    """Give number, argument and its place for a term k*log(u)."""
    if term.func is sp.log and term.free_symbols:
        return Fraction(1), term.args[0], (0,)
    if term.is_Mul:
        rest = [(i, a) for i, a in enumerate(term.args) if a.free_symbols]
        number = _numeric(term)
        if len(rest) == 1 and rest[0][1].func is sp.log and (number.is_Rational or number.is_Float):
            k = Fraction(number.p, number.q) if number.is_Rational else Fraction(str(number))
            return k, rest[0][1].args[0], (rest[0][0], 0)
    return None


def _lifted(node: Any, paths: frozenset[Path], path: Path) -> Any:
    """Put decimals in place of the exact numbers at these places."""
    if path in paths and not node.free_symbols:
        return sp.Float(float(node))
    if node.is_Atom:
        return node
    parts = [_lifted(a, paths, (*path, i)) for i, a in enumerate(node.args)]
    if path in paths:
        rest = [part for part, a in zip(parts, node.args, strict=True) if a.free_symbols]
        return sp.Mul(sp.Float(float(_numeric(node))), *rest)
    return node.func(*parts)


def _short(node: Any) -> str:
    text = to_text(node)
    return text if len(text) <= 40 else f"{text[:37]}..."

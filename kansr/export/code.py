"""Formulas as code: what all programming languages share.

A language is a `Language`: how it writes numbers, operations and calls, which words it reserves, how comments begin.
`Code.of` gives the parts of a program in it; the file of the language puts them together.

The trees are printed here and not by sympy's printers of code. Those write numbers with 15 digits, know nothing of
constants with a name, and turn a division into a power -1; what is printed here is, operation by operation, the formula
that the user sees, and one printer for all languages is shorter than the mending of ten.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy

from kansr.export.about import About
from kansr.export.quoting import quoted
from kansr.export.variables import variables
from kansr.formula.formula import Formula
from kansr.formula.named import Named
from kansr.formula.names import in_ascii
from kansr.formula.text import Dialect, Tree, calls, leaf_text, printed, write

Names = Mapping[str, str]

EXACT = 2**53
"""From here on not every whole number is a double."""


def whole(number: int) -> str:
    """Write a whole number as one.

    >>> whole(12), whole(2**60)
    ('12', '1.152921504606847e+18')
    """
    return str(number) if abs(number) < EXACT else repr(float(number))


def double(number: float) -> str:
    """Write a number so that it is a double in every language, whole or not.

    >>> double(12), double(0.1), double(1e22)
    ('12.0', '0.1', '1e+22')
    """
    return repr(float(number))


def words(text: str) -> tuple[str, ...]:
    """Give the words of a text."""
    return tuple(text.split())


COMMON = words("exp log sqrt sin cos tan sinh cosh tanh asin acos atan asinh acosh atanh")
"""Functions that most languages have, many of them by these names."""


def named(pattern: str, *more: str) -> dict[str, str]:
    """Give the common functions, and more, by a pattern of their names.

    >>> named("Math.{}", "sign")["sign"]
    'Math.sign'
    """
    return {name: pattern.format(name) for name in (*COMMON, *more)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language, and how it writes formulas.

    Parameters
    ----------
    functions
        Its own names of the functions that it has.
    reserved
        Words that cannot be variables, beside the names of its functions.
    comment
        What begins a comment that ends with the line.
    pi, e
        The circle's number and Euler's; where a language lacks the first, `declares_pi` makes it one of the constants.
    whole, decimal
        How it writes numbers.
    helpers
        The text of functions that it lacks and that are short: function -> lines.
    times, over, power, whole_power, call, pairs
        As in `kansr.formula.text.Dialect`.
    constant
        Another language, for parts without columns.
    spell, same, spare
        As in `kansr.export.variables`.
    """

    functions: Mapping[str, str]
    reserved: Collection[str] = ()
    comment: str = "//"
    pi: str = "pi"
    e: str = "exp(1.0)"
    declares_pi: bool = False
    whole: Callable[[int], str] = whole
    decimal: Callable[[float], str] = double
    helpers: Mapping[str, str] = field(default_factory=dict)
    times: str = "*"
    over: str = "/"
    power: str = "{}**{}"
    whole_power: str | None = None
    call: str = "{}({})"
    pairs: bool = False
    constant: Language | None = None
    spell: Callable[[str], str] = in_ascii
    same: Callable[[str], str] = str
    spare: str = "_"

    def names(self, formula: Formula) -> dict[str, str]:
        """Give the variable of each column and named constant."""
        words = (re.findall(r"\w+", word) for word in [*self.functions.values(), self.pi, self.e])
        reserved = {"target", *self.reserved, *(word for found in words for word in found)}
        return variables(formula, reserved, spell=self.spell, same=self.same, spare=self.spare)

    def line(self, tree: Tree, names: Names) -> str:
        """Write a printed tree."""
        return write(tree, self.dialect(names))

    def dialect(self, names: Names) -> Dialect:
        """Give the language as the printer of trees takes it."""
        return Dialect(
            leaf=lambda leaf: self.leaf(leaf, names),
            functions=self.functions,
            times=self.times,
            over=self.over,
            power=self.power,
            whole_power=self.whole_power,
            call=self.call,
            pairs=self.pairs,
            constant=None if self.constant is None else self.constant.dialect(names),
        )

    def leaf(self, leaf: Any, names: Names) -> str:
        """Write a name or a number; a decimal reads back to the same double."""
        if isinstance(leaf, (sympy.Symbol, Named)):
            return names[leaf.name]
        if leaf in (sympy.pi, sympy.E):
            return self.pi if leaf == sympy.pi else self.e
        if leaf.is_Float:
            return self.decimal(float(leaf_text(leaf)))  # beyond doubles is an error there
        top = self.whole(int(leaf.p))
        return top if leaf.q == 1 else f"{top}{self.over}{self.whole(int(leaf.q))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """The parts of a program: comments, helpers, arguments, constants with their values, and the formula's one line."""

    comments: tuple[str, ...]
    helpers: tuple[str, ...]
    arguments: tuple[str, ...]
    constants: Mapping[str, str]
    line: str

    @classmethod
    def of(cls, formula: Formula, about: About, language: Language) -> Code:
        """Write the parts of a formula in a language."""
        tree, names = printed(formula.expression), language.names(formula)
        remarks = [f"{language.comment} {text}" for text in described(formula, about, names)]
        return cls(
            comments=tuple(remarks),
            helpers=tuple(text for name, text in language.helpers.items() if name in calls(tree)),
            arguments=tuple(names[name] for name in formula.names),
            constants={names[name]: language.decimal(value) for name, value in formula.constants.items()}
            | ({"pi": language.decimal(float(sympy.pi))} if language.declares_pi and _holds_pi(tree) else {}),
            line=language.line(tree, names),
        )

    def declared(self, pattern: str) -> list[str]:
        """Give a line for each constant."""
        return [pattern.format(name, value) for name, value in self.constants.items()]


def described(formula: Formula, about: About, names: Names, quote: Callable[[str], str] = quoted) -> Iterator[str]:
    """Say in a few lines of text what is computed from what."""
    what = "a formula" if about.target is None else _column(about.target, about, quote)
    yield f"{what}, found by kansr" + (f" ({about.verdict})" if about.verdict else "")
    for name, column in formula.names.items():
        yield f"  {names[name]}: column {_column(column, about, quote)}"


def _column(column: str, about: About, quote: Callable[[str], str]) -> str:
    """Give a column and its unit, which is left out where the name holds it."""
    unit = about.units.get(column)
    return quote(column) if unit is None or str(unit) in column else f"{quote(column)} in {quote(unit)}"


def _holds_pi(tree: Tree) -> bool:
    return any(map(_holds_pi, tree[1:])) if isinstance(tree, tuple) else tree == sympy.pi

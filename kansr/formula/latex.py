"""A formula in LaTeX: letters with subscripts, fractions, readable numbers, columns of any name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import sympy

from kansr.formula.functions import FUNCTIONS
from kansr.formula.named import Named
from kansr.formula.names import GREEK
from kansr.formula.text import ATOM, CONSTANT_NAMES, FACTOR, POWER, PRODUCT, Tree, joined, printed, tightness


def to_latex(expr: sympy.Expr, symbols: Mapping[str, str], *, digits: int = 6) -> str:
    r"""Write a formula in LaTeX, decimal numbers with at most so many digits.

    `symbols` gives the LaTeX of each symbol's name (see `latex_names`).

    >>> print(to_latex(sympy.Float(0.0015) * sympy.exp(-sympy.Symbol("x1") / 2), {"x1": "x_{1}"}))
    1.5 \cdot 10^{-3} \cdot \exp\left(-\frac{x_{1}}{2}\right)
    """
    return _Latex(symbols, digits).set(printed(expr))


def latex_names(names: Mapping[str, str]) -> dict[str, str]:
    r"""Write names (safe name -> column name) in LaTeX: one letter with a subscript, or upright text.

    Two columns that would look the same are written out as text.

    >>> print(*latex_names({"x1": "x1", "beta_": "beta", "Delta_p": "Δp [Pa]", "speed": "speed"}).values())
    x_{1} \beta \Delta \text{p [Pa]} \mathrm{speed}
    """
    written: dict[str, str] = {}
    for name, column in names.items():
        pretty = _pretty(column)
        written[name] = rf"\text{{{_escaped(column)}}}" if pretty in written.values() else pretty
    return written


class _Latex:
    """Sets printed trees. It holds what the whole formula shares: the names, and the digits of numbers."""

    def __init__(self, symbols: Mapping[str, str], digits: int) -> None:
        self.symbols, self.digits = symbols, digits

    def set(self, tree: Tree, level: int = 0) -> str:
        """Write a tree in a place that holds together as tightly as `level`."""
        text = self.branch(*tree) if isinstance(tree, tuple) else self.leaf(tree)
        return text if _tightness(tree, text) >= level else _bracketed(text)

    def branch(self, head: str, *parts: Tree) -> str:
        """Write an operation or a function."""
        if head == "+":
            return joined(parts, lambda part: self.set(part, PRODUCT))
        if head == "*":
            return self.product(parts)
        if head == "/":
            minus, numerator = _without_minus(parts[0])
            return rf"{minus}\frac{{{self.set(numerator)}}}{{{self.set(parts[1])}}}"
        if head == "-":
            return f"-{self.set(parts[0], PRODUCT)}"
        if head == "**":
            return f"{self.set(parts[0], ATOM)}^{{{self.set(parts[1])}}}"
        return _call(head, *map(self.set, parts))

    def product(self, parts: Sequence[Tree]) -> str:
        """Set factors side by side, with a dot where they could be misread."""
        minus, first = _without_minus(("*", *parts))
        if minus:
            return minus + self.set(first, PRODUCT)
        text = self.set(parts[0], PRODUCT)
        for before, part in pairwise(parts):
            factor = self.set(part, FACTOR)
            close = _is_close(before) and _is_close(part) and not factor[0].isdigit()
            text += f" {factor}" if close else rf" \cdot {factor}"
        return text

    def leaf(self, leaf: Any) -> str:
        """Write a name or a number."""
        if isinstance(leaf, (sympy.Symbol, Named)):
            return self.symbols.get(leaf.name, rf"\text{{{_escaped(leaf.name)}}}")
        if leaf in CONSTANT_NAMES:
            return r"\pi" if leaf is sympy.pi else r"\mathrm{e}"
        if leaf.is_Float:
            return _number(float(leaf), self.digits)
        return rf"{'-' if leaf.p < 0 else ''}\frac{{{abs(leaf.p)}}}{{{leaf.q}}}" if leaf.q != 1 else str(leaf)


def _number(double: float, digits: int) -> str:
    """Write a decimal number so that people can read it."""
    mantissa, _, exponent = f"{double:.{digits - 1}e}".partition("e")
    if -2 <= int(exponent) < digits:
        return f"{double:.{digits}g}"
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"


def _tightness(tree: Tree, text: str) -> int:
    """Say how tightly a LaTeX text holds together: a fraction is one box, a signed or scientific number a product."""
    if text.startswith("-") or (not isinstance(tree, tuple) and r"\cdot" in text):
        return min(PRODUCT, tightness(tree))
    return POWER if isinstance(tree, tuple) and tree[0] == "/" else tightness(tree)


def _without_minus(tree: Tree) -> tuple[str, Tree]:
    """Take a minus sign out of a product with a negative number in front."""
    number, *others = tree[1:] if isinstance(tree, tuple) and tree[0] == "*" else (tree,)
    if isinstance(number, tuple) or not (number.is_Number and number.is_negative):
        return "", tree
    kept = others if number == -1 and others else [-number, *others]
    return "-", kept[0] if len(kept) == 1 else ("*", *kept)


def _is_close(tree: Tree) -> bool:
    """Whether a factor may stand beside another without a dot: whole numbers, names, their powers, and roots."""
    if isinstance(tree, tuple):
        return tree[0] in ("sqrt", "/") or (tree[0] == "**" and not isinstance(tree[1], tuple))
    return not tree.is_Float


def _call(name: str, *arguments: str) -> str:
    """Write a function and its argument; an order stands below the function."""
    if name == "sqrt":
        return rf"\sqrt{{{arguments[0]}}}"
    if name == "Abs":
        return rf"\left|{arguments[0]}\right|"
    orders = FUNCTIONS[name].orders
    below = f"_{{{', '.join(arguments[:orders])}}}" if orders else ""
    return f"{FUNCTIONS[name].latex}{below}{_bracketed(', '.join(arguments[orders:]))}"


def _bracketed(text: str) -> str:
    return rf"\left({text}\right)"


# -- names of columns -------------------------------------------------------------------------------------------------


_ONE_LETTER = re.compile(
    rf"({'|'.join([*GREEK.values(), *map(str.capitalize, GREEK.values())])}|[A-Za-z])(?:_|(?=\d|$))(\w*)"
)
_SAME_AS_LATIN = {
    "omicron": "o",
    **dict(Alpha="A", Beta="B", Epsilon="E", Zeta="Z", Eta="H", Iota="I", Kappa="K", Mu="M", Nu="N", Omicron="O"),
    **dict(Rho="P", Tau="T", Chi="X"),
}


def _pretty(column: str) -> str:
    """Write one column name in LaTeX."""
    if not (column.isascii() and column.isidentifier()):
        return _mixed(column)
    match = _ONE_LETTER.fullmatch(column)
    head, _, tail = column.partition("_")
    if match:
        head, tail = match.groups()
    upright = _letter(head) if match else rf"\mathrm{{{_escaped(head)}}}"
    if not tail:
        return upright if match else rf"\mathrm{{{_escaped(column)}}}"
    below = tail if len(tail) == 1 or tail.isdigit() else rf"\mathrm{{{_escaped(tail)}}}"
    return f"{upright}_{{{_escaped(below) if below == '_' else below}}}"


def _letter(name: str) -> str:
    """Write a letter, Latin or Greek."""
    return name if len(name) == 1 else _SAME_AS_LATIN.get(name, f"\\{name}")


def _mixed(column: str) -> str:
    """Write a name of any characters: Greek letters as symbols, the rest as text."""
    parts: list[str] = []
    for run in re.split(f"([{''.join(GREEK)}{''.join(GREEK).upper()}])", unicodedata.normalize("NFKC", column)):
        greek = GREEK.get(run.lower())
        if greek:
            parts.append(_letter(greek if run.islower() else greek.capitalize()))
        elif run:
            parts.append(rf"\text{{{_escaped(run)}}}")
    return " ".join(parts) or r"\text{ }"


_ESCAPES = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{letter: f"\\{letter}" for letter in "&%$#_{}"},
}


def _escaped(text: str) -> str:
    """Escape what LaTeX would read as a command; line breaks and control characters become spaces."""
    return "".join(_ESCAPES.get(letter, letter if letter.isprintable() else " ") for letter in text)

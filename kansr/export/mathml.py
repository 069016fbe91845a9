"""A formula as MathML, for a page: browsers draw it without a script. Numbers have six digits, as in LaTeX."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

import sympy

from kansr.export.about import About
from kansr.formula.formula import Formula
from kansr.formula.functions import FUNCTIONS
from kansr.formula.named import Named
from kansr.formula.names import GREEK
from kansr.formula.text import ATOM, FACTOR, PRODUCT, Tree, printed, tightness

_DIGITS = 6
_NAMES = {"log": "ln", "asin": "arcsin", "acos": "arccos", "atan": "arctan"} | {
    "asinh": "arsinh",
    "acosh": "arcosh",
    "atanh": "artanh",
}
_TIMES, _APPLY = "<mo>&#x22C5;</mo>", "<mo>&#x2061;</mo>"
_LETTER = re.compile(rf"({'|'.join([*GREEK.values(), *map(str.capitalize, GREEK.values())])}|[A-Za-z])_?(\d*)_*")


def render_mathml(formula: Formula, about: About) -> str:  # noqa: ARG001  (what is known of it stands around it)
    """Give one `math` element. Names of columns are escaped."""
    names = formula.names | {name: name for name in formula.constants}
    body = _set(printed(formula.expression), 0, {name: _name(column) for name, column in names.items()})
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">{body}</math>'


def _set(tree: Tree, level: int, names: dict[str, str]) -> str:
    """Write a tree in a place that holds together as tightly as `level`."""
    text = _branch(*tree, names=names) if isinstance(tree, tuple) else _leaf(tree, names)
    boxed = isinstance(tree, tuple) and tree[0] == "/" and level <= FACTOR
    return f"<mrow><mo>(</mo>{text}<mo>)</mo></mrow>" if tightness(tree) < level and not boxed else text


def _branch(head: str, *parts: Tree, names: dict[str, str]) -> str:
    """Write an operation or a function."""
    if head in _OPERATIONS:
        return _OPERATIONS[head](parts, names)
    return _call(head, [_set(part, 0, names) for part in parts])


def _sum(terms: Sequence[Tree], names: dict[str, str]) -> str:
    text = _set(terms[0], PRODUCT, names)
    for term in terms[1:]:
        minus = isinstance(term, tuple) and term[0] == "-"
        text += f"<mo>{'-' if minus else '+'}</mo>{_set(term[1] if minus else term, PRODUCT, names)}"
    return _row(text)


def _product(factors: Sequence[Tree], names: dict[str, str]) -> str:
    first, *others = factors
    minus = first == sympy.S.NegativeOne
    texts = [*([] if minus else [_set(first, PRODUCT, names)]), *(_set(part, FACTOR, names) for part in others)]
    return _row(("<mo>-</mo>" if minus else "") + _TIMES.join(texts))


_OPERATIONS: dict[str, Callable[[Sequence[Tree], dict[str, str]], str]] = {
    "+": _sum,
    "*": _product,
    "-": lambda parts, names: _row(f"<mo>-</mo>{_set(parts[0], PRODUCT, names)}"),
    "/": lambda parts, names: f"<mfrac>{_row(_set(parts[0], 0, names))}{_row(_set(parts[1], 0, names))}</mfrac>",
    "**": lambda parts, names: f"<msup>{_row(_set(parts[0], ATOM, names))}{_row(_set(parts[1], 0, names))}</msup>",
}


def _call(head: str, arguments: list[str]) -> str:
    """Write a function and its argument; an order stands below the function."""
    orders, argument = arguments[: FUNCTIONS[head].orders], "<mo>,</mo>".join(arguments[FUNCTIONS[head].orders :])
    if head == "sqrt":
        return f"<msqrt>{argument}</msqrt>"
    if head == "Abs":
        return _row(f"<mo>|</mo>{argument}<mo>|</mo>")
    name = f"<mi>{_NAMES.get(head, head)}</mi>" if not orders else f"<msub><mi>J</mi>{_row(orders[0])}</msub>"
    return _row(f"{name}{_APPLY}<mrow><mo>(</mo>{argument}<mo>)</mo></mrow>")


def _row(text: str) -> str:
    return f"<mrow>{text}</mrow>"


def _leaf(leaf: Any, names: dict[str, str]) -> str:
    """Write a name or a number."""
    if isinstance(leaf, (sympy.Symbol, Named)):
        return names[leaf.name]
    if leaf in (sympy.pi, sympy.E):
        return f"<mi>{'&#x3C0;' if leaf == sympy.pi else 'e'}</mi>"
    if leaf.is_Float:
        return _number(float(leaf))
    top = _signed(str(leaf.p))
    return top if leaf.q == 1 else f"<mfrac>{_row(top)}<mn>{leaf.q}</mn></mfrac>"


def _number(number: float) -> str:
    """Write a decimal number so that people can read it."""
    mantissa, _, power = f"{number:.{_DIGITS}g}".partition("e")
    if not power:
        return _signed(mantissa)
    ten = f"<msup><mn>10</mn><mrow>{_signed(str(int(power)))}</mrow></msup>"
    return _row(f"{_signed(mantissa)}{_TIMES}{ten}")


def _signed(text: str) -> str:
    return _row(f"<mo>-</mo><mn>{text[1:]}</mn>") if text.startswith("-") else f"<mn>{text}</mn>"


def _name(column: str) -> str:
    """Write a column's name: one letter with a number below it, or upright text."""
    match = _LETTER.fullmatch(column)
    if match is None:
        return f"<mtext>{''.join(_escaped(letter) for letter in column)}</mtext>"
    letter, below = match.groups()
    return f"<msub><mi>{_spelled(letter)}</mi><mn>{below}</mn></msub>" if below else f"<mi>{_spelled(letter)}</mi>"


def _spelled(letter: str) -> str:
    """Give a letter; Greek ones by their sign."""
    if len(letter) == 1:
        return letter
    case = "SMALL" if letter.islower() else "CAPITAL"
    return unicodedata.lookup(f"GREEK {case} LETTER {letter.upper().replace('LAMBDA', 'LAMDA')}")


def _escaped(letter: str) -> str:
    return html.escape(letter) if letter.isprintable() else " "

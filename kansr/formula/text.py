"""A formula as people write it: the printed tree and its one line of text.

sympy holds `a - b/c` as a sum with a product with a power -1. People see a subtraction and a division. The printed
tree is what they see; text, LaTeX, complexity and the exports are all read off it, so they agree.

A tree is a leaf (a sympy symbol, number or constant) or a tuple of a head and its parts:

| head                   | parts                                                                |
|------------------------|----------------------------------------------------------------------|
| `+`                    | two or more terms; a term `("-", t)` is subtracted                   |
| `*`                    | two or more factors                                                  |
| `/`                    | numerator, denominator                                               |
| `-`                    | what is negated                                                      |
| `**`                   | base, exponent                                                       |
| the name of a function | its arguments                                                        |
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import sympy

from kansr.errors import FormulaError
from kansr.formula.functions import BY_CLASS, FUNCTIONS
from kansr.formula.named import Named

Tree = Any
"""A leaf, or `(head, *parts)`."""

CONSTANT_NAMES = {sympy.pi: "pi", sympy.E: "exp(1)"}
_PLACES = 12  # behind the point of a fraction that is written as a decimal, at most
SUM, PRODUCT, FACTOR, POWER, ATOM = 1, 2, 3, 4, 5  # how tightly a text holds together


def to_text(expr: sympy.Expr, names: Collection[str] = ()) -> str:
    """Write a formula as one line that `kansr.formula.parse` reads back, and `sympy.sympify` with the symbols given.

    A decimal number is the shortest text that reads back to the same double. Euler's number is `exp(1)`, which is no
    name of a column; the circle's is `acos(-1)` where a column is called `pi`: one of the formula, or of `names`.
    Raises `FormulaError` for what has no real value (`I`, `zoo`, `nan`) or no place in the list of functions.

    >>> x, y = sympy.symbols("x y", real=True)
    >>> to_text(sympy.Rational(981, 100) * x**2 - 3 * x / 4)
    '9.81*x**2 - 3*x/4'
    >>> to_text(sympy.Float(0.1) * x**2 - 3 * x / (4 * y) + 1 / sympy.sqrt(x))
    '0.1*x**2 - 3*x/(4*y) + 1/sqrt(x)'
    """
    taken = "pi" in names or any(symbol.name == "pi" for symbol in expr.free_symbols)
    return write(printed(expr), _BESIDE_PI if taken else TEXT)


# -- the printed tree -------------------------------------------------------------------------------------------------


def printed(expr: sympy.Expr) -> Tree:
    """Give the printed tree of a formula.

    >>> x = sympy.Symbol("x")
    >>> printed(1 - 2 / sympy.sqrt(x))
    ('+', 1, ('-', ('/', 2, ('sqrt', x))))
    """
    if isinstance(expr, (sympy.Symbol, Named)) or expr in CONSTANT_NAMES:
        return expr
    if expr.is_Number and expr.is_finite:
        return _short(expr)
    make = _MAKE.get(expr.func)
    if make is not None:
        return make(expr)
    function = BY_CLASS.get(expr.func)
    if function is None:
        raise FormulaError(
            f"a formula cannot hold {expr}", hint="it has no real value, or no place in kansr.formula.functions"
        )
    parts = sorted(expr.args, key=lambda part: bool(part.is_number)) if function.many else expr.args  # max(x, 0)
    return (function.name, *(printed(part) for part in parts))


def _sum(expr: Any) -> Tree:
    """Order the terms as sympy does, the first positive one in front."""
    terms = [_signed(term) for term in expr.as_ordered_terms()]
    first = next((i for i, term in enumerate(terms) if not term[0]), None)
    if first is None:
        return ("+", printed(expr.as_ordered_terms()[0]), *(("-", tree) for _, tree in terms[1:]))
    terms.insert(0, terms.pop(first))
    return ("+", *(("-", tree) if negative else tree for negative, tree in terms))


def _signed(term: Any) -> tuple[bool, Tree]:
    """Give whether a term is subtracted, and the tree of its size."""
    number, rest = term.as_coeff_Mul()
    if number.is_negative:
        return True, _scaled(-number, rest)
    return False, printed(term)


def _product(expr: Any) -> Tree:
    return _scaled(*expr.as_coeff_Mul())


def _scaled(number: Any, rest: Any) -> Tree:
    """Give the tree of number * rest, as a fraction where there are denominators."""
    if rest is sympy.S.One:
        return printed(number)
    over: list[Tree] = []
    under: list[Tree] = []
    for factor in rest.as_ordered_factors():
        turned = _turned(factor)
        (over if turned is None else under).append(printed(factor) if turned is None else turned)
    number = _short(_whole(number))
    p, q = (number.p, number.q) if number.is_Rational else (number, 1)
    if q != 1:
        under.insert(0, sympy.Integer(q))
    if p == -1 and q == 1 and over:
        return ("-", _fraction(over, under))
    if p != 1 or not over:
        over.insert(0, sympy.Integer(p) if number.is_Rational else p)
    return _fraction(over, under)


def _whole(number: Any) -> Any:
    """Give 1.0 and -1.0 as 1 and -1: people do not write such factors."""
    return sympy.Integer(int(number)) if number.is_Float and abs(float(number)) == 1.0 else number


def _short(number: Any) -> Any:
    """Give a fraction that is shorter as a decimal as one: 9.81 for 981/100, but 3/4 for 0.75."""
    if number.is_Float or number.q == 1 or 10**_PLACES % int(number.q):
        return number
    decimal = sympy.Float(int(number.p) / int(number.q))
    shorter = (
        len(repr(float(decimal))) < len(f"{number.p}/{number.q}") and sympy.Rational(repr(float(decimal))) == number
    )
    return decimal if shorter else number


def _turned(factor: Any) -> Tree | None:
    """Give the tree of 1/factor where the factor is a negative power."""
    if factor.is_Pow and factor.exp.is_Number and factor.exp.is_negative:
        return _raised(factor.base, -factor.exp)
    return None


def _fraction(over: list[Tree], under: list[Tree]) -> Tree:
    numerator = over[0] if len(over) == 1 else ("*", *over)
    if not under:
        return numerator
    return ("/", numerator, under[0] if len(under) == 1 else ("*", *under))


def _power(expr: Any) -> Tree:
    turned = _turned(expr)
    return _raised(*expr.args) if turned is None else ("/", sympy.S.One, turned)


def _raised(base: Any, exponent: Any) -> Tree:
    """Give the tree of base**exponent; exponents such as 2.0 and 0.5 are written as whole numbers and roots."""
    if exponent in (sympy.S.Half, sympy.Float(0.5)):
        return ("sqrt", printed(base))
    if exponent.is_Float and float(exponent).is_integer() and abs(exponent) < 1e15:
        exponent = sympy.Integer(int(exponent))
    return printed(base) if exponent == 1 else ("**", printed(base), printed(exponent))


def _exponential(expr: Any) -> Tree:
    """Give exp(x*log(2)) as 2**x."""
    base = base_of(expr.args[0])
    return ("exp", printed(expr.args[0])) if base is None else _power(base)


def base_of(exponent: Any) -> Any | None:
    """Give exp(k*log(b)) as the power b**k of a positive number b, where the exponent is such a product.

    >>> base_of(sympy.log(2) * sympy.Symbol("x") / 3)
    2**(x/3)
    """
    logs = [factor for factor in sympy.Mul.make_args(exponent) if isinstance(factor, sympy.log)]
    if len(logs) != 1 or not (logs[0].args[0].is_Rational or logs[0].args[0].is_Float):
        return None
    return sympy.Pow(logs[0].args[0], exponent / logs[0])


_MAKE: dict[Any, Callable[[Any], Tree]] = {
    sympy.Add: _sum,
    sympy.Mul: _product,
    sympy.Pow: _power,
    sympy.exp: _exponential,
}


# -- one line of text -------------------------------------------------------------------------------------------------


def leaf_text(leaf: Any) -> str:
    """Write a leaf: a name, or a number that reads back to the same value.

    >>> leaf_text(sympy.Float(1e-30)), leaf_text(sympy.Rational(3, 4))
    ('1e-30', '3/4')
    """
    if isinstance(leaf, (sympy.Symbol, Named)):
        return str(leaf.name)
    if leaf.is_Float:
        double = float(leaf)
        if not math.isfinite(double):
            raise FormulaError(f"{leaf} is beyond the range of doubles")
        return repr(double)
    return CONSTANT_NAMES.get(leaf) or str(leaf)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a language writes leaves and operations, and how it calls its functions.

    Parameters
    ----------
    leaf
        What writes a leaf.
    functions
        The names of the language's functions, or patterns such as `f({}, 1)` with a place for the arguments; Bessel
        functions may have names by order, `J0` and `J1`.
    pairs
        Whether functions of many arguments, such as max, take two at a time.
    times, over
        Its signs of multiplication and division.
    power
        How it writes a power; one that does not begin with its base is a call, whose parts need no brackets.
    whole_power
        How it writes a power whose exponent is a whole number, where that differs. The number is written plainly then.
    call
        How it writes the name of a function and its arguments.
    constant
        How it writes parts without columns, where that differs.
    """

    leaf: Callable[[Any], str]
    functions: Mapping[str, str]
    times: str = "*"
    over: str = "/"
    power: str = "{}**{}"
    whole_power: str | None = None
    call: str = "{}({})"
    pairs: bool = False
    constant: Dialect | None = None


TEXT = Dialect(leaf=leaf_text, functions={name: name for name in FUNCTIONS})
"""What `kansr.formula.parse` reads, and `sympy.sympify` with the symbols given."""

_BESIDE_PI = replace(TEXT, leaf=lambda leaf: "acos(-1)" if leaf is sympy.pi else leaf_text(leaf))


def write(tree: Tree, dialect: Dialect = TEXT) -> str:
    """Write a printed tree on one line, with no more brackets than are needed to read it."""
    return _write(tree, 0, dialect)


def calls(tree: Tree) -> set[str]:
    """Give the functions that a printed tree calls; the Bessel functions J_0 and J_1 are `J0` and `J1`.

    >>> sorted(calls(("+", ("sin", sympy.Symbol("x")), ("besselj", sympy.S.Zero, sympy.Symbol("x")))))
    ['J0', 'sin']
    """
    if not isinstance(tree, tuple):
        return set()
    head, *parts = tree
    own = {_function(head, parts)} if head in FUNCTIONS else set()
    return own.union(*map(calls, parts))


def _write(tree: Tree, level: int, dialect: Dialect) -> str:
    """Write a tree in a place that holds together as tightly as `level`."""
    if dialect.constant is not None and isinstance(tree, tuple) and _is_constant(tree):
        dialect = dialect.constant
    text = _line(tree, dialect) if isinstance(tree, tuple) else dialect.leaf(tree)
    return f"({text})" if tightness(tree) < level else text


def _is_constant(tree: Tree) -> bool:
    """Whether no column enters."""
    return all(map(_is_constant, tree[1:])) if isinstance(tree, tuple) else not isinstance(tree, sympy.Symbol)


def tightness(tree: Tree) -> int:
    """Say how tightly the text of a tree holds together."""
    if isinstance(tree, tuple):
        return _TIGHTNESS.get(tree[0], ATOM)
    fraction = tree.is_Rational and tree.q != 1
    return PRODUCT if fraction or (tree.is_negative and tree.is_Number) else ATOM


_TIGHTNESS = {"+": SUM, "-": PRODUCT, "*": PRODUCT, "/": PRODUCT, "**": POWER}


def _line(tree: tuple[Any, ...], dialect: Dialect) -> str:
    head, *parts = tree
    if head == "+":
        return joined(parts, lambda part: _write(part, PRODUCT, dialect))
    if head == "*":
        first, *others = parts
        start = "-" if first == sympy.S.NegativeOne else _write(first, PRODUCT, dialect) + dialect.times
        return start + dialect.times.join(_write(part, FACTOR, dialect) for part in others)
    if head == "/":
        return f"{_write(parts[0], PRODUCT, dialect)}{dialect.over}{_write(parts[1], FACTOR, dialect)}"
    if head == "-":
        return f"-{_write(parts[0], PRODUCT, dialect)}"
    if head == "**":
        return _raised_text(parts[0], parts[1], dialect)
    return _call(head, parts, dialect)


def _raised_text(base: Tree, exponent: Tree, dialect: Dialect) -> str:
    """Write a power."""
    whole = not isinstance(exponent, tuple) and exponent.is_Integer and 0 < exponent < _LARGEST_POWER
    pattern = dialect.whole_power if whole and dialect.whole_power else dialect.power
    level = ATOM if pattern.startswith("{}") else 0
    plain = whole and dialect.whole_power is not None
    return pattern.format(_write(base, level, dialect), str(exponent) if plain else _write(exponent, level, dialect))


def _call(head: str, parts: Sequence[Tree], dialect: Dialect) -> str:
    """Write a call: orders as whole numbers, and not at all where the name of the function tells the order."""
    orders, own = FUNCTIONS[head].orders, _function(head, parts)
    named = own != head and own in dialect.functions
    texts = [] if named else [str(order) for order in parts[:orders]]
    texts += [_write(part, 0, dialect) for part in parts[orders:]]
    name = dialect.functions[own if named else head]
    if FUNCTIONS[head].many and dialect.pairs:
        return reduce(lambda before, text: _called(name, [before, text], dialect), texts)
    return _called(name, texts, dialect)


def _called(name: str, texts: Sequence[str], dialect: Dialect) -> str:
    """Put arguments where a pattern has their places: one for all, or one for each."""
    if "{" not in name:
        return dialect.call.format(name, ", ".join(texts))
    return name.format(*texts) if "{0}" in name else name.format(", ".join(texts))


def _function(head: str, parts: Sequence[Tree]) -> str:
    """Give the name of a function; a Bessel function of order 0 or 1 has its own."""
    return f"J{parts[0]}" if head == "besselj" and parts[0] in (0, 1) else head


_LARGEST_POWER = 2**31


def joined(terms: Sequence[Tree], write_term: Callable[[Tree], str]) -> str:
    """Join terms with plus and minus."""
    text = write_term(terms[0])
    for term in terms[1:]:
        minus = isinstance(term, tuple) and term[0] == "-"
        text += f" - {write_term(term[1])}" if minus else f" + {write_term(term)}"
    return text

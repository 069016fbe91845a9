"""Expressions for tests: some by hand, and a Hypothesis strategy."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import sympy

from kansr.formula.functions import BY_CLASS, FUNCTIONS

SYMBOLS = tuple(sympy.Symbol(name, real=True) for name in ("x", "y", "z_1"))
X, Y, Z = SYMBOLS

ROWS = {
    symbol.name: column
    for symbol, column in zip(SYMBOLS, np.random.default_rng(7).uniform(-3, 3, size=(3, 40)), strict=True)
}
"""Forty rows of the three columns."""

FORMULAS = (
    "exp(y**2 + sin(pi*x))",
    "x*y",
    "x/y",
    "sqrt(x**2 + y**2)",
    "x*exp(-y)",
    "(x + y)/(x*y + 1)",
    "3*x**2 - 2*x + 1",
    "sin(15*x + 1)",
    "besselj(0, 20*x)",
    "tanh(5*x**4 + 5*y**4 + 5*z_1**4 - 5)",
    "2*pi*sqrt(x/9.81)",
    "1/(exp(x) - 1)",
    "x**(3/2)",
    "x**(1/3)",
    "1/sqrt(x)",
    "1 - x",
    "y - x",
    "-x - y",
    "-x",
    "-x/y",
    "-1/x",
    "-x/2",
    "x/2 - 3*y/4",
    "2*x/(3*y)",
    "0.1*x - 2.5e-30*y",
    "1e+22*x",
    "x**y",
    "2**(-x)",
    "x**(-y)",
    "x**0.3",
    "erf(x) + Abs(y) - sign(x)",
    "E*x + pi",
    "besselj(3, x)*atanh(y/4) + asinh(x) - acosh(x + 4)",
    "asin(x/4) + acos(x/4) - atan(x)",
    "sinh(x)/cosh(y) - tan(x)",
    "log(x**2 + 1)",
    "(x + 1)*(y - 2)**2/((x - 5)*(y + 5)**3)",
    "sqrt(2)*x/2",
    "-3/4",
    "2.5",
    "7",
    "pi",
    "-0.5*x*y",
    "x*(-y - 1)",
    "(x**2)**y",
    "-(x + y)**2",
    "exp(-x**2/2)/sqrt(2*pi)",
    "max(x - 6, 0) - 2*max(x, y, z_1)",
    "min(x, 1/2)*step(y - 0.5) + Abs(x - 1)",
)
"""Formulas as `to_text` writes them, or close to it."""

NUMBERS = st.one_of(
    st.integers(-20, 20).map(sympy.Integer),
    st.fractions(min_value=-5, max_value=5, max_denominator=9).map(
        lambda f: sympy.Rational(f.numerator, f.denominator)
    ),
    st.floats(0.01, 100).map(sympy.Float),
    st.floats(-100, -0.01).map(sympy.Float),
    st.sampled_from([sympy.pi, sympy.E, sympy.sqrt(2), sympy.Float(1.0), sympy.Float(-1.0), sympy.Float(0.1)]),
)

POWERS = st.sampled_from(
    [sympy.Rational(p, q) for p in range(-4, 5) for q in (1, 2, 3) if p] + [sympy.Float(2.0), sympy.Float(-0.5), X]
)

ONE_ARGUMENT = [function.sympy for function in FUNCTIONS.values() if not function.orders and not function.many]
MANY_ARGUMENTS = [function.sympy for function in FUNCTIONS.values() if function.many]


def _larger(inner: st.SearchStrategy[sympy.Expr]) -> st.SearchStrategy[sympy.Expr]:
    """Put one operation or function over smaller expressions that are real numbers."""
    inner = inner.filter(_is_printable)
    return st.one_of(
        st.tuples(inner, inner).map(lambda pair: pair[0] + pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] - pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] * pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] / pair[1]),
        st.tuples(inner, POWERS).map(lambda pair: pair[0] ** pair[1]),
        st.tuples(st.sampled_from(ONE_ARGUMENT), inner).map(lambda pair: pair[0](pair[1])),
        st.tuples(st.sampled_from(MANY_ARGUMENTS), inner, inner).map(lambda parts: parts[0](*parts[1:])),
        st.tuples(st.integers(0, 4), inner).map(lambda pair: sympy.besselj(*pair)),
    )


_KNOWN = {sympy.Add, sympy.Mul, sympy.Pow, *BY_CLASS}


def _heads(expr: sympy.Expr) -> set[type]:
    """Give the classes of the operations in an expression."""
    return {part.func for part in sympy.preorder_traversal(expr) if not part.is_Atom}


def _is_printable(expr: sympy.Expr) -> bool:
    """Whether an expression is real, and its numbers are of a size that people write."""
    if expr.has(sympy.I, sympy.zoo, sympy.nan, sympy.oo, -sympy.oo) or not _KNOWN.issuperset(_heads(expr)):
        return False
    if any(power.is_number and power.base.is_negative and not power.exp.is_integer for power in expr.atoms(sympy.Pow)):
        return False
    return all(number == 0 or 1e-50 < abs(number) < 1e50 for number in expr.atoms(sympy.Number))


EXPRESSIONS = st.recursive(st.one_of(st.sampled_from(SYMBOLS), NUMBERS), _larger, max_leaves=8).filter(_is_printable)
"""Expressions of the three columns with any function of the list."""

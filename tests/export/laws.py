"""Formulas for every language: laws, powers, roots, fractions, functions; and rows on which none is near zero."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from kansr.formula.formula import Formula, judge
from kansr.formula.parse import parse

ROWS = 200
SPLIT = SimpleNamespace(train=np.arange(100), validation=np.arange(100, 150), test=np.arange(150, ROWS))

LAWS = {
    "kan-example": ("exp(x2**2 + sin(pi*x1))", {"x1": (-1, 1), "x2": (-1, 1)}),
    "planets": ("365.2568983840419*a**(3/2)", {"a": (0.387, 39.5)}),
    "pendulum": ("2*pi*sqrt(length/9.81)", {"length": (0.1, 2)}),
    "Feynman I.6.2": ("exp(-theta_**2/(2*sigma**2))/(sqrt(2*pi)*sigma)", {"theta_": (1, 3), "sigma": (1, 3)}),
    "Feynman I.26.2": ("asin(n*sin(angle))", {"n": (0.1, 0.9), "angle": (0.2, 1.4)}),
    "Feynman II.35.21": ("n*mom*tanh(mom*B/(k*T))", dict.fromkeys(["n", "mom", "B", "k", "T"], (1, 5))),
    "Feynman I.15.10": ("m*v/sqrt(1 - v**2/c**2)", {"m": (1, 5), "v": (1, 2), "c": (3, 10)}),
    "rational powers": ("x**(2/3) + y**(-5/4)/3 + 1/2*x", {"x": (0.5, 5), "y": (0.5, 5)}),
    "negative bases": ("Abs(x)*(x - 1)**3 - (x - 2)**(-5)/3 - 2", {"x": (-3, -0.5)}),
    "fractions": ("2/3*x + 1/2*y**2 + 7/3 + 3*x/(4*y)", {"x": (1, 9), "y": (1, 9)}),
    "Planck": ("1/(exp(h*f/(k*T)) - 1)", {"h": (1, 2), "f": (1, 2), "k": (1, 2), "T": (1, 20)}),
    "normal": ("(1 + erf(x/sqrt(2)))/2", {"x": (-1, 2)}),
    "Bessel": ("besselj(0, 20*x) + besselj(3, y)*log(y)", {"x": (0.05, 0.1), "y": (2, 3)}),
}
"""Name -> formula, and the range of each column."""


def law(name):
    """Give a law, and rows of its columns."""
    text, ranges = LAWS[name]
    draw = np.random.default_rng(3)
    columns = {column: draw.uniform(*span, ROWS) for column, span in ranges.items()}
    return judged(text, columns), columns


def judged(text, columns, names=None, constants=None) -> Formula:
    """Judge a formula on columns; `names` gives other names to them."""
    names = names or {name: name for name in columns}
    x = np.column_stack(list(columns.values()))
    return judge(parse(text, constants=constants), names, x, y=np.linspace(0, 1, ROWS), split=SPLIT, label="best")

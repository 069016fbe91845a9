"""Few rows: formulas are measured by cross-validation, and the choice among them is repeated without each row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp
from numpy.typing import NDArray

from kansr.bill import bill
from kansr.formula.evaluate import evaluate
from kansr.formula.formula import Formula, judge
from kansr.noise.model import Noise
from kansr.pipeline.few import chosen_again, columns_of, from_forms, kinds_of, measured
from kansr.pipeline.problem import Problem
from kansr.progress import Clock, silent
from kansr.table import split_table
from kansr.table.frame import table_from_arrays
from tests.estimator.small import RECIPE

Array = NDArray[np.float64]

X = sp.Symbol("x", real=True)
ROWS = 15
RNG = np.random.default_rng(8)
COLUMN = np.linspace(0.5, 3.0, ROWS)
Y = 2.3 * COLUMN + 1.1 + 0.3 * RNG.standard_normal(ROWS)
TABLE = table_from_arrays(COLUMN[:, None], Y, features=["x"])
TERMS = {"line": [sp.Integer(1), X], "parabola": [sp.Integer(1), X, X**2], "constant": [sp.Integer(1)]}


def fitted(name: str, kept: Array, sigma: Array | None = None) -> sp.Expr:
    weight = np.ones(ROWS) if sigma is None else 1 / sigma
    design = np.column_stack([np.broadcast_to(evaluate(t, {"x": COLUMN}), Y.shape) for t in TERMS[name]])
    c = np.linalg.lstsq((design * weight[:, None])[kept], (Y * weight)[kept], rcond=None)[0]
    return sp.Add(*(sp.Float(float(v)) * t for v, t in zip(c, TERMS[name], strict=True)))


def values(expr: sp.Expr) -> Array:
    return np.array(np.broadcast_to(evaluate(expr, {"x": COLUMN}), Y.shape), dtype=float)


def formula(name: str, noise: Noise, sigma: Array | None = None) -> Formula:
    expr = fitted(name, np.arange(ROWS), sigma)
    own = judge(expr, {"x": "x"}, COLUMN[:, None], y=Y, split=split_table(TABLE, 0), label=name)
    return measured(own, {"x": COLUMN}, noise)


def without_each(name: str, sigma: Array | None = None) -> Array:
    every = [np.delete(np.arange(ROWS), i) for i in range(ROWS)]
    return np.array([Y[i] - values(fitted(name, kept, sigma))[i] for i, kept in enumerate(every)])


def rms(residual: Array) -> float:
    return float(np.sqrt(np.mean(residual**2)))


@pytest.mark.parametrize("name", TERMS)
def test_errors_are_those_of_fits_without_each_row(name: str) -> None:
    noise = Noise(kind="absolute", y=Y)
    found, left = formula(name, noise), without_each(name)
    assert found.rmse.validation == found.rmse.test == pytest.approx(rms(left), rel=1e-4)
    assert found.rmse.train == pytest.approx(rms(Y - values(found.expression)))
    assert found.r2.test == pytest.approx(1 - rms(left) ** 2 / np.var(Y), rel=1e-4, abs=1e-6)
    assert found.description_length == pytest.approx(bill(found.expression, {"x": COLUMN}, noise).total)
    assert found.weighted is None and found.chi2 is None


@pytest.mark.parametrize("known", [True, False])
def test_rows_count_as_their_errors_say(known: bool) -> None:
    sigma = np.geomspace(0.05, 1.0, ROWS)
    noise = Noise(kind="errors" if known else "weights", y=Y, sigma=sigma)
    found, left = formula("line", noise, sigma), without_each("line", sigma)
    assert found.rmse.test == pytest.approx(rms(left), rel=1e-4)
    assert found.weighted is not None
    assert found.weighted.test == pytest.approx(np.sqrt(np.sum(left**2 / sigma**2) / np.sum(1 / sigma**2)), rel=1e-4)
    if known:
        assert found.chi2 is not None and found.chi2.test == pytest.approx(rms(left / sigma) ** 2, rel=1e-4)
    else:
        assert found.chi2 is None


def test_the_choice_is_repeated_as_if_each_row_had_not_been_there() -> None:
    noise = Noise(kind="absolute", y=Y)
    names = ["line", "parabola", "constant"]
    formulas = [formula(name, noise) for name in names]
    bits = np.empty((len(names), ROWS))
    for k, (name, one) in enumerate(zip(names, formulas, strict=True)):
        rss = float(np.sum((Y - values(one.expression)) ** 2))
        for i in range(ROWS):
            kept = np.delete(np.arange(ROWS), i)
            less = float(np.sum((Y - values(fitted(name, kept)))[kept] ** 2))
            bits[k, i] = one.length - ROWS / 2 * np.log2(rss) + (ROWS - 1) / 2 * np.log2(less)
    best = bits.argmin(0)
    left = np.array([without_each(name) for name in names])[best, np.arange(ROWS)]
    again = chosen_again(formulas, {"x": COLUMN}, noise)
    assert (again.same, again.rows, again.among) == (int((best == 0).sum()), ROWS, 3)
    assert again.rmse == pytest.approx(rms(left), rel=1e-3)
    assert chosen_again(formulas[:1], {"x": COLUMN}, noise).same == ROWS


@pytest.mark.parametrize(
    ("sigma", "absolute", "kind"), [(None, False, "absolute"), (Y / 10, False, "weights"), (Y / 10, True, "errors")]
)
def test_the_kinds_of_noise_are_those_of_the_table(sigma: Array | None, absolute: bool, kind: str) -> None:
    table = replace(TABLE, sigma=sigma, absolute=absolute)
    first = kinds_of(table)[0]
    assert first.kind == kind and len(first.y) == ROWS


def test_forms_of_all_rows_stand_beside_what_is_found_after() -> None:
    y = 3 * COLUMN / (2 + COLUMN)
    problem = Problem.of(table_from_arrays(COLUMN[:, None], y, features=["x"]), RECIPE)
    after, found = from_forms(problem, Clock(None), silent)
    np.testing.assert_array_equal(columns_of(problem)["x"], COLUMN)
    assert after.standing and after.noise is after.standing[0].noise
    best = np.broadcast_to(evaluate(found[0].expression, {"x": COLUMN}), y.shape)
    np.testing.assert_allclose(best, y, rtol=1e-9)
    assert not found[0].expression.atoms(sp.Float)  # its constants are simple numbers
    assert all(one.label == "form" for one in found)

"""What is said of a formula, from its text and the rows alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp
from numpy.typing import NDArray

from kansr.bill import bill
from kansr.forms import Candidate
from kansr.formula.evaluate import evaluate
from kansr.noise.digits import steps
from kansr.noise.model import Noise, kinds_for
from kansr.pipeline.explain import explain
from kansr.pipeline.score import score
from kansr.pipeline.verdicts import Said, beside, said_of
from kansr.table.frame import table_from_arrays
from tests.estimator.small import RECIPE

Array = NDArray[np.float64]

X, Z = sp.symbols("x z", real=True)


def absolute(y: Array) -> Noise:
    return Noise(kind="absolute", y=y, step=steps(y))


def values(expr: sp.Expr, **columns: Array) -> Array:
    return np.array(np.broadcast_to(evaluate(expr, columns), next(iter(columns.values())).shape), dtype=float)


def polynomial(degree: int, x: Array, y: Array) -> sp.Expr:
    return sp.Add(
        *(sp.Float(float(c)) * X**i for i, c in enumerate(np.polynomial.Polynomial.fit(x, y, degree).convert()))
    )


def said(expr: sp.Expr, y: Array, **columns: Array) -> str:
    return said_of(expr, columns, absolute(y)).verdict


@pytest.mark.parametrize("law", [2.5 * X + 1.25, 3 * X**2, sp.Float(1.7) * sp.exp(-X), sp.sqrt(X) / 3])
@pytest.mark.parametrize("unit", [1e-12, 1.0, 1e9])
def test_a_law_is_exact_to_rounding(law: sp.Expr, unit: float) -> None:
    x = np.linspace(0.1, 3.0, 15)
    found = said_of(sp.Float(unit) * law, {"x": x}, absolute(unit * values(law, x=x)))
    assert found == Said(verdict="exact", why="right to rounding")


@pytest.mark.parametrize("places", [2, 3, 5])
def test_a_law_is_exact_to_the_digits_of_the_table_and_one_that_misses_some_is_not(places: int) -> None:
    x = np.linspace(0.1, 3.0, 15)
    law = 1.7 * sp.exp(sp.Float(0.9) * X)
    y = np.round(values(law, x=x), places)
    found = said_of(law, {"x": x}, absolute(y))
    assert found == Said(verdict="exact", why="right to the digits of the table")
    assert said(law + sp.Float(2 * 10.0**-places), y, x=x) != "exact"


@pytest.mark.parametrize("rows", [5, 6, 7])
def test_a_formula_of_as_many_constants_as_values_is_never_exact(rows: int) -> None:
    rng, x = np.random.default_rng(rows), np.linspace(0.0, 2.0, rows)
    for y in (rng.standard_normal(rows), np.round(rng.standard_normal(rows), 2), x**2):
        assert said(polynomial(rows - 1, x, y), y, x=x) != "exact"
    twice, both = np.repeat(x, 2), np.repeat(rng.standard_normal(rows), 2)
    assert said(polynomial(rows - 1, twice, both), both, x=twice) != "exact"


def test_few_digits_are_met_by_some_formula_and_that_is_not_exact() -> None:
    x = np.arange(6.0)
    y = np.array([1.0, 2.0, 2.0, 3.0, 3.0, 4.0])
    assert said(sp.Float(0.55) * X + sp.Float(1.15), y, x=x) != "exact"


@pytest.mark.parametrize("rows", [12, 13, 15, 20, 40, 90])
@pytest.mark.parametrize("power", [2, 3])
def test_noise_is_never_said_of_a_line_through_a_clean_curve(rows: int, power: int) -> None:
    x = np.linspace(0.0, 2.0, rows)
    y = x**power + 1
    assert said(polynomial(1, x, y), y, x=x) == "approximation"


@pytest.mark.parametrize("rows", [5, 6, 8])
@pytest.mark.parametrize("seed", range(5))
def test_tiny_samples_are_never_said_to_be_noise(rows: int, seed: int) -> None:
    rng, x = np.random.default_rng(seed), np.linspace(0.0, 2.0, rows)
    y = 2 * x + 1 + 0.1 * rng.standard_normal(rows)
    assert said(polynomial(1, x, y), y, x=x) in ("undecided", "approximation")


def test_tiny_samples_are_mostly_undecided_and_samples_of_sixty_rows_mostly_noise() -> None:
    rng = np.random.default_rng(1)
    for rows, verdict in ((7, "undecided"), (60, "noise")):
        x = np.linspace(0.0, 2.0, rows)
        every = [2 * x + 1 + 0.1 * rng.standard_normal(rows) for _ in range(30)]
        assert [said(polynomial(1, x, y), y, x=x) for y in every].count(verdict) >= 24


def test_a_formula_of_many_constants_is_undecided_where_one_of_few_is_noise() -> None:
    x = np.linspace(0.0, 2.0, 40)
    y = 2 * x + 1 + 0.1 * np.random.default_rng(5).standard_normal(40)
    assert said(polynomial(1, x, y), y, x=x) == "noise"
    assert said(polynomial(6, x, y), y, x=x) == "undecided"
    assert said_of(polynomial(1, x, y), {"x": x}, absolute(y), free=9).verdict == "undecided"


def test_lack_of_fit_by_repeated_data_points_is_an_approximation() -> None:
    rng, x = np.random.default_rng(2), np.repeat([0.0, 1.0, 2.0, 3.0, 4.0], 4)
    level = np.array([0.0, 1.0, -1.0, 1.0, -0.5])  # no smooth curve: the replicates have to tell
    y = np.repeat(level, 4) + 0.1 * rng.standard_normal(20)
    found = said_of(polynomial(1, x, y), {"x": x}, absolute(y))
    assert found.verdict == "approximation" and "repeated" in found.why


def test_replicates_let_noise_be_told_where_the_rows_alone_do_not() -> None:
    rng, x = np.random.default_rng(2), np.repeat([0.0, 1.0, 2.0, 3.0], 12)
    y = 2 * x + 1 + 0.1 * rng.standard_normal(48)
    assert said(polynomial(1, x, y), y, x=x) == "noise"


@pytest.mark.parametrize(("factor", "is_approximation"), [(0.2, True), (0.5, True), (1.0, False), (3.0, False)])
def test_measurement_errors_that_are_too_small_make_an_approximation(factor: float, is_approximation: bool) -> None:
    rng, x = np.random.default_rng(3), np.linspace(0.0, 2.0, 50)
    y = 2 * x + 1 + 0.1 * rng.standard_normal(50)
    noise = Noise(kind="errors", y=y, sigma=np.full(50, factor * 0.1))
    found = said_of(polynomial(1, x, y), {"x": x}, noise)
    assert (found.verdict == "approximation") == is_approximation
    if is_approximation:
        assert "measurement errors" in found.why
    else:
        assert found.verdict == "noise"


def test_a_formula_without_a_value_on_some_row_is_an_approximation() -> None:
    x = np.linspace(-1.0, 2.0, 30)
    assert said(sp.log(X), x, x=x) == "approximation"


def test_one_data_point_that_makes_most_of_what_is_left_is_asked_for() -> None:
    x = np.linspace(0.0, 2.0, 40)
    y = 2 * x + 1 + 0.1 * np.random.default_rng(5).standard_normal(40)
    line = polynomial(1, x, y)
    assert said(line, y, x=x) == "noise"
    y[17] += 1.5
    found = said_of(line, {"x": x}, absolute(y))
    assert found.verdict == "undecided" and "outlier" in found.why


def candidate(expr: sp.Expr, x: Array, noise: Noise, *, better: float = 0.0) -> Candidate:
    own = bill(expr, {"x": x}, noise)
    own = replace(own, rows=own.rows - better)
    return Candidate(key=str(expr), expression=expr, values=values(expr, x=x), noise=noise, bill=own)


def test_a_form_that_says_something_else_takes_noise_back_by_its_odds() -> None:
    x = np.linspace(0.0, 2.0, 40)
    y = 2 * x + 1 + 0.1 * np.random.default_rng(5).standard_normal(40)
    noise, line = absolute(y), polynomial(1, x, y)
    noise_said = said_of(line, {"x": x}, noise)
    assert noise_said.verdict == "noise"
    same = candidate(line, x, noise)
    away = candidate(line + sp.Float(0.1), x, noise)  # a whole standard deviation off
    behind = same.bits - away.bits

    def after(*standing: Candidate) -> str:
        return beside(noise_said, line, {"x": x}, noise, standing).verdict

    assert after() == after(same) == "noise"
    assert after(same, replace(away, bill=replace(away.bill, rows=away.bill.rows + behind + 20))) == "noise"
    assert after(same, replace(away, bill=replace(away.bill, rows=away.bill.rows + behind))) == "undecided"
    near = candidate(line + sp.Float(0.01), x, noise, better=30.0)
    assert after(same, near) == "noise"  # however good, it says the same


def test_no_form_takes_back_what_is_no_praise_or_right_to_rounding() -> None:
    x = np.linspace(0.1, 3.0, 15)
    noise = absolute(values(sp.exp(X), x=x))
    other = candidate(sp.Float(5.0) * X, x, noise, better=1e4)
    for one in (Said(verdict="approximation", why="so"), Said(verdict="undecided", why="so")):
        assert beside(one, sp.exp(X), {"x": x}, noise, [other]) == one
    exact = said_of(sp.exp(X), {"x": x}, noise)
    assert beside(exact, sp.exp(X), {"x": x}, noise, [other]) == exact


def test_digits_that_two_laws_meet_are_undecided() -> None:
    x = np.linspace(1.0, 2.0, 12)
    law, other = sp.Float(2.0) * X + 1.0, sp.Float(2.0) * X + 1.0 + sp.Float(0.004) * sp.sin(sp.Float(40.0) * X)
    noise = absolute(np.round(values(law, x=x), 2))
    exact = said_of(law, {"x": x}, noise)
    assert exact.verdict == "exact" and "digits" in exact.why
    assert beside(exact, law, {"x": x}, noise, [candidate(law, x, noise)]) == exact
    rivals = [candidate(law, x, noise), candidate(other, x, noise, better=1e3)]
    assert beside(exact, law, {"x": x}, noise, rivals).verdict == "undecided"


def small_tables() -> dict[str, tuple[Array, Array, list[str]]]:
    rng = np.random.default_rng(6)
    x = np.linspace(0.5, 4.0, 20)
    two = rng.uniform(0.5, 3.0, (24, 2))
    return {
        "exact": (x[:, None], 3 * x / (2 + x), ["x"]),
        "noisy": (x[:, None], 2.37 * x + 1.13 + 0.1 * rng.standard_normal(20), ["x"]),
        "two columns": (two, np.round(1.5 * two[:, 0] / two[:, 1], 2), ["x", "z"]),
    }


@pytest.mark.parametrize("name", ["exact", "noisy", "two columns"])
def test_a_fit_and_a_score_say_the_same_of_the_same_formula(name: str) -> None:
    x, y, features = small_tables()[name]
    table = table_from_arrays(x, y, features=features)
    result = explain(table, RECIPE)
    (scored,) = score(table, str(result.formula.text))
    assert (scored.said.verdict, scored.said.why) == (result.verdict, result.why)
    assert scored.crossed and result.validation == "cross"
    assert scored.formula.rmse.test == pytest.approx(result.formula.rmse.test, rel=1e-6, abs=1e-12)


def test_the_kinds_of_noise_of_a_score_are_those_of_its_table() -> None:
    x = np.linspace(0.5, 4.0, 20)
    y = 100.0**x * np.exp(0.05 * np.random.default_rng(6).standard_normal(20))
    assert [noise.kind for noise in kinds_for(y)] == ["absolute", "relative"]
    (scored,) = score(table_from_arrays(x[:, None], y, features=["x"]), "100**x")
    assert scored.noise is not None and scored.noise.kind == "relative"
    assert scored.noise.size == pytest.approx(0.05, rel=0.4)
